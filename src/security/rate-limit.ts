/**
 * The port of how often an address may do something. What it answers it answers at once: whoever is refused costs a look
 * into a map, and nobody waits for Redis. Rules: SPEC.md (D8, D9). A version in memory and one that is shared through Redis
 * pass one contract suite (test/contract/rate-limit.test.ts).
 */

export interface Rate {
  /** Of what is limited: for metrics and keys. */
  readonly name: string;
  /** So much in a window, which begins with the first that is taken. */
  readonly limit: number;
  /** Whole seconds, in milliseconds. */
  readonly windowMs: number;
  /** So many addresses are known apart; those beyond share one window. */
  readonly maxAddresses: number;
}

export interface RateLimit {
  /**
   * Takes `points` of what the address may have. Returns 0, or how many milliseconds it has to wait; it has nothing left in
   * its window then, also when it asked for more than was left.
   */
  take(address: string, points?: number): number;
}

export type OpenRate = (rate: Rate) => RateLimit;
