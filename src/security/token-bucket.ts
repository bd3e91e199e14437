/**
 * A token bucket: full at first, refilled at an even rate, never fuller than its burst. Over any time t it gives at most
 * rate * t + burst. Pure: time comes in, in milliseconds that do not run backwards.
 */

/** Sums of fractions may fall short of a whole token by this much; nobody within their rate may be refused for it. */
const ROUNDING = 1e-6;

export class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #filledAtMs: number;

  constructor(ratePerSecond: number, burst: number, nowMs: number) {
    this.#perMs = ratePerSecond / 1000;
    this.#burst = burst;
    this.#tokens = burst;
    this.#filledAtMs = nowMs;
  }

  /** Takes `cost` tokens, or none and answers false. */
  take(cost: number, nowMs: number): boolean {
    this.#fill(nowMs);
    if (this.#tokens + ROUNDING < cost) return false;
    this.#tokens -= cost;
    return true;
  }

  /** Whether `cost` could be taken. */
  has(cost: number, nowMs: number): boolean {
    this.#fill(nowMs);
    return this.#tokens + ROUNDING >= cost;
  }

  #fill(nowMs: number): void {
    if (nowMs <= this.#filledAtMs) return;
    this.#tokens = Math.min(this.#burst, this.#tokens + (nowMs - this.#filledAtMs) * this.#perMs);
    this.#filledAtMs = nowMs;
  }
}
