/** Players who were refused, and why: each counted, each reason logged once a minute. Of what was sent nothing is told. */
import { OnceAMinute } from '../kernel/once-a-minute.ts';
import type { Clock, Logger, Meter } from '../kernel/ports.ts';

export interface RefusalLogDeps {
  /** Milliseconds. */
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
}

export class RefusalLog {
  readonly #deps: RefusalLogDeps;
  readonly #metric: string;
  readonly #words: string;
  readonly #lines = new OnceAMinute();

  constructor(deps: RefusalLogDeps, metric: string, words: string) {
    this.#deps = deps;
    this.#metric = metric;
    this.#words = words;
  }

  /** @param why one of few words of ours, never a client's. */
  report(why: string): void {
    const { clock, logger, meter } = this.#deps;
    meter.count(this.#metric, 1, { why });
    const turn = this.#lines.count(why, clock.now());
    if (turn) logger.info(this.#words, { why, times: turn.times > 1 ? turn.times : undefined });
  }
}
