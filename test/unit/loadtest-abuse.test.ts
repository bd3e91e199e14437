import assert from 'node:assert/strict';
import { strangerAddress } from '../../loadtest/chaos/abuse-addresses.ts';
import type { Attack } from '../../loadtest/chaos/abuse-attack.ts';
import { ATTACKS } from '../../loadtest/chaos/abuse-attacks.ts';
import {
  type AbuseFigures,
  checkAbuse,
  doubtAttack,
  formatAbuse,
  formatDeaths,
  summarize,
} from '../../loadtest/chaos/abuse-figures.ts';
import { LogMeter } from '../../loadtest/chaos/abuse-log.ts';
import type { AttackResult, PlayersWindow } from '../../loadtest/chaos/abuse-messages.ts';
import { mutatedFrame } from '../../loadtest/chaos/abuse-mutate.ts';
import type { AbuseRun } from '../../loadtest/chaos/abuse-run.ts';
import { Score } from '../../loadtest/chaos/abuse-score.ts';
import { DurationHistogram } from '../../loadtest/histograms.ts';
import type { Tally } from '../../loadtest/messages.ts';
import { createRandom } from '../../src/kernel/random.ts';

const MIB = 1024 * 1024;

function attackOf(measure: Attack['measure'], limit: number, perSecond?: number): Attack {
  const words = { name: 'flood', what: 'a flood', unit: 'messages', accepts: 'it was read' };
  return { ...words, measure, limit, perSecond, run: async () => {} };
}

function histogram(values: readonly number[]): string {
  const recorded = new DurationHistogram();
  for (const value of values) recorded.record(value);
  return recorded.toWire();
}

function playersWindow(interval: number, join = 20, failedJoins: Tally = {}, lost = 0): PlayersWindow {
  return { intervals: histogram([interval]), joins: histogram([join]), failedJoins, lost };
}

function result(different: Partial<AttackResult> = {}): AttackResult {
  const counts = { offered: 1000, peakPerSecond: 500, accepted: 10, acceptedLate: 0, heldLate: 0 };
  return { seconds: 5, ...counts, ends: { '4002': 1 }, breaches: {}, ...different };
}

function run(different: Partial<AbuseRun> = {}): AbuseRun {
  return {
    side: 'hypogeum',
    attack: 'flood',
    quiet: [40, 30, 35].map((interval) => playersWindow(interval)),
    attacked: [36, 90, 41].map((interval) => ({ players: playersWindow(interval), attacker: result() })),
    before: { held: 40 * MIB, resident: 100 * MIB },
    after: { held: 50 * MIB, resident: 300 * MIB },
    logBytes: 500,
    strays: [],
    death: undefined,
    machine: { busy: 0.5, otherCores: 0, stolenCores: 0 },
    ...different,
  };
}

const missed = (attack: Attack, figures: AbuseFigures): string[] =>
  checkAbuse(attack, figures)
    .filter(({ ok }) => !ok)
    .map(({ id }) => id);
const missedBy = (different: Partial<AbuseRun>, attack = attackOf('rate', 5)): string[] =>
  missed(attack, summarize(attack, run(different)));
const attacked = (attacker: Partial<AttackResult>, players = playersWindow(35)) => ({
  attacked: [{ players, attacker: result(attacker) }],
});

describe('chaos abuse: figures', () => {
  it('take the median of the rounds, and all joins together', () => {
    const figures = summarize(attackOf('rate', 5), run());
    assert.deepEqual([Math.round(figures.quietP99), Math.round(figures.attackedP99)], [35, 41]);
    assert.deepEqual([figures.rounds, figures.joins, figures.offered, figures.offeredPerSecond], [3, 3, 3000, 200]);
    assert.deepEqual(figures.ends, { '4002': 3 });
    assert.deepEqual([figures.heldMore, figures.residentMore], [10, 200]);
    const first = summarize(
      attackOf('rate', 5),
      run({ quiet: [30, 40, 35].map((interval) => playersWindow(interval)) }),
    );
    assert.equal(Math.round(first.quietP99), 30, 'later quiet windows come after an attack');
  });

  it('keep the promise when nothing is worse', () => {
    assert.deepEqual(missedBy({}), []);
  });

  it('of the interval: the larger of 1.15 times and 8 ms more', () => {
    const windows = (quiet: number, under: number): Partial<AbuseRun> => ({
      quiet: [playersWindow(quiet)],
      ...attacked({}, playersWindow(under)),
    });
    assert.deepEqual(missedBy(windows(35, 42)), []);
    assert.deepEqual(missedBy(windows(35, 44)), ['flood-interval']);
    assert.deepEqual(missedBy(windows(100, 113)), []);
    assert.deepEqual(missedBy(windows(100, 118)), ['flood-interval']);
  });

  it('of memory, log, joins, bots, breaches and exceptions', () => {
    assert.deepEqual(missedBy({ after: { held: 105 * MIB, resident: 100 * MIB } }), ['flood-memory']);
    assert.deepEqual(missedBy({ logBytes: 100_000 }), ['flood-log']);
    assert.deepEqual(missedBy(attacked({}, playersWindow(35, 300))), ['flood-joins']);
    assert.deepEqual(missedBy(attacked({}, playersWindow(35, 20, { 'status 429': 1 }))), ['flood-refused']);
    assert.deepEqual(missedBy(attacked({ ends: { 'not sent in time': 3 } })), ['flood-sent']);
    assert.deepEqual(
      missedBy({ after: { held: Number.NaN, resident: 100 * MIB } }),
      ['flood-memory'],
      'nobody answered',
    );
    assert.deepEqual(missedBy(attacked({}, playersWindow(35, 20, {}, 1))), ['flood-bots']);
    assert.deepEqual(missedBy(attacked({ breaches: { 'a guess was right': 2 } })), ['flood-breaches']);
    assert.deepEqual(missedBy({ strays: ['uncaughtException: no'] }), ['flood-strays']);
  });

  it('of the limit: a rate after two seconds, what is held then, or nothing at all', () => {
    const late = (count: number) => attacked({ accepted: 1000, acceptedLate: count });
    assert.deepEqual(missedBy(late(15)), [], '15 in the 3 s that are left');
    assert.deepEqual(missedBy(late(16)), ['flood-limited']);
    const held = attackOf('held', 256);
    assert.deepEqual(missedBy(attacked({ heldLate: 256 }), held), []);
    assert.deepEqual(missedBy(attacked({ heldLate: 257 }), held), ['flood-limited']);
    const never = attackOf('never', 0);
    assert.deepEqual(missedBy(attacked({ accepted: 0 }), never), []);
    assert.deepEqual(missedBy(attacked({ accepted: 1 }), never), ['flood-limited']);
  });

  it('of a server that died keep no promise that needs a living one', () => {
    const death = 'exit code 1: \nnode:internal/url\nTypeError: Invalid URL\n  at x';
    assert.deepEqual(missedBy({ death, attacked: [], quiet: [] }), [
      'flood-lives',
      'flood-interval',
      'flood-memory',
      'flood-limited',
      'flood-joins',
    ]);
    const stock = summarize(attackOf('rate', 5), run({ side: 'stock', death }));
    assert.match(formatAbuse([stock]), /stock +flood +NO/);
    assert.match(formatDeaths([stock]), /stock, flood: exit code 1: TypeError: Invalid URL$/);
  });

  it('are doubted when the attack was none', () => {
    const attack = attackOf('rate', 5, 100_000);
    const doubt = (different: Partial<AttackResult>) =>
      doubtAttack(attack, summarize(attack, run(attacked(different))));
    assert.match(doubt({ offered: 0 }) ?? '', /nothing was offered/);
    assert.match(doubt({ acceptedLate: 100, peakPerSecond: 50_000 }) ?? '', /only 50000 messages a second/);
    assert.equal(doubt({ acceptedLate: 100, peakPerSecond: 95_000 }), undefined);
    assert.match(
      doubt({ acceptedLate: 0, peakPerSecond: 50_000 }) ?? '',
      /only 50000/,
      'also when it was held to its limit',
    );
  });
});

describe('chaos abuse: the score', () => {
  it('tells what was accepted, and held, after two seconds from what was before', () => {
    let now = 1000;
    const score = new Score(() => now);
    score.offer(50);
    score.accept(7);
    score.hold(1);
    score.hold(1);
    score.hold(-1);
    now += 1950;
    score.offer(3);
    now += 100;
    score.accept(2);
    score.accept(4, 1900);
    score.end(4002);
    score.end(4002);
    score.breach('a guess was right');
    assert.equal(score.held, 1);
    assert.deepEqual(score.result(5), {
      seconds: 5,
      offered: 53,
      peakPerSecond: 500,
      accepted: 13,
      acceptedLate: 2,
      heldLate: 1,
      ends: { '4002': 2 },
      breaches: { 'a guess was right': 1 },
    });
  });
});

describe('chaos abuse: attacks', () => {
  it('have a name each, and everything that the promise lists is among them', () => {
    const names = ATTACKS.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    assert.equal(names.length, 23);
  });

  it('come from addresses that differ', () => {
    const addresses = Array.from({ length: 100_000 }, (_, index) => strangerAddress(index));
    assert.ok(new Set(addresses).size > 99_000);
    assert.ok(addresses.every((address) => /^127\.(\d{1,3}\.){2}\d{1,3}$/.test(address)));
    assert.ok(!addresses.includes('127.0.0.1'));
  });

  it('mutate frames so that few are alike, none is empty, and a seed makes the same again', () => {
    const recorded = [Buffer.from([10]), Buffer.from('13 a longer one'), Buffer.alloc(2000, 7)];
    const some = (seed: number): Buffer[] => {
      const random = createRandom(seed);
      return Array.from({ length: 2000 }, () => mutatedFrame(recorded, random));
    };
    assert.deepEqual(some(3), some(3));
    assert.ok(some(3).every(({ length }) => length > 0 && length <= 1024));
    assert.ok(new Set(some(3).map((frame) => frame.toString('hex'))).size > 1000);
    assert.deepEqual(recorded[0], Buffer.from([10]), 'what was recorded stays as it is');
  });
});

describe('chaos abuse: the log', () => {
  it('is counted, its longest line found over chunks, and exceptions of the process among it', () => {
    const meter = new LogMeter();
    for (const text of ['one\ntw', 'o two\nweighed 123\nstray uncaughtException: TypeError: no\n', 'unended line'])
      meter.add(Buffer.from(text));
    assert.equal(meter.weighed, 123);
    assert.equal(meter.bytes, 75);
    assert.equal(meter.longestLine, 38);
    assert.deepEqual(meter.strays, ['uncaughtException: TypeError: no']);
  });
});
