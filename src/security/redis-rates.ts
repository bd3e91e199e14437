/**
 * Rates that hold across processes: each decides by its own windows, and tells Redis of what it let through; when Redis
 * has counted more than the limit, the address is shut out here until that window ends. So nothing waits for Redis, and while
 * it is away each process's own limit holds. That is why rate-limiter-flexible has no insuranceLimiter here: its memory would be
 * the same count once more, unbounded and with a timer an address.
 */
import type { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Clock, Meter } from '../kernel/ports.ts';
import { KEYS } from '../redis/keys.ts';
import type { OpenRate, Rate, RateLimit } from './rate-limit.ts';
import { RateWindows } from './rate-windows.ts';

export interface RedisRatesDeps {
  readonly client: Redis;
  readonly clock: Clock;
  readonly meter: Meter;
}

/** What Redis was told and has not answered: beyond it, it is told nothing. A Redis that hangs takes no memory then. */
const MOST_UNANSWERED = 1000;

export function redisRates(deps: RedisRatesDeps): OpenRate {
  return (rate) => new SharedRate(rate, deps);
}

class SharedRate implements RateLimit {
  readonly #rate: Rate;
  readonly #meter: Meter;
  readonly #own: RateWindows;
  readonly #shared: RateLimiterRedis;
  #unanswered = 0;

  constructor(rate: Rate, { client, clock, meter }: RedisRatesDeps) {
    this.#rate = rate;
    this.#meter = meter;
    this.#own = new RateWindows(rate, clock);
    this.#shared = new RateLimiterRedis({
      storeClient: client,
      keyPrefix: KEYS.rates + rate.name,
      points: rate.limit,
      duration: rate.windowMs / 1000,
      rejectIfRedisNotReady: true,
    });
  }

  take(address: string, points = 1): number {
    const waitMs = this.#own.take(address, points);
    if (waitMs === 0) void this.#share(address, points);
    return waitMs;
  }

  async #share(address: string, points: number): Promise<void> {
    if (this.#unanswered >= MOST_UNANSWERED) return this.#notShared();
    this.#unanswered++;
    try {
      await this.#shared.consume(address, points);
    } catch (thrown) {
      if (thrown instanceof RateLimiterRes) this.#own.shut(address, thrown.msBeforeNext);
      else this.#notShared();
    } finally {
      this.#unanswered--;
    }
  }

  #notShared(): void {
    this.#meter.count('hypogeum_rates_not_shared_total', 1, { rate: this.#rate.name });
  }
}
