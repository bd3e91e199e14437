/** From the rounds of joins to their figures and checks. Pure. Each figure is the median of the rounds. */
import type { MachineUsage } from '../machine.ts';
import { type Check, checkNone, formatTable, round } from '../report.ts';
import { median } from '../statistics.ts';
import { SIDES, type Side } from './matchmaking-join-messages.ts';
import { HALVES, type Half, type HalfTurn, type JoinRound, type JoinRounds } from './matchmaking-joins.ts';

export interface SideFigures {
  readonly seatsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of all rounds together, and the first such answer. */
  readonly refused: number;
  readonly refusal?: string;
  /** Shares of one core. */
  readonly cpu: HalfTurn['cpu'];
}

export interface HalfFigures extends Readonly<Record<Side, SideFigures>> {
  /** Hypogeum's seats a second over stock's, round by round. */
  readonly times: number;
}

export interface JoinFigures {
  readonly openRooms: number;
  readonly halves: Readonly<Record<Half, HalfFigures>>;
  /** The one round before those that count. */
  readonly warmUp: Readonly<Record<Half, HalfFigures>>;
  /** Rooms that came or went, of both sides, while all were open. */
  readonly changed: number;
  readonly machine: MachineUsage;
}

const ASKED: Readonly<Record<Half, number>> = { sequential: 15, concurrent: 1 };
/** From this share of a core on it is the joiner that is measured. */
const JOINER_LIMIT = 0.85;
const NAMES: Readonly<Record<Side, string>> = { stock: 'stock', hypogeum: 'Hypogeum' };
const HALF_NAMES = Object.keys(HALVES) as Half[];

export function summarizeJoins({ openRooms, warmUp, rounds, listed, machine }: JoinRounds): JoinFigures {
  const changed = SIDES.reduce((sum, side) => sum + Math.abs(listed[side] - openRooms), 0);
  return { openRooms, halves: summarizeHalves(rounds), warmUp: summarizeHalves([warmUp]), changed, machine };
}

function summarizeHalves(rounds: readonly JoinRound[]): Record<Half, HalfFigures> {
  return { sequential: summarizeHalf('sequential', rounds), concurrent: summarizeHalf('concurrent', rounds) };
}

function summarizeHalf(half: Half, rounds: readonly JoinRound[]): HalfFigures {
  return {
    stock: summarizeSide(rounds.map(({ stock }) => stock[half])),
    hypogeum: summarizeSide(rounds.map(({ hypogeum }) => hypogeum[half])),
    times: median(rounds.map(({ stock, hypogeum }) => rateOf(hypogeum[half]) / rateOf(stock[half]))),
  };
}

function summarizeSide(turns: readonly HalfTurn[]): SideFigures {
  const refusal = turns.find(({ joins }) => joins.refusal !== undefined)?.joins.refusal;
  return {
    seatsPerSecond: median(turns.map(rateOf)),
    p50Ms: median(turns.map(({ joins }) => joins.p50)),
    p99Ms: median(turns.map(({ joins }) => joins.p99)),
    refused: turns.reduce((sum, { joins }) => sum + joins.refused, 0),
    ...(refusal === undefined ? {} : { refusal }),
    cpu: {
      server: medianKnown(turns.map(({ cpu }) => cpu.server)),
      redis: medianKnown(turns.map(({ cpu }) => cpu.redis)),
      joiner: medianKnown(turns.map(({ cpu }) => cpu.joiner)),
    },
  };
}

function rateOf({ joins }: HalfTurn): number {
  return (joins.seats * 1000) / joins.wallMs;
}

function medianKnown(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : median(known);
}

export function checkJoins({ openRooms, halves, changed }: JoinFigures): Check[] {
  const faster = HALF_NAMES.map((half): Check => {
    const [asked, { times }] = [ASKED[half], halves[half]];
    const wanted = asked === 1 ? "not below stock's" : `at least ${asked} times stock's`;
    return {
      id: `joins-${half}`,
      asked: `seats/s at ${openRooms} open rooms ${wanted}`,
      measured: round(times),
      ok: times >= asked,
    };
  });
  const refused = HALF_NAMES.reduce((sum, half) => sum + halves[half].hypogeum.refused, 0);
  return [
    ...faster,
    checkNone('joins-refused', refused, 'join refused by Hypogeum'),
    checkNone('joins-rooms', changed, 'room made or ended, by either, while all were open'),
  ];
}

/** Why the figures would say less than they seem to. */
export function doubtJoins({ halves }: JoinFigures): string[] {
  return HALF_NAMES.flatMap((half) =>
    SIDES.filter((side) => (halves[half][side].cpu.joiner ?? 0) > JOINER_LIMIT).map(
      (side) => `${half} joins at ${NAMES[side]}: the joiner itself had no time left; the server may be faster`,
    ),
  );
}

export function formatJoins({ openRooms, halves, warmUp }: JoinFigures): string {
  const rows = (title: string, figures: JoinFigures['halves']): string[][] =>
    HALF_NAMES.flatMap((half, i) =>
      SIDES.map((side, j) => [
        i + j === 0 ? title : '',
        j === 0 ? `joinOrCreate, ${HALVES[half]} at once` : '',
        NAMES[side],
        ...formatSide(figures[half][side]),
        side === 'hypogeum' ? `${figures[half].times.toFixed(1)} times` : '',
      ]),
    );
  return formatTable([...rows('warm-up', warmUp), ...rows(`${openRooms} open rooms`, halves)]);
}

function formatSide({ seatsPerSecond, p50Ms, p99Ms, refused, refusal, cpu }: SideFigures): string[] {
  const share = (value: number | undefined): string => (value === undefined ? '?' : `${(value * 100).toFixed(0)} %`);
  return [
    `${seatsPerSecond.toFixed(0)} seats/s`,
    `p50 ${p50Ms.toFixed(1)} ms`,
    `p99 ${p99Ms.toFixed(1)} ms`,
    `CPU server ${share(cpu.server)}, Redis ${share(cpu.redis)}, joiner ${share(cpu.joiner)}`,
    refused === 0 ? '' : `${refused} refused: ${refusal}`,
  ];
}
