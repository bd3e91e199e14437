/**
 * Requests that were refused for what they are, and routes that failed: all are counted by reason, and each reason is
 * logged at most once a minute. A refusal is one line, without a stack and without what was sent.
 */
import { OnceAMinute } from '../kernel/once-a-minute.ts';
import type { Clock, Logger, Meter } from '../kernel/ports.ts';
import type { Flaw } from './request-checks.ts';

export type Reason =
  | Flaw
  | 'unreadable'
  | 'head_too_large'
  | 'too_slow'
  | 'tls'
  | 'connect'
  | 'upgrade'
  | 'expectation'
  | 'too_many_requests'
  | 'pipelined'
  | 'origin'
  | 'body';

export interface RefusalsDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
}

export class Refusals {
  readonly #deps: RefusalsDeps;
  readonly #lines = new OnceAMinute();

  constructor(deps: RefusalsDeps) {
    this.#deps = deps;
  }

  /** @param detail a word that is ours or harmless, never what a client wrote. */
  report(why: Reason, detail?: string): void {
    this.#deps.meter.count('hypogeum_http_refused_total', 1, { why });
    const turn = this.#turn(why);
    if (turn) this.#deps.logger.info('a request was refused', { why, detail, ...turn });
  }

  /** A route threw: a mistake of ours, with its stack. */
  failed(cause: unknown): void {
    this.#deps.meter.count('hypogeum_http_failures_total');
    const turn = this.#turn('failed');
    if (turn) this.#deps.logger.error('an HTTP route failed', turn, cause);
  }

  /** What goes with the line, if it is this kind's turn to have one. */
  #turn(name: Reason | 'failed'): { unlogged?: number } | undefined {
    const turn = this.#lines.count(name, this.#deps.clock.now());
    if (turn === undefined) return undefined;
    return turn.times > 1 ? { unlogged: turn.times - 1 } : {};
  }
}
