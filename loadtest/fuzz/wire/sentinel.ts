/** Watches a server that is fuzzed: whether it lives, answers, writes little, and an innocent player goes on getting patches. */
import { AbuseBot } from '../../chaos/abuse-bots.ts';
import type { AbuseServer } from '../../chaos/abuse-server.ts';

export interface Limits {
  /** Of an answer about the server's health, and between two patches of the player. */
  readonly waitMs: number;
  readonly lineBytes: number;
  /** That the server may hold more than at the beginning. */
  readonly heldBytes: number;
}

export const LIMITS: Limits = { waitMs: 1000, lineBytes: 4096, heldBytes: 128 * 1024 * 1024 };
const LOOK_EVERY_MS = 200;
const PLAY_EVERY_MS = 33;
const WEIGH_EVERY_MS = 10_000;
/** A player's number, apart from those that others use. */
const INNOCENT = 60_000;

export class Sentinel {
  /** What was broken first, in words; undefined as long as nothing is. */
  broken: string | undefined;
  longestWaitMs = 0;
  /** Bytes that the server held more, when it was weighed last. */
  heldMore = 0;
  readonly #server: AbuseServer;
  readonly #limits: Limits;
  readonly #bot: AbuseBot;
  readonly #heldBefore: number;
  readonly #timers: NodeJS.Timeout[];
  #patchedAt = performance.now();
  #lookedAt = performance.now();
  #asking = false;

  private constructor(server: AbuseServer, bot: AbuseBot, heldBefore: number, limits: Limits) {
    this.#server = server;
    this.#bot = bot;
    this.#limits = limits;
    this.#heldBefore = heldBefore;
    this.#timers = [
      setInterval(() => bot.play(), PLAY_EVERY_MS),
      setInterval(() => this.#look(), LOOK_EVERY_MS),
      setInterval(() => void this.#weigh(), WEIGH_EVERY_MS),
    ];
  }

  /** @throws when the innocent player is not let in. */
  static async post(server: AbuseServer, limits: Limits = LIMITS): Promise<Sentinel> {
    let sentinel: Sentinel | undefined;
    const patched = (_player: unknown, now: number): void => {
      if (sentinel !== undefined) sentinel.#patchedAt = now;
    };
    const bot = await AbuseBot.join(server.port, INNOCENT, 1, { patched });
    sentinel = new Sentinel(server, bot, await server.weigh(), limits);
    return sentinel;
  }

  /** A last look, which may take a moment. */
  async relieve(): Promise<void> {
    this.#look();
    if (this.#server.ended === undefined && !(await this.#server.answers())) this.#break('the server answers no more');
    await this.#weigh();
    this.stop();
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#bot.player.destroy();
  }

  #look(): void {
    const { ended, log } = this.#server;
    const now = performance.now();
    // Our own turn came late: patches may be waiting for us.
    const ownLagMs = Math.max(0, now - this.#lookedAt - LOOK_EVERY_MS);
    this.#lookedAt = now;
    const waitedMs = now - this.#patchedAt - ownLagMs;
    this.longestWaitMs = Math.max(this.longestWaitMs, waitedMs);
    if (ended !== undefined) this.#break(`the server ended: ${ended}`);
    else if (!this.#bot.player.open) this.#break('an innocent player lost the connection');
    else if (waitedMs > this.#limits.waitMs)
      this.#break(`an innocent player got no patch for ${Math.round(waitedMs)} ms`);
    if (log.strays[0] !== undefined) this.#break(`an exception reached the process: ${log.strays[0]}`);
    if (log.longestLine > this.#limits.lineBytes) this.#break(`a log line of ${log.longestLine} bytes`);
    if (!this.#asking) void this.#ask();
  }

  async #weigh(): Promise<void> {
    const held = await this.#server.weigh();
    if (held > 0) this.heldMore = held - this.#heldBefore;
    if (this.heldMore > this.#limits.heldBytes) this.#break(`${this.heldMore} bytes more are held`);
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    const before = performance.now();
    const answers = await this.#server.answers();
    const ownLagMs = Math.max(0, performance.now() - this.#lookedAt - LOOK_EVERY_MS);
    if (!answers && this.#server.ended === undefined && ownLagMs < LOOK_EVERY_MS)
      this.#break(`no answer about its health for ${Math.round(performance.now() - before)} ms`);
    this.#asking = false;
  }

  #break(words: string): void {
    this.broken ??= words;
  }
}
