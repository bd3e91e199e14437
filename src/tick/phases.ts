/**
 * Spreads the rooms of one rate over the period: a few phases, and a new room goes where the fewest are. A few and not
 * one a room, because rooms of one phase share a deadline, a wake-up of the process and warm caches; waking up is most
 * of what idle rooms cost.
 */
import { FixedStepper, type StepperOptions } from './fixed-stepper.ts';

/** Phases lie about this far apart. */
const PHASE_MS = 8;
const MAX_PHASES = 8;

/** The rooms that step together. */
export class Phase<Room> {
  readonly stepper: FixedStepper;
  readonly rooms: Room[] = [];
  /** Steps of a visit under way, and which room is next in it; 0 when none is. */
  steps = 0;
  next = 0;

  constructor(stepper: FixedStepper) {
    this.stepper = stepper;
  }

  /** When it is to be run: at once if it was interrupted. */
  get dueAt(): number {
    return this.steps > 0 ? Number.NEGATIVE_INFINITY : this.stepper.nextAt;
  }

  /** Takes a room out, also in the middle of a visit. */
  remove(room: Room): void {
    const at = this.rooms.indexOf(room);
    this.rooms.splice(at, 1);
    if (at < this.next) this.next--;
  }
}

/** The phases of one rate, all on the grid that starts at time 0. */
export class Phases<Room> {
  readonly #all: Phase<Room>[];
  readonly #options: StepperOptions;

  constructor(options: StepperOptions) {
    this.#options = options;
    const count = Math.max(1, Math.min(MAX_PHASES, Math.round(options.periodMs / PHASE_MS)));
    this.#all = Array.from({ length: count }, (_, i) => {
      const offset = (i / count) * options.periodMs;
      return new Phase<Room>(new FixedStepper(options, offset));
    });
  }

  /** Puts a room into the emptiest phase, whose next deadline then lies after `now`. */
  add(room: Room, now: number): Phase<Room> {
    const phase = this.#all.reduce((least, other) => (other.rooms.length < least.rooms.length ? other : least));
    if (phase.rooms.length === 0) this.#wind(phase.stepper, now);
    phase.rooms.push(room);
    return phase;
  }

  /** An empty phase stood still; its grid is where it was. */
  #wind(stepper: FixedStepper, now: number): void {
    const { periodMs, earlyMs } = this.#options;
    const behind = Math.floor((now + earlyMs - stepper.nextAt) / periodMs) + 1;
    stepper.nextAt += Math.max(0, behind) * periodMs;
  }

  /** The phase with rooms that is due first. */
  earliest(): Phase<Room> | undefined {
    let first: Phase<Room> | undefined;
    for (const phase of this.#all) {
      if (phase.rooms.length > 0 && (first === undefined || phase.dueAt < first.dueAt)) first = phase;
    }
    return first;
  }
}
