/** From the rounds of the matchmaking bench to its figures and checks. Pure. Each figure is the median of the rounds. */
import type { MachineUsage } from '../machine.ts';
import { type Check, checkNone, formatTable, round } from '../report.ts';
import { median } from '../statistics.ts';
import type { LookupRound, LookupRounds } from './matchmaking-lookups.ts';
import type { Variant } from './matchmaking-messages.ts';

/** Of one lookup; the CPU of the client's process and of the Redis server. */
export interface LookupCost {
  readonly clientUs: number;
  readonly redisUs: number;
  readonly cpuUs: number;
  readonly timeUs: number;
}

export interface LookupSize extends Readonly<Record<Variant, LookupCost>> {
  readonly rooms: number;
  /** How many times less CPU the index takes, round by round. */
  readonly cheaper: number;
  /** Rounds in which the two did not find equally full rooms. */
  readonly differing: number;
  /** Lookups of either that found no room, of all rounds. */
  readonly missed: number;
}

export interface LookupFigures {
  readonly sizes: readonly LookupSize[];
  /** How many times what a lookup costs at GROWTH.from it costs at GROWTH.to, round by round; if both were measured. */
  readonly growth?: number;
  readonly machine: MachineUsage;
}

const CHEAPER = { rooms: 10_000, times: 100 };
const GROWTH = { from: 100, to: 100_000, limit: 1.5 };

export function summarizeLookups({ sizes, machine }: LookupRounds): LookupFigures {
  const at = (rooms: number): readonly Record<Variant, LookupRound>[] | undefined =>
    sizes.find((size) => size.rooms === rooms)?.rounds;
  const [from, to] = [at(GROWTH.from), at(GROWTH.to)];
  const growth = from && to && median(from.map((one, i) => costOf(to[i]!.index).cpuUs / costOf(one.index).cpuUs));
  return { sizes: sizes.map(summarizeSize), ...(growth === undefined ? {} : { growth }), machine };
}

function summarizeSize({ rooms, rounds }: LookupRounds['sizes'][number]): LookupSize {
  return {
    rooms,
    index: medianCost(rounds.map(({ index }) => costOf(index))),
    stock: medianCost(rounds.map(({ stock }) => costOf(stock))),
    cheaper: median(rounds.map(({ index, stock }) => costOf(stock).cpuUs / costOf(index).cpuUs)),
    differing: rounds.filter(({ index, stock }) => fullness(index) !== fullness(stock)).length,
    missed: rounds.reduce((sum, { index, stock }) => sum + index.looks.missed + stock.looks.missed, 0),
  };
}

function costOf({ looks, redisCpuUs }: LookupRound): LookupCost {
  const [clientUs, redisUs] = [looks.cpuUs / looks.times, redisCpuUs / looks.times];
  return { clientUs, redisUs, cpuUs: clientUs + redisUs, timeUs: (looks.wallMs * 1000) / looks.times };
}

function medianCost(costs: readonly LookupCost[]): LookupCost {
  const of = (field: keyof LookupCost): number => median(costs.map((cost) => cost[field]));
  return { clientUs: of('clientUs'), redisUs: of('redisUs'), cpuUs: of('cpuUs'), timeUs: of('timeUs') };
}

function fullness({ looks }: LookupRound): number {
  return looks.clients / looks.times;
}

/** Checks of sizes that were not measured are left out. */
export function checkLookups({ sizes, growth }: LookupFigures): Check[] {
  const checks: Check[] = [];
  const compared = sizes.find(({ rooms }) => rooms === CHEAPER.rooms);
  if (compared !== undefined)
    checks.push({
      id: `lookup-${CHEAPER.rooms}`,
      asked: `at least ${CHEAPER.times} times less CPU a lookup than stock at ${CHEAPER.rooms} rooms`,
      measured: round(compared.cheaper),
      ok: compared.cheaper >= CHEAPER.times,
    });
  if (growth !== undefined)
    checks.push({
      id: 'lookup-growth',
      asked: `at most ${GROWTH.limit} times the CPU at ${GROWTH.to} rooms as at ${GROWTH.from}`,
      measured: round(growth),
      ok: growth <= GROWTH.limit,
    });
  const differing = sizes.reduce((sum, size) => sum + size.differing, 0);
  const missed = sizes.reduce((sum, size) => sum + size.missed, 0);
  checks.push(
    checkNone('lookup-same', differing, 'round in which the two found rooms that are not equally full'),
    checkNone('lookup-found', missed, 'lookup, of either, that found no room'),
  );
  return checks;
}

export function formatLookups({ sizes, growth }: LookupFigures): string {
  const us = (value: number): string => (value < 10_000 ? `${value.toFixed(0)} us` : `${(value / 1000).toFixed(0)} ms`);
  const cost = ({ clientUs, redisUs, cpuUs, timeUs }: LookupCost): string[] => [
    `CPU ${us(cpuUs)}`,
    `(client ${us(clientUs)}, Redis ${us(redisUs)})`,
    `time ${us(timeUs)}`,
  ];
  const rows = sizes.flatMap(({ rooms, index, stock, cheaper }) => [
    [`${rooms} rooms`, 'claim and release', ...cost(index)],
    ['', 'stock findOne', ...cost(stock), `${cheaper.toFixed(0)} times the CPU`],
  ]);
  return formatTable(growth === undefined ? rows : [...rows, ['growth', `${growth.toFixed(2)} times`]]);
}
