/**
 * A token bucket: full at first, refilled at an even rate, never fuller than its burst. Over any time t it gives at most
 * rate * t + burst. Pure: time comes in, in whole milliseconds that do not run backwards. It counts thousandths of tokens,
 * of which a rate per second gives a whole number each millisecond: exact, and small integers need no memory.
 */
const SCALE = 1000;

export class TokenBucket {
  /** Tokens a second: thousandths of them a millisecond. */
  readonly #rate: number;
  readonly #burst: number;
  #level: number;
  #filledAtMs: number;

  constructor(ratePerSecond: number, burst: number, nowMs: number) {
    this.#rate = ratePerSecond;
    this.#burst = burst * SCALE;
    this.#level = this.#burst;
    this.#filledAtMs = nowMs;
  }

  /** Takes `cost` tokens, or none and answers false. */
  take(cost: number, nowMs: number): boolean {
    if (!this.has(cost, nowMs)) return false;
    this.#level -= cost * SCALE;
    return true;
  }

  /** Whether `cost` could be taken. */
  has(cost: number, nowMs: number): boolean {
    const elapsedMs = nowMs - this.#filledAtMs;
    if (elapsedMs > 0) {
      this.#level = Math.min(this.#burst, this.#level + elapsedMs * this.#rate);
      this.#filledAtMs = nowMs;
    }
    return this.#level >= cost * SCALE;
  }
}
