/**
 * `npm run fuzz -- replication`: seeded runs of random operations on a replicated state; after each tick every client's
 * frame is decoded by the stock decoder and compared with a plain model of what it may see. A failing seed is made small
 * and printed; the same seed fails again on any machine.
 */

import { randomSeed } from '../../src/kernel/random.ts';
import type { Command, OptionTable } from '../args.ts';
import { type Check, checkNone, createReport, formatChecks, formatTable, writeReport } from '../report.ts';
import type { MakeReplicator } from './replication/replicator.ts';
import { explain, realReplicator, runSeed } from './replication/run.ts';

const OPTIONS = {
  json: { type: 'text', help: 'file to write the result to' },
  seeds: { type: 'integer', default: 1000, min: 1, max: 1e9, help: 'how many runs' },
  from: { type: 'integer', min: 0, max: 2 ** 53 - 1, help: 'the first seed; one by chance if left out' },
  explain: { type: 'integer', default: 3, min: 0, max: 1000, help: 'how many failing seeds are made small and shown' },
} as const satisfies OptionTable;

export interface FuzzFigures {
  readonly firstSeed: number;
  readonly seeds: number;
  readonly frames: number;
  readonly bytes: number;
  /** How often a client was behind by as much as its byte budget allows. */
  readonly allowedLags: number;
  readonly seconds: number;
  readonly failures: readonly { readonly seed: number; readonly wrong: readonly string[] }[];
}

export const replicationFuzz: Command<typeof OPTIONS> = {
  usage: 'npm run fuzz -- replication [options]',
  options: OPTIONS,
  async run(options) {
    const figures = fuzzSeeds(options.from ?? randomSeed(), options.seeds);
    for (const { seed } of figures.failures.slice(0, options.explain)) console.log(explain(seed));
    const checks = checkFuzz(figures);
    console.log(`${formatFigures(figures)}\n${formatChecks(checks)}`);
    const report = createReport({ name: 'fuzz-replication', options, figures, checks, warnings: [] });
    if (options.json !== undefined) writeReport(options.json, report);
    return checks.every(({ ok }) => ok) ? 0 : 1;
  },
};

/** Runs `seeds` seeds from `firstSeed` on; on a terminal it shows how far it is. */
export function fuzzSeeds(firstSeed: number, seeds: number, make: MakeReplicator = realReplicator): FuzzFigures {
  const begin = performance.now();
  const failures: { seed: number; wrong: readonly string[] }[] = [];
  let [frames, bytes, allowedLags] = [0, 0, 0];
  for (let done = 0; done < seeds; done++) {
    showProgress(`${done} of ${seeds} seeds, ${failures.length} failing`);
    const outcome = runSeed(firstSeed + done, make);
    frames += outcome.frames;
    bytes += outcome.bytes;
    allowedLags += outcome.lagging;
    if (outcome.failure !== undefined) failures.push({ seed: firstSeed + done, wrong: outcome.failure.wrong });
  }
  showProgress('');
  return { firstSeed, seeds, frames, bytes, allowedLags, seconds: (performance.now() - begin) / 1000, failures };
}

/** With no frame at all nothing was tested. */
export function checkFuzz({ failures, frames }: FuzzFigures): Check[] {
  return [
    checkNone('failing-seeds', failures.length, 'failing seed'),
    { id: 'frames', asked: 'frames decoded and compared', measured: frames, ok: frames > 0 },
  ];
}

/** One line that is written over; nothing when nobody watches. */
function showProgress(text: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${text}`);
}

function formatFigures({ firstSeed, seeds, frames, bytes, allowedLags, seconds, failures }: FuzzFigures): string {
  const failing = failures.map(({ seed }) => seed).join(', ');
  return formatTable([
    ['seeds', `${seeds} from ${firstSeed}, in ${seconds.toFixed(1)} s`],
    ['frames', `${frames} decoded and compared, ${(bytes / 1e6).toFixed(1)} MB`],
    ['allowed lags', `${allowedLags}`],
    ['failing', failing === '' ? 'none' : failing],
  ]);
}
