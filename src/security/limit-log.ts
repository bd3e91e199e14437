/** Limits that bite: each time counted, and logged once a minute a limit with how many times it was. */
import { OnceAMinute } from '../kernel/once-a-minute.ts';
import type { Clock, Logger, Meter } from '../kernel/ports.ts';

export interface LimitLogDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
}

export class LimitLog {
  readonly #deps: LimitLogDeps;
  readonly #lines = new OnceAMinute();

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
    const turn = this.#lines.count(limit, clock.now());
    if (turn) logger.warn('a limit was reached', { limit, times: turn.times, ...(address && { address }) });
  }
}
