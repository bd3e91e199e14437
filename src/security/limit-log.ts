/**
 * Limits that bite: each time counted; logged at the first, and after that at most once a minute a kind with the number
 * of times since. A flood is a line a minute.
 */
import type { Clock, Logger, Meter } from '../kernel/ports.ts';

export interface LimitLogDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
}

interface Kind {
  loggedAtMs: number;
  /** Times since the last line. */
  unlogged: number;
}

const LOG_AGAIN_AFTER_MS = 60_000;

export class LimitLog {
  readonly #deps: LimitLogDeps;
  readonly #kinds = new Map<string, Kind>();

  constructor(deps: LimitLogDeps) {
    this.#deps = deps;
  }

  /**
   * @param limit which one: a constant of the code, never anything from outside. @param address who ran into it, if that is
   * known: the line that comes tells one of them.
   */
  bit(limit: string, address?: string): void {
    const { clock, logger, meter } = this.#deps;
    meter.count('hypogeum_limit_hits_total', 1, { limit });
    const now = clock.now();
    const kind = this.#kinds.get(limit) ?? { loggedAtMs: Number.NEGATIVE_INFINITY, unlogged: 0 };
    this.#kinds.set(limit, kind);
    kind.unlogged++;
    if (now - kind.loggedAtMs < LOG_AGAIN_AFTER_MS) return;
    logger.warn('a limit was reached', { limit, times: kind.unlogged, ...(address && { address }) });
    kind.loggedAtMs = now;
    kind.unlogged = 0;
  }
}
