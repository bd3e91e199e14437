/** From the runs of `chaos -- abuse` to its figures and checks. Pure. */
import { mergeHistograms } from '../histograms.ts';
import type { MachineUsage } from '../machine.ts';
import type { Tally } from '../messages.ts';
import { type Check, formatTable, round } from '../report.ts';
import { median } from '../statistics.ts';
import type { Attack } from './abuse-attack.ts';
import { type AttackResult, LIMITED_WITHIN_MS, type PlayersWindow, type Side } from './abuse-messages.ts';
import type { AbuseRun } from './abuse-run.ts';

/** One attack on one server. */
export interface AbuseFigures {
  readonly side: Side;
  readonly attack: string;
  readonly rounds: number;
  /**
   * Patch interval p99 of the bots, milliseconds: the median of the rounds, and each by itself. Of quiet windows the first counts
   * if it is better: the others come after an attack.
   */
  readonly quietP99: number;
  readonly attackedP99: number;
  readonly quietP99s: readonly number[];
  readonly attackedP99s: readonly number[];
  /** Joins of others, milliseconds, of all rounds; one that failed counts as 10 s. */
  readonly quietJoinP99: number;
  readonly joinP99: number;
  readonly joins: number;
  readonly failedJoins: Tally;
  /** Bots that lost their connection. */
  readonly lostBots: number;
  /** MiB that the server holds more after a full collection; and the process's size, which stays at its highest. */
  readonly heldMore: number;
  readonly residentMore: number;
  readonly logBytes: number;
  readonly strays: readonly string[];
  readonly death: string | undefined;
  readonly offered: number;
  readonly offeredPerSecond: number;
  readonly peakPerSecond: number;
  readonly accepted: number;
  readonly acceptedPerSecond: number;
  /** After the time in which the attacker must be limited, the worst round: a second, or held at a time, or in all. */
  readonly afterwards: number;
  readonly ends: Tally;
  readonly breaches: Tally;
  readonly machine: MachineUsage;
}

const INTERVAL_SHARE = 1.15;
const INTERVAL_MORE_MS = 8;
const MEMORY_MIB = 64;
const LOG_BYTES = 100_000;
const JOIN_MS = 250;
const MIB = 1024 * 1024;
/** An attack that offered less than this share of its rate, even for a tenth of a second, was no such attack. */
const OFFERED_SHARE = 0.9;

export function summarize(attack: Attack, run: AbuseRun): AbuseFigures {
  const results = run.attacked.map(({ attacker }) => attacker);
  const players = run.attacked.map((window) => window.players);
  const [quietP99s, attackedP99s] = [run.quiet.map(p99Of), players.map(p99Of)];
  const joins = mergeHistograms(players.map((window) => window.joins));
  const seconds = sum(results.map((result) => result.seconds));
  const [offered, accepted] = [sum(results.map((r) => r.offered)), sum(results.map((r) => r.accepted))];
  return {
    side: run.side,
    attack: attack.name,
    rounds: results.length,
    quietP99: Math.min(median(quietP99s), quietP99s[0] ?? Number.POSITIVE_INFINITY),
    attackedP99: median(attackedP99s),
    quietP99s,
    attackedP99s,
    quietJoinP99: mergeHistograms(run.quiet.map((window) => window.joins)).at(99),
    joinP99: joins.at(99),
    joins: joins.count,
    failedJoins: merge(players.map((window) => window.failedJoins)),
    lostBots: Math.max(0, ...[...run.quiet, ...players].map(({ lost }) => lost)),
    heldMore: (run.after.held - run.before.held) / MIB,
    residentMore: (run.after.resident - run.before.resident) / MIB,
    logBytes: run.logBytes,
    strays: run.strays,
    death: run.death,
    offered,
    offeredPerSecond: seconds === 0 ? 0 : offered / seconds,
    peakPerSecond: Math.max(0, ...results.map((result) => result.peakPerSecond)),
    accepted,
    acceptedPerSecond: seconds === 0 ? 0 : accepted / seconds,
    afterwards: Math.max(0, ...results.map((result) => afterwardsOf(attack, result))),
    ends: merge(results.map((result) => result.ends)),
    breaches: merge(results.map((result) => result.breaches)),
    machine: run.machine,
  };
}

/** How a thing that was to be sent came to nothing on the attacker's side. */
export const UNSENT: readonly string[] = ['not sent in time', 'not let in'];

/** What was promised of Hypogeum. Nothing is of stock: its figures stand beside. */
export function checkAbuse(attack: Attack, figures: AbuseFigures): Check[] {
  const id = (of: string): string => `${attack.name}-${of}`;
  const limit = Math.max(figures.quietP99 * INTERVAL_SHARE, figures.quietP99 + INTERVAL_MORE_MS);
  const { death, strays, attackedP99, heldMore, logBytes, joinP99, lostBots } = figures;
  const breaches = Object.entries(figures.breaches).map(([words, count]) => `${count} x ${words}`);
  const some = figures.rounds > 0;
  const failed = sum(Object.values(figures.failedJoins));
  const unsent = sum(UNSENT.map((end) => figures.ends[end] ?? 0));
  return [
    { id: id('lives'), asked: 'the process lives and answers', measured: death ?? 'it does', ok: death === undefined },
    check(
      id('interval'),
      `at most ${round(limit)} ms patch interval p99 (${round(figures.quietP99)} quiet)`,
      attackedP99,
      some && attackedP99 <= limit,
    ),
    check(
      id('memory'),
      `at most ${MEMORY_MIB} MiB held more 10 s later`,
      heldMore,
      death === undefined && heldMore <= MEMORY_MIB,
    ),
    check(id('log'), `under ${LOG_BYTES} bytes of log`, logBytes, logBytes < LOG_BYTES),
    check(id('limited'), askedOf(attack), figures.afterwards, some && figures.afterwards <= attack.limit),
    check(id('joins'), `under ${JOIN_MS} ms p99 of others' joins`, joinP99, figures.joins > 0 && joinP99 < JOIN_MS),
    check(id('refused'), 'no join of others failed', failed, failed === 0),
    check(id('sent'), 'all that was to be sent was', unsent, unsent === 0),
    check(id('bots'), 'no bot lost its connection', lostBots, lostBots === 0),
    {
      id: id('breaches'),
      asked: 'nothing that must never happen',
      measured: breaches.join('; ') || 'nothing',
      ok: breaches.length === 0,
    },
    {
      id: id('strays'),
      asked: 'no exception reached the process',
      measured: strays[0] ?? 'none',
      ok: strays.length === 0,
    },
  ];
}

/** Why the figures of an attack should not be believed. Whoever is thrown out cannot offer what they would. */
export function doubtAttack(attack: Attack, figures: AbuseFigures): string | undefined {
  const { peakPerSecond, offered, rounds } = figures;
  if (rounds > 0 && offered === 0) return 'nothing was offered';
  if (attack.perSecond === undefined) return undefined;
  if (peakPerSecond >= attack.perSecond * OFFERED_SHARE) return undefined;
  return `only ${Math.round(peakPerSecond)} ${attack.unit} a second were offered, at best, of ${attack.perSecond}`;
}

export function formatAbuse(figures: readonly AbuseFigures[]): string {
  const ms = (value: number): string => value.toFixed(1);
  return formatTable([
    [
      'server',
      'attack',
      'lives',
      'interval p99: quiet',
      'attacked',
      'joins p99',
      'failed',
      'held',
      'resident',
      'log',
      'offered/s',
      'at best',
      'accepted/s',
      'after 2 s',
    ],
    ...figures.map((one) => [
      one.side,
      one.attack,
      one.death === undefined ? 'yes' : 'NO',
      `${ms(one.quietP99)} ms`,
      one.rounds === 0 ? '-' : `${ms(one.attackedP99)} ms`,
      `${ms(one.joinP99)} ms`,
      String(sum(Object.values(one.failedJoins))),
      one.death === undefined ? `${one.heldMore.toFixed(0)} MiB` : '-',
      one.death === undefined ? `${one.residentMore.toFixed(0)} MiB` : '-',
      `${(one.logBytes / 1000).toFixed(1)} kB`,
      one.offeredPerSecond.toFixed(0),
      one.peakPerSecond.toFixed(0),
      one.acceptedPerSecond.toFixed(1),
      one.afterwards.toFixed(1),
    ]),
  ]);
}

/** How stock came out, one line an attack. */
export function formatDeaths(figures: readonly AbuseFigures[]): string {
  const dead = figures.filter(({ side, death }) => side === 'stock' && death !== undefined);
  return dead.map(({ attack, death }) => `  stock, ${attack}: ${lastLine(death ?? '')}`).join('\n');
}

function lastLine(death: string): string {
  const [how = '', ...words] = death.split('\n');
  return [how.trim(), ...words.filter((line) => /Error/.test(line)).slice(0, 1)].join(' ').slice(0, 200);
}

function afterwardsOf(attack: Attack, result: AttackResult): number {
  const { seconds, accepted, acceptedLate, heldLate } = result;
  switch (attack.measure) {
    case 'rate':
      return acceptedLate / Math.max(0.001, seconds - LIMITED_WITHIN_MS / 1000);
    case 'held':
      return heldLate;
    case 'never':
      return accepted;
  }
}

function askedOf({ measure, limit, unit, accepts }: Attack): string {
  switch (measure) {
    case 'rate':
      return `at most ${limit} ${unit} a second after 2 s of which: ${accepts}`;
    case 'held':
      return `at most ${limit} ${unit} at a time after 2 s`;
    case 'never':
      return `none of the ${unit} of which: ${accepts}`;
  }
}

function check(id: string, asked: string, measured: number, ok: boolean): Check {
  return { id, asked, measured: round(measured), ok };
}

function p99Of({ intervals }: PlayersWindow): number {
  return mergeHistograms([intervals]).at(99);
}

function merge(tallies: readonly Tally[]): Tally {
  const merged: Tally = {};
  for (const tally of tallies)
    for (const [key, count] of Object.entries(tally)) merged[key] = (merged[key] ?? 0) + count;
  return merged;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
