/**
 * Rates in this process's memory: a window for each address, begun by the first that is taken and forgotten when it is
 * over. Windows are all equally long, so the map's order is the order in which they end: forgetting costs nothing to find.
 */
import type { Clock } from '../kernel/ports.ts';
import type { OpenRate, Rate, RateLimit } from './rate-limit.ts';

interface Window {
  readonly until: number;
  taken: number;
}

/** Shared by those for whom there is no window any more. */
const THE_REST = '';

export function memoryRates(clock: Clock): OpenRate {
  return (rate) => new RateWindows(rate, clock);
}

export class RateWindows implements RateLimit {
  readonly #rate: Rate;
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();
  /** Addresses that are refused whatever their window says, and until when. */
  readonly #shut = new Map<string, number>();

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Windows that are kept. */
  get size(): number {
    return this.#windows.size;
  }

  take(address: string, points = 1): number {
    const now = this.#clock.now();
    const shutUntil = this.#shut.get(address);
    if (shutUntil !== undefined && shutUntil > now) return shutUntil - now;
    const window = this.#windowOf(address, now);
    const isLeft = window.taken + points <= this.#rate.limit;
    window.taken = Math.min(window.taken + points, this.#rate.limit);
    return isLeft ? 0 : window.until - now;
  }

  /** Refuses an address for so long: somebody else counted. */
  shut(address: string, forMs: number): void {
    const now = this.#clock.now();
    forget(this.#shut, (until) => until <= now);
    if (this.#shut.size < this.#rate.maxAddresses) this.#shut.set(address, now + forMs);
  }

  #windowOf(address: string, now: number): Window {
    forget(this.#windows, ({ until }) => until <= now);
    const known = this.#windows.get(address);
    if (known !== undefined && known.until > now) return known;
    if (this.#windows.size >= this.#rate.maxAddresses && address !== THE_REST) return this.#windowOf(THE_REST, now);
    const window = { until: now + this.#rate.windowMs, taken: 0 };
    this.#windows.delete(address);
    this.#windows.set(address, window);
    return window;
  }
}

/** From the oldest on, as long as they are over. */
function forget<T>(entries: Map<string, T>, isOver: (entry: T) => boolean): void {
  for (const [address, entry] of entries) {
    if (!isOver(entry)) return;
    entries.delete(address);
  }
}
