/**
 * What was refused, and why: every refusal is counted, each reason logged at most once a minute with how many there were.
 * Of what was sent nothing is told.
 */
import type { Clock, Logger, Meter } from '../kernel/ports.ts';

export interface RefusalLogDeps {
  /** Milliseconds. */
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
}

interface Reason {
  loggedAt: number;
  unlogged: number;
}

const LOG_AGAIN_AFTER_MS = 60_000;

export class RefusalLog {
  readonly #deps: RefusalLogDeps;
  readonly #metric: string;
  readonly #words: string;
  readonly #reasons = new Map<string, Reason>();

  constructor(deps: RefusalLogDeps, metric: string, words: string) {
    this.#deps = deps;
    this.#metric = metric;
    this.#words = words;
  }

  /** @param why one of few words of ours, never a client's. */
  report(why: string): void {
    const { clock, logger, meter } = this.#deps;
    meter.count(this.#metric, 1, { why });
    const now = clock.now();
    const reason = this.#reasons.get(why);
    if (reason !== undefined && now - reason.loggedAt < LOG_AGAIN_AFTER_MS) {
      reason.unlogged++;
      return;
    }
    logger.info(this.#words, { why, times: reason?.unlogged ? reason.unlogged + 1 : undefined });
    this.#reasons.set(why, { loggedAt: now, unlogged: 0 });
  }
}
