/**
 * The one timer that steps all rooms of a process. It sleeps until the next deadline (never spins), visits the rooms
 * that are due, earliest first, and hands the turn back to sockets when a turn gets long. A room that needs longer for
 * a step than its period is named and gets at most half of the time; the others keep theirs. Sockets may bring hundreds of
 * requests and frames in one turn of the event loop, before any timer: who handles them asks before each whether rooms are
 * due, and they are so when sockets had as long as the rooms before, or a whole turn.
 * What a visit does (steps, then the patch) is the room's; when it happens is decided here.
 */
import type { Clock, Labels, Logger, Meter } from '../kernel/ports.ts';
import { type Phase, Phases } from './phases.ts';

/** Wakes the driver once; a new call replaces the one before. */
export interface WakeTimer {
  /** Calls `wake` after `delayMs`, or with 0 as soon as sockets had their turn. */
  wakeIn(delayMs: number, wake: () => void): void;
  cancel(): void;
}

export interface TickedRoom {
  /** For logs and metrics: the name of the kind of room, and its id. */
  readonly roomName: string;
  readonly roomId: string;
  /** Runs that many steps and sends what changed. */
  visit(steps: number): void;
}

export interface TickDriverDeps {
  readonly clock: Clock;
  readonly timer: WakeTimer;
  readonly logger: Logger;
  readonly meter: Meter;
  /**
   * Asked before each turn: what the steps must wait for, if anything. The same promise is waited for once only, and not
   * longer than `maxHeldUpMs`. For a process that stood still so long that others may have taken it for dead.
   */
  readonly heldUp?: (now: number) => Promise<void> | undefined;
}

export interface TickDriverOptions {
  readonly maxCatchUpSteps: number;
  readonly earlyMs: number;
  /** After this long the turn goes to the sockets, and the rooms still due come after; and the other way round. */
  readonly maxTurnMs: number;
  /** How often at most one room is named as heavy. */
  readonly heavyLogEveryMs: number;
  readonly maxHeldUpMs: number;
}

export const TICK_DRIVER_DEFAULTS: TickDriverOptions = {
  maxCatchUpSteps: 5,
  earlyMs: 0.75,
  maxTurnMs: 10,
  heavyLogEveryMs: 10_000,
  maxHeldUpMs: 250,
};

/** A room's place in the schedule, and how it did so far. */
export interface Ticking {
  /** Milliseconds spent in its visits. */
  readonly busyMs: number;
  /** Steps it ran late, together with another, to catch up; and steps it never ran. */
  readonly caughtUp: number;
  readonly skipped: number;
  stop(): void;
}

class Entry implements Ticking {
  readonly room: TickedRoom;
  readonly labels: Labels;
  readonly #remove: (entry: Entry) => void;
  phase: Phase<Entry> | undefined;
  /** Not visited before: its first deadline, or later when it took too long and is restrained. */
  notBefore = 0;
  restrained = false;
  busyMs = 0;
  caughtUp = 0;
  skipped = 0;
  namedHeavyAt = Number.NEGATIVE_INFINITY;

  constructor(room: TickedRoom, remove: (entry: Entry) => void) {
    this.room = room;
    this.labels = { room: room.roomName };
    this.#remove = remove;
  }

  stop(): void {
    this.#remove(this);
  }
}

export class TickDriver {
  readonly #deps: TickDriverDeps;
  readonly #options: TickDriverOptions;
  readonly #byPeriod = new Map<number, Phases<Entry>>();
  readonly #wake = (): void => this.#turn();
  #rooms = 0;
  #inTurn = false;
  /** From when on what sockets brought is theirs no longer. */
  #socketsUntil = Number.NEGATIVE_INFINITY;
  /** From when on rooms go before what sockets brought. */
  #goesFirstAt = Number.POSITIVE_INFINITY;
  #waitedFor: Promise<void> | undefined;

  constructor(deps: TickDriverDeps, options: Partial<TickDriverOptions> = {}) {
    this.#deps = deps;
    this.#options = { ...TICK_DRIVER_DEFAULTS, ...options };
  }

  get rooms(): number {
    return this.#rooms;
  }

  /** Whether rooms are due and the sockets had their turn: rooms may go before other work that waits. */
  get isLate(): boolean {
    return !this.#inTurn && this.#deps.clock.now() >= this.#goesFirstAt;
  }

  /** Wakes up now instead of by the timer, if that is late. Not to be called by rooms. */
  goFirst(): void {
    if (this.isLate) this.#turn();
  }

  /** Begins to visit a room `rateHz` times a second, from its next deadline on. The rate is a number over 0. */
  add(room: TickedRoom, rateHz: number): Ticking {
    const entry = new Entry(room, (stopped) => this.#remove(stopped));
    entry.phase = this.#phases(1000 / rateHz).add(entry, this.#deps.clock.now());
    entry.notBefore = entry.phase.stepper.nextAt;
    this.#rooms++;
    this.#sleep();
    return entry;
  }

  #remove(entry: Entry): void {
    if (entry.phase === undefined) return;
    entry.phase.remove(entry);
    entry.phase = undefined;
    this.#rooms--;
    this.#sleep();
  }

  #phases(periodMs: number): Phases<Entry> {
    let phases = this.#byPeriod.get(periodMs);
    if (phases === undefined) {
      const { maxCatchUpSteps, earlyMs } = this.#options;
      phases = new Phases<Entry>({ periodMs, maxCatchUpSteps, earlyMs });
      this.#byPeriod.set(periodMs, phases);
    }
    return phases;
  }

  #earliest(): Phase<Entry> | undefined {
    let first: Phase<Entry> | undefined;
    for (const phases of this.#byPeriod.values()) {
      const candidate = phases.earliest();
      if (candidate !== undefined && (first === undefined || candidate.dueAt < first.dueAt)) first = candidate;
    }
    return first;
  }

  #turn(): void {
    const start = this.#deps.clock.now();
    const held = this.#deps.heldUp?.(start);
    if (held !== undefined && held !== this.#waitedFor) this.#waitFor(held);
    else this.#visitDue(start);
    this.#sleep();
  }

  #visitDue(start: number): void {
    const { maxTurnMs, earlyMs } = this.#options;
    const end = start + maxTurnMs;
    let now = start;
    this.#inTurn = true;
    while (now < end) {
      const phase = this.#earliest();
      if (phase === undefined || phase.dueAt > now + earlyMs) break;
      now = this.#run(phase, now, end);
    }
    this.#inTurn = false;
    this.#socketsUntil = now + Math.min(now - start, maxTurnMs);
  }

  /** The turn is begun, so that nobody plans another one, and comes again when `held` is settled or took too long. */
  #waitFor(held: Promise<void>): void {
    this.#waitedFor = held;
    this.#inTurn = true;
    const goOn = (): void => {
      if (!waiting) return;
      waiting = false;
      this.#inTurn = false;
      this.#sleep();
    };
    let waiting = true;
    this.#deps.timer.wakeIn(this.#options.maxHeldUpMs, goOn);
    held.then(goOn, goOn);
  }

  /** Visits the rooms of a phase, from where it was interrupted on, until all are done or the turn ends. Returns the time. */
  #run(phase: Phase<Entry>, start: number, end: number): number {
    if (phase.steps === 0) this.#begin(phase, start);
    let now = start;
    while (phase.next < phase.rooms.length && now < end) {
      const entry = phase.rooms[phase.next++]!;
      if (now + this.#options.earlyMs >= entry.notBefore) now = this.#visit(entry, phase, now);
      else if (entry.restrained) this.#skip(entry, phase.steps);
    }
    phase.running += now - start;
    if (phase.next >= phase.rooms.length) this.#complete(phase, now);
    return now;
  }

  #complete(phase: Phase<Entry>, now: number): void {
    phase.ran();
    const { periodMs } = phase.stepper.options;
    const move = this.#phases(periodMs).balance(phase, now);
    if (move === undefined) return;
    const lastStepAt = phase.stepper.nextAt - periodMs;
    for (const entry of move.rooms) {
      entry.phase = move.to;
      entry.notBefore = Math.max(entry.notBefore, lastStepAt + periodMs / 2);
    }
  }

  #begin(phase: Phase<Entry>, now: number): void {
    const skippedBefore = phase.stepper.skipped;
    phase.steps = phase.stepper.take(now);
    const skipped = phase.stepper.skipped - skippedBefore;
    if (skipped > 0) for (const entry of phase.rooms) this.#skip(entry, skipped);
  }

  /** Returns the time after the visit. */
  #visit(entry: Entry, phase: Phase<Entry>, now: number): number {
    const { steps } = phase;
    try {
      entry.room.visit(steps);
    } catch (cause) {
      this.#failed(entry, cause);
    }
    const after = this.#deps.clock.now();
    const cost = after - now;
    entry.busyMs += cost;
    if (steps > 1) this.#caughtUp(entry, steps - 1);
    const { periodMs } = phase.stepper.options;
    if (cost > steps * periodMs) this.#restrain(entry, after, cost, periodMs);
    return after;
  }

  /** The room's own callbacks are isolated before this; whatever gets here must not stop the other rooms. */
  #failed(entry: Entry, cause: unknown): void {
    this.#deps.meter.count('hypogeum_tick_visit_failed_total', 1, entry.labels);
    this.#deps.logger.error('a room failed outside its callbacks', { room: entry.room.roomName }, cause);
  }

  #caughtUp(entry: Entry, steps: number): void {
    entry.caughtUp += steps;
    this.#deps.meter.count('hypogeum_tick_caught_up_total', steps, entry.labels);
  }

  #skip(entry: Entry, steps: number): void {
    entry.skipped += steps;
    this.#deps.meter.count('hypogeum_tick_skipped_total', steps, entry.labels);
  }

  /**
   * A room that takes longer than it has waits as long as it took: at most half of the time is its. With no other room
   * there is nobody to wait for but the sockets, which have their turn in any case.
   */
  #restrain(entry: Entry, now: number, cost: number, periodMs: number): void {
    entry.notBefore = this.#rooms > 1 ? now + cost : now;
    entry.restrained = true;
    if (now - entry.namedHeavyAt < this.#options.heavyLogEveryMs) return;
    entry.namedHeavyAt = now;
    const { roomName: room, roomId } = entry.room;
    const fields = { room, roomId, tookMs: Math.round(cost), periodMs: Math.round(periodMs * 10) / 10 };
    this.#deps.logger.warn('a room needs longer for its steps than it has', fields);
  }

  #sleep(): void {
    if (this.#inTurn) return;
    const { timer, clock } = this.#deps;
    const next = this.#earliest();
    if (next === undefined) {
      this.#goesFirstAt = Number.POSITIVE_INFINITY;
      timer.cancel();
      return;
    }
    this.#goesFirstAt = Math.max(next.dueAt, this.#socketsUntil);
    const delay = next.dueAt - clock.now();
    timer.wakeIn(delay <= this.#options.earlyMs ? 0 : delay, this.#wake);
  }
}
