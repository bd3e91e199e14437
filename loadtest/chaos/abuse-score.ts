/** Keeps count of one attacked window: what was offered, what the server took, and when. Pure; the clock comes in. */
import type { Tally } from '../messages.ts';
import { type AttackResult, LIMITED_WITHIN_MS } from './abuse-messages.ts';

const SLOT_MS = 100;

export class Score {
  readonly #now: () => number;
  readonly #beganAt: number;
  readonly #slots: number[] = [];
  readonly #ends: Tally = {};
  readonly #breaches: Tally = {};
  #offered = 0;
  #accepted = 0;
  #acceptedLate = 0;
  #held = 0;
  #heldLate = 0;

  /** The window begins now. `now`: monotonic milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
    this.#beganAt = now();
  }

  get elapsedMs(): number {
    return this.#now() - this.#beganAt;
  }

  offer(count = 1): void {
    this.#offered += count;
    const slot = Math.floor(this.elapsedMs / SLOT_MS);
    this.#slots[slot] = (this.#slots[slot] ?? 0) + count;
  }

  /** The server took them, now or at `elapsedMs`. */
  accept(count = 1, elapsedMs = this.elapsedMs): void {
    this.#accepted += count;
    if (elapsedMs > LIMITED_WITHIN_MS) this.#acceptedLate += count;
  }

  /** Something is held from now on (1), or no longer (-1). */
  hold(by: 1 | -1): void {
    this.#noteHeld();
    this.#held += by;
    this.#noteHeld();
  }

  get held(): number {
    return this.#held;
  }

  /** One connection or request ended like this. */
  end(how: string | number): void {
    add(this.#ends, String(how));
  }

  breach(words: string): void {
    add(this.#breaches, words);
  }

  /** `seconds`: how long the window was meant to be. */
  result(seconds: number): AttackResult {
    this.#noteHeld();
    return {
      seconds,
      offered: this.#offered,
      peakPerSecond: this.#slots.reduce((most, count) => Math.max(most, count), 0) * (1000 / SLOT_MS),
      accepted: this.#accepted,
      acceptedLate: this.#acceptedLate,
      heldLate: this.#heldLate,
      ends: { ...this.#ends },
      breaches: { ...this.#breaches },
    };
  }

  /** What is held now has been since the last change. */
  #noteHeld(): void {
    if (this.elapsedMs > LIMITED_WITHIN_MS) this.#heldLate = Math.max(this.#heldLate, this.#held);
  }
}

function add(tally: Tally, key: string): void {
  tally[key] = (tally[key] ?? 0) + 1;
}
