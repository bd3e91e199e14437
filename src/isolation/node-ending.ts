/**
 * How the process ends: asked by a signal, with code 0, or because it is unsound, with code 1, so that a process manager
 * starts it again. Either way it drains, and is gone within the drain time.
 */
import type { Logger } from '../kernel/ports.ts';

/** Gives no new seats, tells players to come back, ends what is open. */
export interface Stoppable {
  stop(): Promise<void>;
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGUSR2'] as const;
/** npm passes a Ctrl+C on to us who have it already: only a later one means "at once". */
const SECOND_SIGNAL_AFTER_MS = 1500;
/** Before the promised end, so that the process is gone within it. */
const LAST_EXIT_MARGIN_MS = 200;

export class Ending {
  readonly #logger: Logger;
  readonly #drainTimeoutMs: number;
  readonly #lastWords: () => void;
  #server: Stoppable | undefined;
  #begunAt: number | undefined;

  /** @param lastWords called right before the exit. */
  constructor(logger: Logger, drainTimeoutMs: number, lastWords: () => void) {
    this.#logger = logger;
    this.#drainTimeoutMs = drainTimeoutMs;
    this.#lastWords = lastWords;
  }

  /** From now on signals drain the server. Before, they end the process at once, as they do any process. */
  of(server: Stoppable): void {
    this.#server = server;
    for (const signal of STOP_SIGNALS) process.on(signal, (received) => this.#signalled(received));
  }

  unsound(reason: string): void {
    if (this.#begunAt !== undefined) return;
    this.#logger.error('this process is unsound: it drains and ends', { reason });
    void this.#end(1);
  }

  #signalled(signal: NodeJS.Signals): void {
    if (this.#begunAt === undefined) {
      this.#logger.info('stopping', { signal });
      void this.#end(0);
    } else if (performance.now() - this.#begunAt > SECOND_SIGNAL_AFTER_MS) this.#exit(1);
  }

  async #end(code: number): Promise<void> {
    this.#begunAt = performance.now();
    setTimeout(() => this.#exit(code), this.#drainTimeoutMs - LAST_EXIT_MARGIN_MS).unref();
    try {
      await this.#server?.stop();
    } finally {
      this.#exit(code);
    }
  }

  #exit(code: number): never {
    this.#lastWords();
    process.exit(code);
  }
}
