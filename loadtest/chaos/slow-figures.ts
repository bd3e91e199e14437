/** From the runs of `chaos -- slow` to its figures and checks. Pure. Each figure is the median of the runs. */

import { mergeHistograms } from '../histograms.ts';
import type { MachineUsage } from '../machine.ts';
import { type Check, checkNone, formatTable, round } from '../report.ts';
import { median } from '../statistics.ts';
import type { Comparison, MemoryUse, RoomKind, Trouble } from './slow-messages.ts';
import type { SlowRun } from './slow-run.ts';

/** One room and one trouble. */
export interface SlowFigures {
  readonly room: RoomKind;
  readonly trouble: Trouble;
  readonly runs: number;
  /** Patch interval of the players who go on, in milliseconds. */
  readonly intervalP50: number;
  readonly intervalP99: number;
  /** Each run by itself. */
  readonly intervalP99s: readonly number[];
  /** State frames that a stalled client got less than the others, mean. */
  readonly skipped: number;
  /** Bytes a stalled client costs the server, over the growth without stalls: what it holds, and the process's size. */
  readonly heldPerStalled: number;
  readonly residentPerStalled: number;
  /** Clients that held something else than the server a second after the reading on, of all runs; and 4 s later. */
  readonly wrongSoon: number;
  readonly wrongLate: number;
  /** Entities that the worst of them held wrongly. */
  readonly worstSoon: number;
  readonly worstLate: number;
  readonly complaints: number;
  /** Connections lost: of those who went on, of those who stalled. */
  readonly lostSteady: number;
  readonly lostStalled: number;
  readonly machine: MachineUsage;
}

export interface SlowRuns {
  readonly room: RoomKind;
  readonly runs: Readonly<Record<Trouble, readonly SlowRun[]>>;
  readonly stalled: number;
}

const INTERVAL_SHARE = 1.15;
const INTERVAL_MORE_MS = 8;
const MEMORY_LIMIT_KIB = 256;

/** The troubles that were run. */
export function summarizeRoom({ room, runs, stalled }: SlowRuns): SlowFigures[] {
  const troubles = (Object.keys(runs) as Trouble[]).filter((trouble) => runs[trouble].length > 0);
  return troubles.map((trouble) => {
    const grown = (of: keyof MemoryUse): number => perStalled(runs[trouble], runs.quiet, of, stalled);
    return {
      room,
      trouble,
      ...summarizeRuns(runs[trouble]),
      heldPerStalled: grown('held'),
      residentPerStalled: grown('resident'),
    };
  });
}

export function checkSlow(figures: readonly SlowFigures[]): Check[] {
  return figures.flatMap((one) => {
    if (one.room === 'stock') return one.trouble === 'ponging' ? [checkSeen(one)] : [];
    const quiet = figures.find(({ room, trouble }) => room === one.room && trouble === 'quiet');
    return checkOurs(one, quiet);
  });
}

export function formatSlow(figures: readonly SlowFigures[]): string {
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  const kib = (value: number): string => `${(value / 1024).toFixed(0)} KiB`;
  return formatTable([
    [
      'room',
      'trouble',
      'interval p50',
      'p99',
      'memory a stalled',
      'resident',
      'wrong after 1 s',
      'after 5 s',
      'skipped',
      'lost',
      'complaints',
    ],
    ...figures.map((one) => [
      one.room,
      one.trouble,
      ms(one.intervalP50),
      ms(one.intervalP99),
      one.trouble === 'quiet' ? '-' : kib(one.heldPerStalled),
      one.trouble === 'quiet' ? '-' : kib(one.residentPerStalled),
      `${one.wrongSoon} (${one.worstSoon} entities)`,
      `${one.wrongLate} (${one.worstLate} entities)`,
      one.skipped.toFixed(0),
      `${one.lostSteady} + ${one.lostStalled}`,
      String(one.complaints),
    ]),
  ]);
}

function summarizeRuns(
  runs: readonly SlowRun[],
): Omit<SlowFigures, 'room' | 'trouble' | 'heldPerStalled' | 'residentPerStalled'> {
  const intervals = runs.map((run) => mergeHistograms([run.intervals]));
  const soon = runs.flatMap((run) => [run.soon.steady, run.soon.stalled]);
  const late = runs.flatMap((run) => [run.late.steady, run.late.stalled]);
  const lost = (who: 'steady' | 'stalled'): number => sum(runs.map((run) => run.late[who].lost));
  const usage = (of: (machine: MachineUsage) => number): number => median(runs.map(({ machine }) => of(machine)));
  return {
    runs: runs.length,
    intervalP50: median(intervals.map((one) => one.at(50))),
    intervalP99: median(intervals.map((one) => one.at(99))),
    intervalP99s: intervals.map((one) => one.at(99)),
    skipped: median(runs.map(({ soon }) => soon.steady.patches - soon.stalled.patches)),
    wrongSoon: sum(soon.map(({ wrong }) => wrong.length)),
    wrongLate: sum(late.map(({ wrong }) => wrong.length)),
    worstSoon: worst(soon),
    worstLate: worst(late),
    complaints: sum(late.map(({ complaints }) => complaints)),
    lostSteady: lost('steady'),
    lostStalled: lost('stalled'),
    machine: {
      busy: usage(({ busy }) => busy),
      otherCores: usage(({ otherCores }) => otherCores ?? 0),
      stolenCores: usage(({ stolenCores }) => stolenCores),
    },
  };
}

/** The larger of the growth within the stall and at its end, less what the process grew by without stalls. */
function perStalled(runs: readonly SlowRun[], quiet: readonly SlowRun[], of: keyof MemoryUse, stalled: number): number {
  const growth = (some: readonly SlowRun[], when: 'during' | 'after'): number =>
    median(some.map((run) => run[when][of] - run.before[of]));
  const over = (when: 'during' | 'after'): number => growth(runs, when) - growth(quiet, when);
  return Math.max(over('during'), over('after')) / stalled;
}

function checkOurs(one: SlowFigures, quiet: SlowFigures | undefined): Check[] {
  const id = `${one.room}-${one.trouble}`;
  const checks = [
    checkNone(`${id}-equal`, one.wrongSoon, 'client without the true state 1 s after reading on'),
    checkNone(`${id}-decodes`, one.complaints, 'complaint of a decoder'),
    checkNone(`${id}-unhurt`, one.lostSteady, 'connection lost of those who read'),
  ];
  if (one.trouble === 'quiet') return checks;
  const kib = one.heldPerStalled / 1024;
  const asked = `at most ${MEMORY_LIMIT_KIB} KiB of server memory a stalled client`;
  checks.push({ id: `${id}-memory`, asked, measured: round(kib), ok: kib <= MEMORY_LIMIT_KIB });
  const left = 'at least 1 patch left out for a stalled client, or nothing was tried';
  checks.push({ id: `${id}-skipped`, asked: left, measured: round(one.skipped), ok: one.skipped >= 1 });
  // Closing is shown once: one run tells nothing of a p99.
  if (quiet !== undefined && one.trouble !== 'closed') checks.push(checkInterval(id, one, quiet));
  return checks;
}

function checkInterval(id: string, { intervalP99 }: SlowFigures, quiet: SlowFigures): Check {
  const limit = Math.max(quiet.intervalP99 * INTERVAL_SHARE, quiet.intervalP99 + INTERVAL_MORE_MS);
  const asked = `at most ${round(limit)} ms patch interval p99 of the others (${round(quiet.intervalP99)} without stalls)`;
  return { id: `${id}-interval`, asked, measured: round(intervalP99), ok: intervalP99 <= limit };
}

/** Stock loses this: if it did not, the comparison could not be trusted to see anything. */
function checkSeen({ wrongLate }: SlowFigures): Check {
  const asked = 'at least 1 client of stock Colyseus that stays wrong, so the comparison is known to see it';
  return { id: 'stock-corrupts', asked, measured: wrongLate, ok: wrongLate > 0 };
}

function worst(comparisons: readonly Comparison[]): number {
  return Math.max(0, ...comparisons.flatMap(({ wrong }) => wrong));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
