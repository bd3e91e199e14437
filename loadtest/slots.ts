/**
 * When each bot of a process sends its next input: a fixed grid, the bots' slots spread evenly over the period. Pure;
 * time comes in. A slot that is reached late is still played with the time it was meant for, so that a stall of the
 * server or of the bots shows in every round trip it delayed, not only in one (coordinated omission; Gil Tene).
 */

export interface SlotOptions {
  readonly bots: number;
  readonly periodMs: number;
  readonly startAt: number;
  /** Slots of one bot further back than this are given up and counted. */
  readonly maxBehind: number;
}

export class SlotGrid {
  readonly #options: SlotOptions;
  readonly #spacingMs: number;
  #next = 0;
  /** Slots that came up so late that they were never played. */
  skipped = 0;

  constructor(options: SlotOptions) {
    this.#options = options;
    this.#spacingMs = options.periodMs / options.bots;
  }

  /** Plays every slot that is due at `now`, in order: `play(bot, intendedAt)`. */
  run(now: number, play: (bot: number, intendedAt: number) => void): void {
    const { bots, startAt, maxBehind } = this.#options;
    const end = Math.floor((now - startAt) / this.#spacingMs) + 1;
    const first = Math.max(this.#next, end - maxBehind * bots);
    this.skipped += first - this.#next;
    for (let slot = first; slot < end; slot++) play(slot % bots, startAt + slot * this.#spacingMs);
    this.#next = Math.max(this.#next, end);
  }
}
