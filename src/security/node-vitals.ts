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
  return {
    read() {
      const { rss, heapUsed } = process.memoryUsage();
      const lagMs = Math.max(0, lag.max / 1e6 - LAG_RESOLUTION_MS);
      lag.reset();
      return { rssBytes: rss, heapBytes: heapUsed, lagMs, outOfDescriptors: isOutOfDescriptors() };
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

function isOutOfDescriptors(): boolean {
  try {
    closeSync(openSync(devNull, 'r'));
    return false;
  } catch (error) {
    return ['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}
