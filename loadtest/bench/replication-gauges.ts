/** What a tick of the replication bench is measured with, in laps: CPU time, or what the heap grows by. */
import { getHeapStatistics } from 'node:v8';

export interface Gauge {
  /** Begins, also after a break that does not count. */
  start(): void;
  /** Since the start or the last lap. */
  lap(): number;
}

/** Microseconds of CPU of this process, all its threads: collecting garbage is part of the cost. */
export class CpuGauge implements Gauge {
  #at = 0;

  start(): void {
    this.#at = cpuUs();
  }

  lap(): number {
    const lap = cpuUs() - this.#at;
    this.start();
    return lap;
  }
}

/**
 * Bytes the JavaScript heap grows by. Only of use in a process whose young generation is so large that nothing is
 * collected meanwhile (see `HEAP_FLAGS`); where it was, a lap is negative.
 */
export class HeapGauge implements Gauge {
  #at = 0;
  /** Asking allocates too. */
  readonly #own: number;

  constructor() {
    this.start();
    const laps = Array.from({ length: 64 }, () => getHeapStatistics().used_heap_size).slice(32);
    this.#own = (laps.at(-1)! - laps[0]!) / (laps.length - 1);
  }

  start(): void {
    this.#at = getHeapStatistics().used_heap_size;
  }

  lap(): number {
    const lap = getHeapStatistics().used_heap_size - this.#at - this.#own;
    this.start();
    return Math.round(lap);
  }
}

/** Node's flags for a process that a HeapGauge is used in: a young generation of megabytes that are never full. */
export const HEAP_FLAGS = ['--expose-gc', '--min-semi-space-size=512', '--max-semi-space-size=512'];

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
