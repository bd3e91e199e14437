/** What the answers to pings tell of a line: its round trip, and how long what is sent now takes to arrive. Pure. */

/** The lowest of one to two times so many answers counts, so that a wait in a queue does not pass for distance. */
const RECENT = 8;

export class Latency {
  #seen = 0;
  #lowest = Number.POSITIVE_INFINITY;
  #lowestBefore = Number.POSITIVE_INFINITY;
  #newest: number | undefined;

  /** `ms` from a ping to its answer. */
  add(ms: number): void {
    if (this.#seen === RECENT) {
      this.#lowestBefore = this.#lowest;
      this.#lowest = Number.POSITIVE_INFINITY;
      this.#seen = 0;
    }
    this.#seen++;
    this.#lowest = Math.min(this.#lowest, ms);
    this.#newest = ms;
  }

  /** The lowest of the recent ones: the line itself. */
  get roundTripMs(): number | undefined {
    return this.#newest === undefined ? undefined : Math.min(this.#lowest, this.#lowestBefore);
  }

  /** One way, with what it waited behind: the newest answer less its way back. */
  get deliveryMs(): number | undefined {
    return this.#newest === undefined ? undefined : this.#newest - this.roundTripMs! / 2;
  }
}
