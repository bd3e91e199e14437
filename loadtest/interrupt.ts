/**
 * Ctrl+C and SIGTERM as an exception, so that what a command started is stopped by its own `finally`, in order.
 */

export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

export interface InterruptWatch {
  /** `work`, or a rejection with Interrupted when a signal comes first. */
  race<T>(work: Promise<T>): Promise<T>;
  /** Gives the signals back. */
  release(): void;
}

export function watchInterrupts(): InterruptWatch {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  const interrupt = (signal: NodeJS.Signals): void => reject(new Interrupted(`interrupted by ${signal}`));
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  return {
    race: (work) => Promise.race([work, promise]),
    release() {
      process.removeListener('SIGINT', interrupt);
      process.removeListener('SIGTERM', interrupt);
    },
  };
}
