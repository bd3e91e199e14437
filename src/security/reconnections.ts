/**
 * Reconnections with wrong tokens, from both sides they come from: the socket of an SDK that comes back by itself, and the
 * matchmaking request of `client.reconnect(token)`. See SPEC.md (F11).
 */
import { ERRORS } from '../kernel/errors.ts';
import type { Clock } from '../kernel/ports.ts';
import type { LimitLog } from './limit-log.ts';
import { WrongTries } from './wrong-tries.ts';

export interface ReconnectionDeps {
  readonly clock: Clock;
  readonly log: LimitLog;
}

/** Of addresses that tried wrong ones; some 100 bytes each. */
const MAX_ADDRESSES = 20_000;

export class Reconnections {
  readonly #deps: ReconnectionDeps;
  readonly #tries: WrongTries;

  constructor(deps: ReconnectionDeps, { maxWrongTokensPerMinute }: { readonly maxWrongTokensPerMinute: number }) {
    this.#deps = deps;
    this.#tries = new WrongTries({ perMinute: maxWrongTokensPerMinute, maxAddresses: MAX_ADDRESSES });
  }

  /** Whether a reconnection from here is refused without looking. */
  isRefused(address: string): boolean {
    const isSpent = this.#tries.isSpent(address, this.#now());
    if (isSpent) this.#deps.log.bit('reconnections');
    return isSpent;
  }

  failed(address: string): void {
    this.#tries.wrong(address, this.#now());
  }

  #now(): number {
    return Math.floor(this.#deps.clock.now());
  }

  /** Passes on what `attempt` answers or throws. @throws an error with the code of TOO_MANY_RECONNECTIONS instead of attempting it. */
  async attempt<T>(address: string, attempt: () => Promise<T>): Promise<T> {
    const { code, message } = ERRORS.TOO_MANY_RECONNECTIONS;
    if (this.isRefused(address)) throw Object.assign(new Error(message), { code });
    try {
      return await attempt();
    } catch (thrown) {
      if ((thrown as { code?: unknown } | null)?.code === ERRORS.SEAT_EXPIRED.code) this.failed(address);
      throw thrown;
    }
  }
}
