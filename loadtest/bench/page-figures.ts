/** From the rounds of the page bench to its figures and checks. Pure. Each figure is the median of the rounds. */
import type { MachineUsage } from '../machine.ts';
import { type Check, checkBelow, formatTable } from '../report.ts';
import { median } from '../statistics.ts';
import type { PageRound } from './page-round.ts';

/** Times in milliseconds. */
export interface PageFigures {
  readonly rounds: number;
  /** Script of a frame, what handled the patches before it included. */
  readonly scriptP50: number;
  readonly scriptP95: number;
  readonly scriptMax: number;
  readonly framesPerSecond: number;
  /** Corrections of the prediction that could be seen, of all answers from the server, and the largest in world units. */
  readonly corrections: number;
  readonly reconciles: number;
  readonly largestCorrection: number;
  /** First visit, compressed. */
  readonly pageBytes: number;
  readonly machine: MachineUsage;
}

const SCRIPT_P95_LIMIT_MS = 8;

export function summarizePage(rounds: readonly PageRound[]): PageFigures {
  const each = (figure: (round: PageRound) => number): number => median(rounds.map(figure));
  const others = rounds.flatMap(({ machine }) => machine.otherCores ?? []);
  return {
    rounds: rounds.length,
    scriptP50: each(({ frames }) => percentile(frames, 50)),
    scriptP95: each(({ frames }) => percentile(frames, 95)),
    scriptMax: each(({ frames }) => percentile(frames, 100)),
    framesPerSecond: each(({ frames, seconds }) => frames.length / seconds),
    corrections: each(({ before, after }) => after.corrections - before.corrections),
    reconciles: each(({ before, after }) => after.reconciles - before.reconciles),
    largestCorrection: each(({ after }) => after.largestCorrection),
    pageBytes: each(({ pageBytes }) => pageBytes),
    machine: {
      busy: each(({ machine }) => machine.busy),
      otherCores: others.length > 0 ? median(others) : undefined,
      stolenCores: each(({ machine }) => machine.stolenCores),
    },
  };
}

export function checkPage({ scriptP95 }: PageFigures): Check[] {
  const unit = 'ms of script in 95 of 100 frames with 16 players';
  return [checkBelow('frame-script-p95', scriptP95, SCRIPT_P95_LIMIT_MS, unit)];
}

export function formatPage(figures: PageFigures): string {
  const { corrections, reconciles, largestCorrection, machine } = figures;
  const table = formatTable([
    ['frame script p50', `${figures.scriptP50.toFixed(1)} ms`],
    ['frame script p95', `${figures.scriptP95.toFixed(1)} ms`],
    ['frame script max', `${figures.scriptMax.toFixed(1)} ms`],
    ['frames a second', figures.framesPerSecond.toFixed(1)],
    ['corrections', `${corrections} of ${reconciles} answers, the largest ${largestCorrection.toFixed(1)} units`],
    ['first visit', `${(figures.pageBytes / 1000).toFixed(1)} kB`],
    ['all cores', `${(machine.busy * 100).toFixed(0)} % busy`],
    ['other programs', machine.otherCores === undefined ? '-' : `${machine.otherCores.toFixed(1)} cores`],
  ]);
  return `medians of ${figures.rounds} rounds\n${table}`;
}

/** Nearest rank; 0 of none. */
function percentile(values: readonly number[], percent: number): number {
  const rank = Math.ceil((values.length * percent) / 100);
  return values.toSorted((a, b) => a - b)[Math.max(0, rank - 1)] ?? 0;
}
