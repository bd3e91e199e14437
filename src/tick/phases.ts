/**
 * Spreads the rooms of one rate over the period, by what they cost. Rooms of one phase share a deadline and one wake-up
 * of the process, and waking up is most of what idle rooms cost: so rooms gather in one phase as long as they are quick
 * together, and where they are not, some move to a phase with less to do. A move shifts a room's steps once, by at most
 * half a period; it happens seldom, and only where the difference is plain.
 */
import { FixedStepper, type StepperOptions } from './fixed-stepper.ts';

/** Phases lie at least about this far apart. */
const PHASE_MS = 4;
const MAX_PHASES = 8;
/** Rooms that take longer than this together may be spread. */
const FULL_MS = 1;
/** What a phase with next to nothing to do costs: its rooms may join others. */
const IDLE_MS = 0.5;
/** Another phase is plainly better off when it has less than this share of the work. */
const PLAINLY_LESS = 0.6;
/** Runs after a move for a phase's cost to show; twice as many after each further move, up to the most. */
const SETTLE_RUNS = 10;
const MAX_SETTLE_RUNS = 640;
/** Weight of the newest run in the moving average of a phase's cost; one slow run counts as at most so many average ones. */
const COST_WEIGHT = 0.1;
const MAX_OUTLIER = 2;

/** The rooms that step together. */
export class Phase<Room> {
  readonly stepper: FixedStepper;
  readonly rooms: Room[] = [];
  /** Steps of a visit under way, and which room is next in it; 0 when none is. */
  steps = 0;
  next = 0;
  /** Milliseconds that the run under way took so far; and that a run takes, smoothed. */
  running = 0;
  cost = 0;
  /** Complete runs since rooms came or went by a move, and how many it takes until they may again. */
  runs = 0;
  settleRuns = SETTLE_RUNS;

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

  /** The run under way is complete. */
  ran(): void {
    // A run during which the machine was taken away says nothing of the rooms in it.
    const counted = Math.min(this.running, MAX_OUTLIER * this.cost + FULL_MS);
    this.cost += COST_WEIGHT * (counted - this.cost);
    this.running = 0;
    this.next = 0;
    this.steps = 0;
    this.runs++;
  }

  /** Whether rooms may leave for another phase. Idle ones need not wait long to join others. */
  get settled(): boolean {
    return this.runs >= (this.cost < IDLE_MS ? SETTLE_RUNS : this.settleRuns);
  }

  /** Rooms came or went by a move. Each makes the next one wait longer: moves are for changed loads, not for noise. */
  moved(): void {
    this.runs = 0;
    this.settleRuns = Math.min(MAX_SETTLE_RUNS, this.settleRuns * 2);
  }
}

export interface Move<Room> {
  readonly to: Phase<Room>;
  readonly rooms: readonly Room[];
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

  /** Puts a room into the first phase that is not full, else the cheapest; its next deadline then lies after `now`. */
  add(room: Room, now: number): Phase<Room> {
    const phase = this.#all.find(({ cost }) => cost < FULL_MS) ?? this.#cheapest();
    this.#put(phase, [room], now);
    return phase;
  }

  /** What to move after a run of `phase`, and moved already; undefined nearly always. */
  balance(phase: Phase<Room>, now: number): Move<Room> | undefined {
    if (!phase.settled) return undefined;
    const to = phase.cost > FULL_MS ? this.#relief(phase) : phase.cost < IDLE_MS ? this.#company(phase) : undefined;
    if (to === undefined) return undefined;
    const count = phase.cost > FULL_MS ? evenShare(phase, to) : phase.rooms.length;
    const share = (phase.cost * count) / phase.rooms.length;
    const rooms = phase.rooms.splice(-count);
    this.#put(to, rooms, now);
    phase.cost -= share;
    to.cost += share;
    phase.moved();
    to.moved();
    return { to, rooms };
  }

  /** The phase with rooms that is due first. */
  earliest(): Phase<Room> | undefined {
    let first: Phase<Room> | undefined;
    for (const phase of this.#all) {
      if (phase.rooms.length > 0 && (first === undefined || phase.dueAt < first.dueAt)) first = phase;
    }
    return first;
  }

  /** A phase that plainly has less to do than a full one. */
  #relief(phase: Phase<Room>): Phase<Room> | undefined {
    const other = this.#cheapest();
    return phase.rooms.length > 1 && other.cost < phase.cost * PLAINLY_LESS ? other : undefined;
  }

  /** An earlier phase whose rooms these may join without filling it. */
  #company(phase: Phase<Room>): Phase<Room> | undefined {
    const before = this.#all.slice(0, this.#all.indexOf(phase));
    return before.find((other) => other.rooms.length > 0 && other.settled && other.cost < IDLE_MS);
  }

  #cheapest(): Phase<Room> {
    return this.#all.reduce((least, other) => (other.cost < least.cost ? other : least));
  }

  #put(phase: Phase<Room>, rooms: readonly Room[], now: number): void {
    if (phase.rooms.length === 0) this.#wake(phase, now);
    phase.rooms.push(...rooms);
  }

  /** An empty phase stood still; its grid is where it was. */
  #wake(phase: Phase<Room>, now: number): void {
    const { periodMs, earlyMs } = this.#options;
    const { stepper } = phase;
    const behind = Math.floor((now + earlyMs - stepper.nextAt) / periodMs) + 1;
    stepper.nextAt += Math.max(0, behind) * periodMs;
    phase.steps = 0;
    phase.next = 0;
    phase.running = 0;
    phase.cost = 0;
    phase.settleRuns = SETTLE_RUNS;
  }
}

/** How many rooms leave both phases with as much to do, if rooms cost alike; at least one. */
function evenShare<Room>(from: Phase<Room>, to: Phase<Room>): number {
  return Math.max(1, Math.floor((from.rooms.length * (from.cost - to.cost)) / (2 * from.cost)));
}
