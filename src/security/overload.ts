/**
 * Whether this process can take another room: looked at once a second, by its memory, its file descriptors, and by how
 * long everything was held up. Above a watermark it makes no rooms, below a lower one it does again. A process that is
 * about to be ended by the system for its memory, or leaks descriptors, is unsound. Rules: SPEC.md (P10 to P14).
 */
import type { Logger, Meter, Timers } from '../kernel/ports.ts';

/** What the process and the machine say of themselves. */
export interface Vitals {
  /** Resident memory of the process, bytes. */
  readonly rssBytes: number;
  /** What lives in V8's heap, garbage that was not collected yet included. */
  readonly heapBytes: number;
  /** The longest that timers were late since this was asked last. */
  readonly lagMs: number;
  /** No file can be opened now. */
  readonly outOfDescriptors: boolean;
}

export interface OverloadLimits {
  /** The watermarks. */
  readonly maxRssBytes: number;
  readonly maxHeapBytes: number;
  readonly maxLagMs: number;
  /** What the machine, the container or V8 ends the process at; infinite where that is not known. */
  readonly endRssBytes: number;
  readonly endHeapBytes: number;
  /** Files and sockets that the process may have open. */
  readonly maxDescriptors: number;
}

export interface OverloadDeps {
  readonly read: () => Vitals;
  /** Sockets of others that are open. */
  readonly connections: () => number;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly meter: Meter;
  /** The process cannot be trusted any more. May be called again. */
  readonly unsound: (reason: string) => void;
}

export type OverloadReason = 'memory' | 'lag' | 'descriptors';

const SAMPLE_EVERY_MS = 1000;
/** Below this share of a watermark it is over. */
const LOWER_MEMORY = 0.9;
const LOWER_LAG = 0.5;
/** One second says little about lag: a collection of garbage, a room that loads its map. */
const LAG_SAMPLES = 3;
/** Above this share of what ends the process, for so many samples in a row, it ends itself in good order. */
const LAST_SHARE = 0.95;
const LAST_SAMPLES = 10;
/** So long without a descriptor, while others have less than half of them, is a leak. */
const LEAK_SAMPLES = 60;

export class Overload {
  readonly #deps: OverloadDeps;
  readonly #limits: OverloadLimits;
  #reason: OverloadReason | undefined;
  #outOfMemory = false;
  #lagging = false;
  /** Samples in a row on the other side of the lag's mark, near the end of memory, and in a leak. */
  #turning = 0;
  #nearTheEnd = 0;
  #leaking = 0;
  #cancel: (() => void) | undefined;

  constructor(deps: OverloadDeps, limits: OverloadLimits) {
    this.#deps = deps;
    this.#limits = limits;
  }

  /** Why no room can be made here now; undefined when one can. */
  get reason(): OverloadReason | undefined {
    return this.#reason;
  }

  /** Looks at once, and then once a second. */
  start(): void {
    // Planned first: what cannot be read now is looked at again.
    this.#cancel = this.#deps.timers.after(SAMPLE_EVERY_MS, () => this.start());
    this.#sample(this.#deps.read());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #sample(vitals: Vitals): void {
    this.#outOfMemory = this.#memoryIsShort(vitals);
    this.#lagging = this.#isLagging(vitals);
    this.#tell(vitals);
    this.#watchTheEnd(vitals);
    this.#watchDescriptors(vitals);
  }

  #memoryIsShort({ rssBytes, heapBytes }: Vitals): boolean {
    const { maxRssBytes, maxHeapBytes } = this.#limits;
    const share = Math.max(rssBytes / maxRssBytes, heapBytes / maxHeapBytes);
    return share > (this.#outOfMemory ? LOWER_MEMORY : 1);
  }

  #isLagging({ lagMs }: Vitals): boolean {
    const { maxLagMs } = this.#limits;
    const above = lagMs > (this.#lagging ? maxLagMs * LOWER_LAG : maxLagMs);
    this.#turning = above === this.#lagging ? 0 : this.#turning + 1;
    if (this.#turning < LAG_SAMPLES) return this.#lagging;
    this.#turning = 0;
    return above;
  }

  #reasonOf({ outOfDescriptors }: Vitals): OverloadReason | undefined {
    if (this.#outOfMemory) return 'memory';
    if (outOfDescriptors) return 'descriptors';
    return this.#lagging ? 'lag' : undefined;
  }

  #tell(vitals: Vitals): void {
    const { rssBytes, heapBytes, lagMs } = vitals;
    const { meter, logger } = this.#deps;
    const before = this.#reason;
    this.#reason = this.#reasonOf(vitals);
    meter.gauge('hypogeum_process_rss_bytes', rssBytes);
    meter.gauge('hypogeum_process_heap_bytes', heapBytes);
    meter.gauge('hypogeum_process_lag_ms', lagMs);
    meter.gauge('hypogeum_process_overloaded', this.#reason === undefined ? 0 : 1);
    if (this.#reason === before) return;
    if (this.#reason === undefined) {
      logger.info('rooms can be made here again');
      return;
    }
    meter.count('hypogeum_process_overloads_total', 1, { reason: this.#reason });
    const fields = { reason: this.#reason, rssMb: inMb(rssBytes), heapMb: inMb(heapBytes), lagMs: Math.round(lagMs) };
    logger.warn('no rooms are made here now', fields);
  }

  #watchTheEnd({ rssBytes, heapBytes }: Vitals): void {
    const { endRssBytes, endHeapBytes } = this.#limits;
    const near = rssBytes > endRssBytes * LAST_SHARE || heapBytes > endHeapBytes * LAST_SHARE;
    this.#nearTheEnd = near ? this.#nearTheEnd + 1 : 0;
    if (this.#nearTheEnd >= LAST_SAMPLES) this.#deps.unsound('memory runs out');
  }

  /** When others hold the descriptors it is a crowd, and not the process that is wrong. */
  #watchDescriptors({ outOfDescriptors }: Vitals): void {
    const leaking = outOfDescriptors && this.#deps.connections() < this.#limits.maxDescriptors / 2;
    this.#leaking = leaking ? this.#leaking + 1 : 0;
    if (this.#leaking >= LEAK_SAMPLES) this.#deps.unsound('file descriptors leak');
  }
}

function inMb(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
