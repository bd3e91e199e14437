/** Calls the parsers that need no network with whatever fast-check makes up: the same for a seed, and small when it fails. */
import fc from 'fast-check';
import type { Parser } from './inputs.ts';
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
export async function fuzzParsers(seed: number, runs: number): Promise<PureResult[]> {
  const target = createFrameTarget();
  try {
    const results: PureResult[] = [];
    for (const parser of await parsersOf(target)) results.push(await fuzz(parser, seed, runs));
    return results;
  } finally {
    target.release();
  }
}

async function fuzz({ name, weight, property }: Parser, seed: number, runs: number): Promise<PureResult> {
  const beganAt = performance.now();
  const details = await fc.check(property, { seed, numRuns: Math.ceil(runs * weight) });
  return {
    parser: name,
    cases: details.numRuns,
    seconds: (performance.now() - beganAt) / 1000,
    failure: details.failed ? fc.defaultReportMessage(details) : undefined,
  };
}
