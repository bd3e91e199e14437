/** What the server's answers changed about the predicted own body, counted. */

/** A correction smaller than this (units) is nothing one could see. */
const VISIBLE = 0.5;

/** Where a body was moved by a correction, in world units; as the SDK's reconciler tells it. */
export type Shift = Partial<Readonly<Record<string, number>>>;

export class Corrections {
  /** Those large enough to see, the size of the newest, and the largest of all, in world units. */
  count = 0;
  last = 0;
  largest = 0;
  /** Answers compared with the prediction. */
  reconciles = 0;
  readonly #teleport: number;

  /** From `teleport` units on it was a jump, not a mistake. */
  constructor(teleport: number) {
    this.#teleport = teleport;
  }

  /** The server has answered. */
  add({ x = 0, y = 0 }: Shift = {}): void {
    this.reconciles++;
    const size = Math.hypot(x, y);
    if (size < VISIBLE || size > this.#teleport) return;
    this.count++;
    this.last = size;
    this.largest = Math.max(this.largest, size);
  }
}
