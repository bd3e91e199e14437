/**
 * The one timer that steps all rooms of a process. It sleeps until the next deadline (never spins), visits the rooms
 * that are due, earliest first, and hands the turn back to sockets when a turn gets long. A room that needs longer for
 * a step than its period is named and gets at most half of the time; the others keep theirs.
 * What a visit does (steps, then the patch) is the room's; when it happens is decided here.
 */
import type { Clock, Labels, Logger, Meter } from '../kernel/ports.ts';
import { DeadlineHeap } from './deadline-heap.ts';
import { FixedStepper } from './fixed-stepper.ts';
import { PhaseSlots } from './phase-slots.ts';

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
}

export interface TickDriverOptions {
  readonly maxCatchUpSteps: number;
  readonly earlyMs: number;
  /** After this long the turn goes to the sockets, and the rooms still due come after. */
  readonly maxTurnMs: number;
  /** How often at most one room is named as heavy. */
  readonly heavyLogEveryMs: number;
}

export const TICK_DRIVER_DEFAULTS: TickDriverOptions = {
  maxCatchUpSteps: 5,
  earlyMs: 0.75,
  maxTurnMs: 10,
  heavyLogEveryMs: 10_000,
};

/** A room's place in the schedule: how it did so far. */
export interface Ticking {
  readonly room: TickedRoom;
  readonly stepper: FixedStepper;
  /** Milliseconds spent in visits. */
  readonly busyMs: number;
  stop(): void;
}

class Entry implements Ticking {
  readonly room: TickedRoom;
  readonly stepper: FixedStepper;
  readonly labels: Labels;
  readonly stop: () => void;
  busyMs = 0;
  namedHeavyAt = Number.NEGATIVE_INFINITY;

  constructor(room: TickedRoom, stepper: FixedStepper, stop: (entry: Entry) => void) {
    this.room = room;
    this.stepper = stepper;
    this.labels = { room: room.roomName };
    this.stop = () => stop(this);
  }

  get nextAt(): number {
    return this.stepper.nextAt;
  }
}

export class TickDriver {
  readonly #deps: TickDriverDeps;
  readonly #options: TickDriverOptions;
  readonly #entries = new DeadlineHeap<Entry>();
  readonly #slotsByPeriod = new Map<number, PhaseSlots>();
  readonly #wake = (): void => this.#turn();
  #inTurn = false;

  constructor(deps: TickDriverDeps, options: Partial<TickDriverOptions> = {}) {
    this.#deps = deps;
    this.#options = { ...TICK_DRIVER_DEFAULTS, ...options };
  }

  get rooms(): number {
    return this.#entries.size;
  }

  /** Begins to visit a room `rateHz` times a second. The rate is a number over 0. */
  add(room: TickedRoom, rateHz: number): Ticking {
    const periodMs = 1000 / rateHz;
    const slots = this.#slots(periodMs);
    const slot = slots.take();
    const { maxCatchUpSteps, earlyMs } = this.#options;
    const firstAt = slots.firstAt(slot, this.#deps.clock.now() + earlyMs);
    const stepper = new FixedStepper({ periodMs, maxCatchUpSteps, earlyMs }, firstAt);
    const entry = new Entry(room, stepper, (stopped) => this.#remove(stopped, slots, slot));
    this.#entries.push(entry);
    this.#sleep();
    return entry;
  }

  #remove(entry: Entry, slots: PhaseSlots, slot: number): void {
    if (!this.#entries.remove(entry)) return;
    slots.giveBack(slot);
    this.#sleep();
  }

  #slots(periodMs: number): PhaseSlots {
    let slots = this.#slotsByPeriod.get(periodMs);
    if (slots === undefined) {
      slots = new PhaseSlots(periodMs);
      this.#slotsByPeriod.set(periodMs, slots);
    }
    return slots;
  }

  #turn(): void {
    const start = this.#deps.clock.now();
    this.#inTurn = true;
    for (let now = start; now - start < this.#options.maxTurnMs; ) {
      const entry = this.#entries.peek();
      if (entry === undefined || entry.nextAt > now + this.#options.earlyMs) break;
      now = this.#visit(entry, now);
    }
    this.#inTurn = false;
    this.#sleep();
  }

  /** Visits a room that is due, the first of the heap. Returns the time after it. */
  #visit(entry: Entry, now: number): number {
    const skippedBefore = entry.stepper.skipped;
    const steps = entry.stepper.take(now);
    this.#entries.sinkFirst();
    this.#run(entry, steps);
    const after = this.#deps.clock.now();
    const cost = after - now;
    entry.busyMs += cost;
    if (steps > 1) this.#deps.meter.count('hypogeum_tick_caught_up_total', steps - 1, entry.labels);
    if (cost > steps * entry.stepper.options.periodMs) this.#restrain(entry, after, cost);
    const skipped = entry.stepper.skipped - skippedBefore;
    if (skipped > 0) this.#deps.meter.count('hypogeum_tick_skipped_total', skipped, entry.labels);
    return after;
  }

  #run(entry: Entry, steps: number): void {
    try {
      entry.room.visit(steps);
    } catch (cause) {
      // The room's own callbacks are isolated before this; whatever gets here must not stop the other rooms.
      this.#deps.meter.count('hypogeum_tick_visit_failed_total', 1, entry.labels);
      this.#deps.logger.error('a room failed outside its callbacks', { room: entry.room.roomName }, cause);
    }
  }

  /** A room that takes longer than it has waits as long as it took: at most half of the time is its. */
  #restrain(entry: Entry, now: number, cost: number): void {
    if (this.#entries.remove(entry)) {
      entry.stepper.postponeTo(now + cost);
      this.#entries.push(entry);
    }
    if (now - entry.namedHeavyAt < this.#options.heavyLogEveryMs) return;
    entry.namedHeavyAt = now;
    const { roomName, roomId } = entry.room;
    const periodMs = Math.round(entry.stepper.options.periodMs * 10) / 10;
    this.#deps.logger.warn('a room needs longer for its steps than it has', {
      room: roomName,
      roomId,
      tookMs: Math.round(cost * 10) / 10,
      periodMs,
    });
  }

  #sleep(): void {
    if (this.#inTurn) return;
    const { timer, clock } = this.#deps;
    const next = this.#entries.peek();
    if (next === undefined) {
      timer.cancel();
      return;
    }
    const delay = next.nextAt - clock.now();
    timer.wakeIn(delay <= this.#options.earlyMs ? 0 : delay, this.#wake);
  }
}
