/** Calls the parsers that need no network with whatever fast-check makes up: the same for a seed, and small when it fails. */
import fc from 'fast-check';
import { parsersOf } from './parsers.ts';
import { createFrameTarget } from './room-frames.ts';

export interface PureResult {
  readonly parser: string;
  readonly cases: number;
  readonly seconds: number;
  /** What failed, the smallest input found for it, and how to see it again; undefined when nothing did. */
  readonly failure: string | undefined;
}

/** `runs` for each of the cheapest parsers' shares. */
export function fuzzParsers(seed: number, runs: number): PureResult[] {
  const target = createFrameTarget();
  try {
    return parsersOf(target).map(({ name, weight, property }) => {
      const beganAt = performance.now();
      const details = fc.check(property, { seed, numRuns: runs * weight });
      return {
        parser: name,
        cases: details.numRuns,
        seconds: (performance.now() - beganAt) / 1000,
        failure: details.failed ? fc.defaultReportMessage(details) : undefined,
      };
    });
  } finally {
    target.release();
  }
}
