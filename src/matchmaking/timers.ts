/** Doing something later: the port that tests step by hand, and Node's version of it. */

export interface Timers {
  /** Calls `run` once after `delayMs`, unless the function it returns was called before. */
  after(delayMs: number, run: () => void): () => void;
}

/** None of them keeps the process from ending. */
export const nodeTimers: Timers = {
  after(delayMs, run) {
    const timeout = setTimeout(run, delayMs);
    timeout.unref();
    return () => clearTimeout(timeout);
  },
};
