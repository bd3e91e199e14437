/**
 * The bots of one process: joins them at their times, plays them all from one timer, and measures. It owns the process's
 * clock; which bots they are is the room's (bots/kinds.ts), what it measures is the recorder's, when a bot sends is the slot grid's.
 */
import type { BotKind, LoadBot } from './bots/bot.ts';
import { botKind } from './bots/kinds.ts';
import { addTally, type CensusTally, newTally } from './bots/world-census.ts';
import type { Progress, SquadOptions, SquadResult, Tally } from './messages.ts';
import { BotMeter, Recorder } from './recorder.ts';
import { SlotGrid } from './slots.ts';

/** A bot that fell back further gives its oldest inputs up. */
const MAX_SECONDS_BEHIND = 1;
const LEAVE_TIMEOUT_MS = 2000;

interface Member {
  readonly bot: LoadBot;
  readonly meter: BotMeter;
  playing: boolean;
}

const now = (): number => performance.now();

export class Squad {
  readonly #options: SquadOptions;
  readonly #kind: BotKind;
  readonly #members: (Member | undefined)[];
  readonly #recorder = new Recorder();
  readonly #failures: Tally = {};
  readonly #drops: Tally = {};
  readonly #grid: SlotGrid;
  readonly #play = (index: number, intendedAt: number): void => this.#playOne(index, intendedAt);
  #joined = 0;
  #failed = 0;
  #timer: NodeJS.Timeout | undefined;
  #leaving = false;
  #cpuAtOpen: NodeJS.CpuUsage = { user: 0, system: 0 };

  constructor(options: SquadOptions) {
    this.#options = options;
    this.#kind = botKind(options.roomName);
    const { inputsPerSecond } = this.#kind;
    this.#members = new Array(options.bots).fill(undefined);
    this.#grid = new SlotGrid({
      bots: options.bots,
      periodMs: 1000 / inputsPerSecond,
      startAt: now(),
      maxBehind: MAX_SECONDS_BEHIND * inputsPerSecond,
    });
  }

  get progress(): Progress {
    return { joined: this.#joined, failed: this.#failed, dropped: total(this.#drops) };
  }

  /** Joins all bots at the given rate, not waiting for one before the next; resolves when each has joined or failed. */
  async join(): Promise<void> {
    this.#timer = setInterval(() => this.#grid.run(now(), this.#play), 1);
    const { bots, joinEveryMs, firstBot, stride } = this.#options;
    const joins = Array.from({ length: bots }, async (_, index) => {
      await after((firstBot + index * stride) * joinEveryMs);
      await this.#joinOne(index);
    });
    await Promise.all(joins);
  }

  measure(): void {
    this.#cpuAtOpen = process.cpuUsage();
    this.#recorder.open(now());
  }

  /** Closes the measuring window and says what was in it. The bots play on until `leave`. */
  result(): SquadResult {
    const at = now();
    const recorder = this.#recorder;
    const seconds = recorder.isOpen ? (at - recorder.openedAt) / 1000 : 0;
    const cpu = process.cpuUsage(this.#cpuAtOpen);
    if (recorder.isOpen) for (const member of this.#members) if (member?.playing) member.meter.close(at);
    return {
      joined: this.#joined,
      failures: this.#failures,
      drops: { ...this.#drops },
      seconds,
      patches: recorder.patches,
      bytesIn: recorder.bytesIn,
      bytesOut: recorder.bytesOut,
      inputs: recorder.inputs,
      acknowledged: recorder.acknowledged,
      overdue: recorder.overdue,
      skippedSlots: this.#grid.skipped,
      patchInterval: recorder.patchInterval.toWire(),
      roundTrip: recorder.roundTrip.toWire(),
      sendDelay: recorder.sendDelay.toWire(),
      cpu: seconds === 0 ? 0 : (cpu.user + cpu.system) / 1e6 / seconds,
      census: this.#census(),
    };
  }

  /** Takes every bot out of its room; resolves when the rooms said goodbye, or soon after all the same. */
  async leave(): Promise<void> {
    this.#leaving = true;
    clearInterval(this.#timer);
    const goodbyes = this.#members.filter((member) => member?.playing).map((member) => member?.bot.leave());
    await Promise.race([Promise.all(goodbyes), after(LEAVE_TIMEOUT_MS)]);
  }

  #playOne(index: number, intendedAt: number): void {
    const member = this.#members[index];
    if (!member?.playing) return;
    const at = now();
    const seq = member.bot.play(at);
    if (seq > 0) member.meter.sent(seq, intendedAt, at);
    if (this.#recorder.isOpen) member.bot.compare?.(at);
  }

  async #joinOne(index: number): Promise<void> {
    const number = this.#options.firstBot + index * this.#options.stride;
    const { endpoint, roomName, seed, joinTimeoutMs, fullBots = 0 } = this.#options;
    const identity = { name: `Bot ${number + 1}`, seed: seed + number, number };
    const joining = this.#kind.join({ endpoint, roomName, fullBots, ...identity });
    try {
      const bot = await within(joining, joinTimeoutMs);
      const meter = new BotMeter(this.#recorder, now());
      bot.tap(meter, now);
      const member = { bot, meter, playing: true };
      bot.onLeave((code) => this.#dropped(member, code));
      this.#members[index] = member;
      this.#joined++;
    } catch (error) {
      // Who gets in after all, but too late, would stand around in the room.
      joining.then((bot) => bot.leave()).catch(() => {});
      this.#failed++;
      add(this.#failures, reasonOf(error));
    }
  }

  #census(): CensusTally | undefined {
    const tallies = this.#members.flatMap((member) => member?.bot.census ?? []);
    if (tallies.length === 0) return undefined;
    const sum = newTally();
    for (const tally of tallies) addTally(sum, tally);
    return sum;
  }

  #dropped(member: Member, code: number): void {
    member.playing = false;
    if (!this.#leaving) add(this.#drops, String(code));
  }
}

/** `code: message`, as the server or the system named it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && error.code !== undefined ? `${error.code}: ${error.message}` : error.message;
}

function add(tally: Tally, key: string): void {
  tally[key] = (tally[key] ?? 0) + 1;
}

function total(tally: Tally): number {
  return Object.values(tally).reduce((sum, count) => sum + count, 0);
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
