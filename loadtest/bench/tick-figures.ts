/** From the rounds of the tick bench to its figures and checks. Pure. Each figure is the median of the rounds. */
import { mergeHistograms } from '../histograms.ts';
import type { MachineUsage } from '../machine.ts';
import { type Check, checkBelow, formatTable } from '../report.ts';
import { median } from '../statistics.ts';
import type { IdleRound, LoadedRound } from './tick-rounds.ts';

/** One variant under load. Times in milliseconds, shares from 0 to 1. */
export interface TickFigures {
  readonly rounds: number;
  readonly latencyP50: number;
  readonly latencyP99: number;
  readonly latencyMax: number;
  readonly intervalP50: number;
  readonly intervalP99: number;
  /** p99 of how far an interval, long or short, is from the period, as a share of the period. */
  readonly deviationP99: number;
  /** Intervals over 1.5 or under 0.5 periods, of all. */
  readonly offBeat: number;
  /** What the tick driver itself counted as skipped or caught up, of all steps; stock counts nothing. */
  readonly driverOffBeat: number | undefined;
  readonly stepsPerSecond: number;
  readonly patchesPerSecond: number;
  readonly cpu: number;
  readonly memoryMb: number;
  readonly machine: MachineUsage;
  /** Each round by itself: how far they scatter, and whether with the machine. */
  readonly perRound: readonly RoundFigures[];
}

export interface RoundFigures {
  readonly latencyP99: number;
  readonly intervalP99: number;
  readonly cpu: number;
  readonly machine: MachineUsage;
}

/** CPU of a process that has nothing to do, as shares of a core. */
export interface IdleFigures {
  /** Stock Colyseus without rooms: the same process without a tick driver. */
  readonly baseline: number;
  readonly noRooms: number;
  readonly idleRooms: number;
  readonly stockIdleRooms: number;
}

export interface TickReportFigures {
  readonly periodMs: number;
  readonly hypogeum: TickFigures;
  readonly stock: TickFigures;
  readonly idle: IdleFigures;
}

const LATENCY_P99_LIMIT_MS = 2;
const INTERVAL_P99_LIMIT = 0.15;
const OFF_BEAT_LIMIT = 0.001;
const NO_ROOMS_CPU_LIMIT = 0.01;
const IDLE_ROOMS_CPU_LIMIT = 0.03;

export function summarizeRounds(rounds: readonly LoadedRound[], periodMs: number): TickFigures {
  const measured = rounds.map(({ result: round }) => {
    const latency = mergeHistograms([round.latency]);
    const interval = mergeHistograms([round.interval]);
    const deviation = mergeHistograms([round.deviation]);
    return { round, latency, interval, deviation };
  });
  const each = (figure: (one: (typeof measured)[number]) => number): number => median(measured.map(figure));
  const driver = rounds.every(({ result }) => result.driver !== undefined);
  return {
    rounds: rounds.length,
    latencyP50: each(({ latency }) => latency.at(50)),
    latencyP99: each(({ latency }) => latency.at(99)),
    latencyMax: each(({ latency }) => latency.summary.max),
    intervalP50: each(({ interval }) => interval.at(50)),
    intervalP99: each(({ interval }) => interval.at(99)),
    deviationP99: each(({ deviation }) => deviation.at(99) / periodMs),
    offBeat: each(({ round }) => (round.skipped + round.doubled) / round.steps),
    driverOffBeat: driver
      ? each(({ round }) => (round.driver!.skipped + round.driver!.caughtUp) / round.steps)
      : undefined,
    stepsPerSecond: each(({ round }) => round.steps / round.seconds),
    patchesPerSecond: each(({ round }) => round.patches / round.seconds),
    cpu: each(({ round }) => round.cpu),
    memoryMb: each(({ round }) => round.memoryMb),
    machine: {
      busy: median(rounds.map(({ machine }) => machine.busy)),
      otherCores: median(rounds.map(({ machine }) => machine.otherCores ?? 0)),
      stolenCores: median(rounds.map(({ machine }) => machine.stolenCores)),
    },
    perRound: measured.map(({ latency, interval, round: { cpu } }, i) => {
      return { latencyP99: latency.at(99), intervalP99: interval.at(99), cpu, machine: rounds[i]!.machine };
    }),
  };
}

export function summarizeIdle(hypogeum: readonly IdleRound[], stock: readonly IdleRound[]): IdleFigures {
  return {
    baseline: median(stock.map(({ noRooms }) => noRooms)),
    noRooms: median(hypogeum.map(({ noRooms }) => noRooms)),
    idleRooms: median(hypogeum.map(({ idleRooms }) => idleRooms)),
    stockIdleRooms: median(stock.map(({ idleRooms }) => idleRooms)),
  };
}

export function checkTicks({ periodMs, hypogeum, idle }: TickReportFigures): Check[] {
  const offPeriod = Math.abs(hypogeum.intervalP99 - periodMs) / periodMs;
  const offBeat = Math.max(hypogeum.offBeat, hypogeum.driverOffBeat ?? 0);
  return [
    checkBelow('latency-p99', hypogeum.latencyP99, LATENCY_P99_LIMIT_MS, 'ms from the field write to the socket write'),
    checkBelow('interval-p99', offPeriod, INTERVAL_P99_LIMIT, 'of the period away from the period'),
    checkBelow('skipped-or-doubled', offBeat, OFF_BEAT_LIMIT, 'of all ticks'),
    checkBelow('cpu-no-rooms', idle.noRooms - idle.baseline, NO_ROOMS_CPU_LIMIT, 'of a core over the baseline'),
    checkBelow('cpu-idle-rooms', idle.idleRooms - idle.baseline, IDLE_ROOMS_CPU_LIMIT, 'of a core over the baseline'),
  ];
}

export function formatTicks({ periodMs, hypogeum, stock, idle }: TickReportFigures): string {
  const ms = (value: number): string => `${value.toFixed(2)} ms`;
  const percent = (share: number | undefined): string => (share === undefined ? '-' : `${(share * 100).toFixed(2)} %`);
  const row = (name: string, of: (figures: TickFigures) => string): string[] => [name, of(hypogeum), of(stock)];
  const loaded = formatTable([
    ['', 'hypogeum', 'stock'],
    row('write to socket p50', (figures) => ms(figures.latencyP50)),
    row('write to socket p99', (figures) => ms(figures.latencyP99)),
    row('write to socket max', (figures) => ms(figures.latencyMax)),
    row('tick interval p50', (figures) => ms(figures.intervalP50)),
    row('tick interval p99', (figures) => ms(figures.intervalP99)),
    row('off the period p99', (figures) => percent(figures.deviationP99)),
    row('skipped or doubled', (figures) => percent(figures.offBeat)),
    row('by the driver', (figures) => percent(figures.driverOffBeat)),
    row('steps a second', (figures) => figures.stepsPerSecond.toFixed(0)),
    row('patches a second', (figures) => figures.patchesPerSecond.toFixed(0)),
    row('CPU of a core', (figures) => percent(figures.cpu)),
    row('memory', (figures) => `${figures.memoryMb.toFixed(0)} MB`),
    row('other programs', ({ machine }) => `${(machine.otherCores ?? 0).toFixed(1)} cores`),
    row('stolen of a core', ({ machine }) => percent(machine.stolenCores)),
    ['CPU without rooms', percent(idle.noRooms), percent(idle.baseline)],
    ['CPU with idle rooms', percent(idle.idleRooms), percent(idle.stockIdleRooms)],
  ]);
  return `period ${ms(periodMs)}, medians of ${hypogeum.rounds} rounds\n${loaded}`;
}
