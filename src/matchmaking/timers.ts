/** Doing something later, on Node; tests step the port by hand. */
import type { Timers } from '../kernel/ports.ts';

export type { Timers } from '../kernel/ports.ts';

/** None of them keeps the process from ending. */
export const nodeTimers: Timers = {
  after(delayMs, run) {
    const timeout = setTimeout(run, delayMs);
    timeout.unref();
    return () => clearTimeout(timeout);
  },
};
