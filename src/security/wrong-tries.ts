/**
 * Wrong tries by address, not by seat or room, which anybody could lock for its player then: a token bucket for each
 * address that had one of late. Whoever has used theirs up is refused without looking, so that guessing costs the server
 * nothing, and a right token among the next tries is not noticed. Bounded: of more addresses than it keeps the oldest is
 * forgotten. Pure: time comes in.
 */
import { TokenBucket } from './token-bucket.ts';

export interface WrongTriesOptions {
  readonly perMinute: number;
  readonly maxAddresses: number;
}

export class WrongTries {
  readonly #options: WrongTriesOptions;
  /** In the order of their last wrong try. */
  readonly #left = new Map<string, TokenBucket>();

  constructor(options: WrongTriesOptions) {
    this.#options = options;
  }

  isSpent(address: string, nowMs: number): boolean {
    const left = this.#left.get(address);
    return left !== undefined && !left.has(1, nowMs);
  }

  wrong(address: string, nowMs: number): void {
    const { perMinute, maxAddresses } = this.#options;
    const left = this.#left.get(address) ?? new TokenBucket(perMinute / 60, perMinute, nowMs);
    this.#left.delete(address);
    if (this.#left.size >= maxAddresses) this.#left.delete(this.#left.keys().next().value!);
    left.take(1, nowMs);
    this.#left.set(address, left);
  }
}
