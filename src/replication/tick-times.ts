/** Which tick it is and when the last ones were. Milliseconds of any clock that does not go back. */

/** Whatever waits longer than so many ticks has waited long enough. */
const REMEMBERED = 1024;

export class TickTimes {
  tick = 0;
  now = 0;
  /** Since the tick before. */
  sinceLast = 0;
  readonly #times = new Float64Array(REMEMBERED);

  next(now: number): void {
    this.tick++;
    this.sinceLast = now - this.now;
    this.now = now;
    this.#times[this.tick % REMEMBERED] = now;
  }

  /** Milliseconds since the tick of a version (see known-set.ts). */
  since(version: number): number {
    const tick = Math.abs(version);
    return this.tick - tick < REMEMBERED ? this.now - this.#times[tick % REMEMBERED]! : Number.POSITIVE_INFINITY;
  }
}
