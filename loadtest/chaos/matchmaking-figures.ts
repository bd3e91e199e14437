/** From the trials of `chaos -- matchmaking` to its table and checks. Pure. A part that was not run has no trials and no checks. */
import { type Check, checkNone, formatTable, round } from '../report.ts';
import type { BurstTrial, Side } from './matchmaking-burst.ts';
import { failed, type JoinTally, largest } from './matchmaking-joins.ts';
import type { KillTrial } from './matchmaking-kills.ts';
import { cameBack, type OutageTrial } from './matchmaking-outages.ts';
import { SEATS } from './matchmaking-room.ts';
import type { StallTrial } from './matchmaking-stalls.ts';

export interface MatchmakingFigures {
  readonly stalls: readonly StallTrial[];
  readonly kills: readonly KillTrial[];
  readonly outages: readonly OutageTrial[];
  readonly bursts: readonly BurstTrial[];
}

const RELISTED_MS = 1000;
const WAIT_MS = 1000;
const LEASE_MS = 2000;
const SWEPT_MS = 5000;
/** After the end of a lease somebody has noticed it by then: joins and renewals go on all the time. */
const SURELY_SWEPT_MS = 1000;
const REFUSED_MS = 2000;
const BACK_MS = 3000;
/** What the patch interval of a match may grow by while Redis is away, and the longest that nobody notices. */
const INTERVAL = { share: 1.15, moreMs: 8, longestMs: 250 };

export function checkMatchmaking({ stalls, kills, outages, bursts }: MatchmakingFigures): Check[] {
  return [
    ...(stalls.length === 0 ? [] : checkStalls(stalls)),
    ...(kills.length === 0 ? [] : checkKills(kills)),
    ...(outages.length === 0 ? [] : checkOutages(outages)),
    ...(bursts.length === 0 ? [] : checkBursts(bursts.filter(({ side }) => side === 'hypogeum'))),
  ];
}

function checkStalls(trials: readonly StallTrial[]): Check[] {
  const hopeless = sum(trials, ({ joins }) => joins.hopeless);
  const long = trials.filter(({ stallMs }) => stallMs >= LEASE_MS + SURELY_SWEPT_MS);
  return [
    checkNone(
      'stalls-twice',
      sum(trials, one('listedTwice')),
      'room id on two rows, or that changes its process while it lives',
    ),
    checkNone(
      'stalls-two-processes',
      count(trials, ({ stillOnTwoMs }) => stillOnTwoMs > 0),
      'trial with a room on two processes 1 s after SIGCONT',
    ),
    checkMost(
      'stalls-relisted',
      trials,
      one('unlistedMs'),
      RELISTED_MS,
      'until every live room is listed after SIGCONT',
    ),
    checkNone(
      'stalls-taken-off',
      count(long, ({ takenOff }) => takenOff === 0),
      `trial of ${(LEASE_MS + SURELY_SWEPT_MS) / 1000} s or more that took no room off, so that none was to be listed again`,
    ),
    checkNone('stalls-lost', sum(trials, one('lost')), 'connection lost of players who were there before'),
    checkFailures('stalls-retryable', hopeless, 'failed join without a retryable code', sum(trials, asked)),
  ];
}

function checkKills(trials: readonly KillTrial[]): Check[] {
  return [
    checkMost('kills-wait', trials, ({ joins }) => joins.longestJoinMs, WAIT_MS, 'from asking to being in the room'),
    checkFailures(
      'kills-failed',
      sum(trials, ({ joins }) => failed(joins)),
      'failed join',
      sum(trials, asked),
    ),
    checkMost(
      'kills-offered',
      trials,
      one('lastOfferMs'),
      LEASE_MS,
      'after the kill for the last seat of the dead process that the index offered',
    ),
    checkMost(
      'kills-swept',
      trials,
      one('lastListedMs'),
      SWEPT_MS,
      'after the kill for the last row of the dead process',
    ),
    checkNone('kills-lost', sum(trials, one('lost')), 'connection lost of players on other processes'),
  ];
}

function checkOutages(trials: readonly OutageTrial[]): Check[] {
  const noticed = count(
    trials,
    ({ intervalP99, intervalBeforeP99 }) => intervalP99 > allowedInterval(intervalBeforeP99),
  );
  return [
    checkNone('outages-disconnects', sum(trials, one('lost')), 'connection lost'),
    checkNone(
      'outages-interval',
      noticed,
      `outage in which the p99 of patch intervals grows by more than ${Math.round(INTERVAL.share * 100 - 100)} % and ${INTERVAL.moreMs} ms`,
    ),
    checkMost('outages-longest', trials, one('longestIntervalMs'), INTERVAL.longestMs, 'between two patches'),
    checkFailures(
      'outages-retryable',
      sum(trials, ({ away }) => away.hopeless),
      'failed join without a retryable code',
      sum(trials, ({ away }) => away.asked),
    ),
    checkMost(
      'outages-answered',
      trials,
      ({ away }) => away.longestAnswerMs,
      REFUSED_MS,
      'for an answer while Redis is away',
    ),
    checkNone(
      'outages-return',
      count(trials, (trial) => !cameBack(trial)),
      `outage after which joins do not work within ${BACK_MS / 1000} s, and from then on`,
    ),
    checkMost(
      'outages-relisted',
      trials,
      one('unlistedMs'),
      BACK_MS,
      'until every live room is listed after the return',
    ),
    checkNone('outages-processes', sum(trials, one('ended')), 'process that ended'),
  ];
}

function checkBursts(trials: readonly BurstTrial[]): Check[] {
  const off = count(trials, ({ joiners, rooms, roomsWithSeats }) => {
    const needed = Math.ceil(joiners / SEATS);
    return rooms !== needed || roomsWithSeats !== needed;
  });
  const needed = Math.ceil((trials[0]?.joiners ?? 0) / SEATS);
  return [
    { id: 'burst-rooms', asked: `exactly ${needed} rooms`, measured: spread(trials, one('rooms')), ok: off === 0 },
    checkFailures(
      'burst-failed',
      sum(trials, ({ joins }) => failed(joins)),
      'failed join',
      sum(trials, asked),
    ),
  ];
}

function allowedInterval(beforeMs: number): number {
  return Math.max(beforeMs * INTERVAL.share, beforeMs + INTERVAL.moreMs);
}

/** A table a part. */
export function formatMatchmaking({ stalls, kills, outages, bursts }: MatchmakingFigures): string {
  const tables = [
    stalls.length === 0 ? [] : formatStalls(stalls),
    kills.length === 0 ? [] : formatKills(kills),
    outages.length === 0 ? [] : formatOutages(outages),
    bursts.length === 0 ? [] : formatBursts(bursts),
  ];
  return tables.flatMap((rows) => (rows.length === 0 ? [] : [formatTable(rows)])).join('\n\n');
}

type Row = readonly string[];

function formatStalls(trials: readonly StallTrial[]): Row[] {
  const joins = trials.map((trial) => trial.joins);
  return [
    ['stalls', String(trials.length)],
    ...formatJoins(joins),
    ['rooms taken off meanwhile', String(sum(trials, one('takenOff')))],
    ['longest unlisted after SIGCONT', ms(most(trials, one('unlistedMs')))],
    [
      'longest on two processes',
      `${ms(most(trials, one('onTwoMs')))}, 1 s later ${ms(most(trials, one('stillOnTwoMs')))}`,
    ],
    ['made again after their end', String(sum(trials, one('revived')))],
    ['players of before, lost', String(sum(trials, one('lost')))],
  ];
}

function formatKills(trials: readonly KillTrial[]): Row[] {
  return [
    ['kills', String(trials.length)],
    ...formatJoins(trials.map(({ joins }) => joins)),
    ['seats that died with their process', String(sum(trials, one('died')))],
    ['rooms of the dead', String(sum(trials, one('rooms')))],
    ['last offered after', ms(most(trials, one('lastOfferMs')))],
    ['last listed after', ms(most(trials, one('lastListedMs')))],
    ['players elsewhere, lost', String(sum(trials, one('lost')))],
  ];
}

function formatOutages(trials: readonly OutageTrial[]): Row[] {
  return [
    [
      'outages',
      'away',
      'joins refused',
      'answer at most',
      'first join',
      'rooms listed',
      'interval p99',
      'before',
      'longest',
      'lost',
    ],
    ...trials.map((trial) => [
      '',
      `${trial.seconds} s`,
      describeCounts(trial.away.refused),
      ms(trial.away.longestAnswerMs),
      ms(trial.firstJoinMs),
      ms(trial.unlistedMs),
      ms(trial.intervalP99),
      ms(trial.intervalBeforeP99),
      ms(trial.longestIntervalMs),
      String(trial.lost),
    ]),
  ];
}

function formatBursts(trials: readonly BurstTrial[]): Row[] {
  const sides = [...new Set(trials.map(({ side }) => side))];
  const of = (side: Side): readonly BurstTrial[] => trials.filter((trial) => trial.side === side);
  return [
    ['burst', 'runs', 'rooms', 'of one process', 'failed', 'refused', 'shut out', 'join at most'],
    ...sides.map((side) => [
      side,
      String(of(side).length),
      spread(of(side), one('rooms')),
      spread(of(side), one('mostRooms')),
      spread(of(side), ({ joins }) => failed(joins)),
      describeCounts(merge(of(side).map(({ joins }) => joins.refused))),
      describeCounts(merge(of(side).map(({ joins }) => joins.shutOut))),
      ms(most(of(side), ({ joins }) => joins.longestJoinMs)),
    ]),
  ];
}

function formatJoins(tallies: readonly JoinTally[]): Row[] {
  return [
    ['joins', String(sum(tallies, (joins) => joins.asked))],
    ['refused', describeCounts(merge(tallies.map(({ refused }) => refused)))],
    ['shut out', describeCounts(merge(tallies.map(({ shutOut }) => shutOut)))],
    ['longest answer', ms(most(tallies, (joins) => joins.longestAnswerMs))],
    ['longest join', ms(most(tallies, (joins) => joins.longestJoinMs))],
  ];
}

/** Where nobody asked nothing is shown. */
function checkFailures(id: string, failures: number, what: string, asked: number): Check {
  return { id, asked: `no ${what}, of ${asked}`, measured: failures, ok: failures === 0 && asked > 0 };
}

/** A limit that the largest value of all trials must not pass. */
function checkMost<T>(
  id: string,
  trials: readonly T[],
  of: (trial: T) => number,
  limitMs: number,
  what: string,
): Check {
  const measured = most(trials, of);
  return { id, asked: `at most ${limitMs} ms ${what}`, measured: round(measured), ok: measured <= limitMs };
}

function asked({ joins }: { readonly joins: JoinTally }): number {
  return joins.asked;
}

function one<K extends string>(field: K): (trial: Readonly<Record<K, number>>) => number {
  return (trial) => trial[field];
}

function sum<T>(trials: readonly T[], of: (trial: T) => number): number {
  return trials.reduce((total, trial) => total + of(trial), 0);
}

function most<T>(trials: readonly T[], of: (trial: T) => number): number {
  return largest(trials.map(of));
}

function count<T>(trials: readonly T[], holds: (trial: T) => boolean): number {
  return trials.filter(holds).length;
}

/** The least and the most, or the one value that all have. */
function spread<T>(trials: readonly T[], of: (trial: T) => number): string {
  const values = trials.map(of);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? String(low) : `${low} to ${high}`;
}

function merge(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const merged: Record<string, number> = {};
  for (const counts of all)
    for (const [name, times] of Object.entries(counts)) merged[name] = (merged[name] ?? 0) + times;
  return merged;
}

function describeCounts(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([name, times]) => `${times} x ${name}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}
