/** How many bytes may be under way to a client: never less than two of its state frames of late. Pure. */

/** The largest of one to two times so many frames counts. */
const RECENT = 64;

export class InFlightWindow {
  readonly #leastBytes: number;
  #seen = 0;
  #largest = 0;
  #largestBefore = 0;

  constructor(leastBytes: number) {
    this.#leastBytes = leastBytes;
  }

  get bytes(): number {
    return Math.max(this.#leastBytes, 2 * this.#largest, 2 * this.#largestBefore);
  }

  /** A state frame of so many bytes was sent. */
  sent(bytes: number): void {
    if (this.#seen === RECENT) {
      this.#largestBefore = this.#largest;
      this.#largest = 0;
      this.#seen = 0;
    }
    this.#seen++;
    if (bytes > this.#largest) this.#largest = bytes;
  }
}
