/** The process's vitals on Node, and what its machine, its container and V8 allow it. */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { devNull, totalmem } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { OverloadLimits, Vitals } from './overload.ts';

/** How often lateness is looked at. */
const LAG_RESOLUTION_MS = 50;
/** Of the memory that there is; the rest is for what rooms that are there already still need. */
const RSS_SHARE = 0.75;
const HEAP_SHARE = 0.85;

export interface NodeVitals {
  read(): Vitals;
  stop(): void;
}

export function createNodeVitals(): NodeVitals {
  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  lag.enable();
  let rssBytes = 0;
  /** Node reads it from a file: without a descriptor it is what it was. */
  const readRss = (): boolean =>
    lacksDescriptor(() => {
      rssBytes = process.memoryUsage.rss();
    });
  const open = (): boolean => lacksDescriptor(() => closeSync(openSync(devNull, 'r')));
  return {
    read() {
      const outOfDescriptors = open() || readRss();
      const lagMs = Math.max(0, lag.max / 1e6 - LAG_RESOLUTION_MS);
      lag.reset();
      return { rssBytes, heapBytes: getHeapStatistics().used_heap_size, lagMs, outOfDescriptors };
    },
    stop: () => void lag.disable(),
  };
}

/** @param maxMemoryMb the watermark of resident memory; 0 for a share of what there is. */
export function overloadLimits(maxMemoryMb: number, maxLagMs: number): OverloadLimits {
  const endRssBytes = memoryThereIs();
  const endHeapBytes = getHeapStatistics().heap_size_limit;
  return {
    maxRssBytes: maxMemoryMb > 0 ? maxMemoryMb * 2 ** 20 : endRssBytes * RSS_SHARE,
    maxHeapBytes: endHeapBytes * HEAP_SHARE,
    maxLagMs,
    endRssBytes,
    endHeapBytes,
    maxDescriptors: descriptorsThereAre(),
  };
}

/** The container's, if it has a limit (without one Node says 0, or a number beyond any machine). */
function memoryThereIs(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

function descriptorsThereAre(): number {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** @throws what has another cause. */
function lacksDescriptor(open: () => void): boolean {
  try {
    open();
    return false;
  } catch (error) {
    if (['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '')) return true;
    throw error;
  }
}
