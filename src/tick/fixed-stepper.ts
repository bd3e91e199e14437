/**
 * When rooms step: a grid of deadlines, one every period, and how many of them are due. Pure; time comes in.
 * The grid never moves by lateness, so the average rate is exact (drift-corrected); a late visit runs the missed steps
 * at once, up to a cap, and what is over the cap is skipped, so that a hitch cannot spiral.
 * After Glenn Fiedler, "Fix Your Timestep!", and Quake's server frame.
 */

export interface StepperOptions {
  readonly periodMs: number;
  /** Most steps of one visit; the rest of a longer delay is skipped. */
  readonly maxCatchUpSteps: number;
  /** A deadline this near counts as reached: timers have a grain of a millisecond. */
  readonly earlyMs: number;
}

export class FixedStepper {
  readonly options: StepperOptions;
  /** The next deadline, in the driver's milliseconds. */
  nextAt: number;
  /** Steps that never ran: those over the cap, all told. */
  skipped = 0;

  constructor(options: StepperOptions, firstAt: number) {
    this.options = options;
    this.nextAt = firstAt;
  }

  /** How many steps to run now, 0 when it is too early. Moves the deadline past `now`. */
  take(now: number): number {
    const { periodMs, maxCatchUpSteps, earlyMs } = this.options;
    const reached = now + earlyMs - this.nextAt;
    if (reached < 0) return 0;
    const due = Math.floor(reached / periodMs) + 1;
    const run = Math.min(due, maxCatchUpSteps);
    this.nextAt += due * periodMs;
    this.skipped += due - run;
    return run;
  }
}
