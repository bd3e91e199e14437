import assert from 'node:assert/strict';
import {
  checkLoad,
  checkRounds,
  doubts,
  everybodyPlayed,
  formatFigures,
  formatRounds,
  medianRound,
  type Observations,
  summarize,
} from '../../loadtest/figures.ts';
import { DurationHistogram } from '../../loadtest/histograms.ts';
import type { SquadResult } from '../../loadtest/messages.ts';

function wire(durations: readonly number[]): string {
  const histogram = new DurationHistogram();
  for (const duration of durations) histogram.record(duration);
  return histogram.toWire();
}

/** Ten bots that play well for ten seconds. */
function squad(different: Partial<SquadResult> = {}): SquadResult {
  return {
    joined: 10,
    failures: {},
    drops: {},
    seconds: 10,
    patches: 3000,
    bytesIn: 1_000_000,
    bytesOut: 20_000,
    inputs: 3000,
    acknowledged: 2990,
    overdue: 0,
    skippedSlots: 0,
    patchInterval: wire(new Array(1000).fill(33.3)),
    roundTrip: wire(new Array(1000).fill(20)),
    sendDelay: wire(new Array(1000).fill(0.5)),
    cpu: 0.2,
    ...different,
  };
}

function observe(squads: SquadResult[], different: Partial<Observations> = {}): Observations {
  const server = { cpu: 0.3, memoryMb: 100, peakMemoryMb: 120 };
  return { squads, server, machine: { busy: 0.4, otherCores: 0.1, stolenCores: 0 }, ...different };
}

const verdicts = (observations: Observations): Record<string, boolean> =>
  Object.fromEntries(checkLoad(summarize(observations)).map(({ id, ok }) => [id, ok]));

describe('load test: figures and checks', () => {
  it('adds the processes up', () => {
    const figures = summarize(observe([squad(), squad({ joined: 30, patches: 9000, bytesIn: 3_000_000, cpu: 0.5 })]));
    assert.equal(figures.joins.ok, 40);
    assert.equal(figures.patches.perBotPerSecond, 30);
    assert.deepEqual([figures.bytesPerSecond.in, figures.bytesPerSecond.inPerBot], [400_000, 10_000]);
    assert.equal(figures.patchIntervalMs.count, 2000);
    assert.deepEqual([figures.bots.cpuBusiest, figures.bots.cpuTotal], [0.5, 0.7]);
  });

  it('passes a good run', () => {
    assert.deepEqual(verdicts(observe([squad()])), { 'failed-joins': true, drops: true, 'patch-interval-p99': true });
    assert.deepEqual(doubts(summarize(observe([squad()]))), []);
  });

  it('misses the check of each figure that is off, and no other', () => {
    const slow = squad({ patchInterval: wire([...new Array(950).fill(33.3), ...new Array(50).fill(60)]) });
    assert.deepEqual(verdicts(observe([squad(), slow])), {
      'failed-joins': true,
      drops: true,
      'patch-interval-p99': false,
    });
    const full = squad({ failures: { '409: the room is full': 2 } });
    assert.equal(verdicts(observe([squad(), full]))['failed-joins'], false);
    const cut = squad({ drops: { '1006': 1 } });
    assert.equal(verdicts(observe([squad(), cut])).drops, false);
  });

  it('keeps no promise when nothing arrived', () => {
    const silent = squad({ patches: 0, patchInterval: wire([]) });
    const [, , interval] = checkLoad(summarize(observe([silent])));
    assert.deepEqual([interval?.ok, interval?.measured], [false, 'no patch arrived']);
  });

  it('adds reasons and close codes up, and fails the run for either', () => {
    const a = squad({ failures: { '503: stopping': 1 }, drops: { '1006': 2 } });
    const b = squad({ failures: { '503: stopping': 2, 'ECONNREFUSED: fetch failed': 1 }, drops: { '4010': 1 } });
    const figures = summarize(observe([a, b]));
    assert.deepEqual(figures.joins.reasons, { '503: stopping': 3, 'ECONNREFUSED: fetch failed': 1 });
    assert.deepEqual(figures.drops, { count: 3, closeCodes: { '1006': 2, '4010': 1 } });
    assert.equal(everybodyPlayed(figures), false);
    assert.equal(everybodyPlayed(summarize(observe([squad()]))), true);
    assert.match(formatFigures(figures), /3 x 503: stopping/);
  });

  it('doubts a run whose bots were the bottleneck', () => {
    const doubted = (squads: SquadResult[], machine = { busy: 0.4, otherCores: 0.1, stolenCores: 0 }) =>
      doubts(summarize(observe(squads, { machine }))).join('\n');
    assert.match(doubted([squad({ sendDelay: wire(new Array(100).fill(25)) })]), /late.*not trustworthy.*--processes/);
    assert.match(doubted([squad(), squad({ cpu: 0.97 })]), /97 % of a core.*--processes/);
    assert.match(doubted([squad({ skippedSlots: 4 })]), /4 inputs were never sent/);
    assert.match(doubted([squad()], { busy: 0.9, otherCores: 2, stolenCores: 0 }), /other programs used 2\.0 cores/);
    assert.match(doubted([squad()], { busy: 0.99, otherCores: 0.1, stolenCores: 0 }), /99 % busy/);
  });

  describe('of several rounds', () => {
    const withP99 = (ms: number, different: Partial<SquadResult> = {}) =>
      summarize(observe([squad({ patchInterval: wire(new Array(100).fill(ms)), ...different })]));

    it('count by the median p99 of the patch interval, of an even number by the worse', () => {
      const [low, middle, high] = [withP99(30), withP99(40), withP99(90)];
      assert.equal(medianRound([high, low, middle]), middle);
      assert.equal(medianRound([low, high]), high);
      assert.match(formatRounds([low, high]), /2 rounds, p99 of the patch interval 30\.\d, (89|90)\.\d ms/);
      assert.equal(formatRounds([low]), '');
    });

    it('fail by the interval only where the median does, by anything else where one round does', () => {
      const ids = (rounds: Parameters<typeof checkRounds>[0]): string[] =>
        checkRounds(rounds).flatMap(({ id, ok }) => (ok ? [] : id));
      assert.deepEqual(ids([withP99(30), withP99(90), withP99(40)]), []);
      assert.deepEqual(ids([withP99(30), withP99(90), withP99(80)]), ['patch-interval-p99']);
      assert.deepEqual(ids([withP99(30), withP99(40), withP99(90, { drops: { 4002: 1 } })]), ['drops']);
    });

    it('have no good median where most had no patch', () => {
      const silent = summarize(observe([squad({ patches: 0, patchInterval: wire([]) })]));
      assert.equal(medianRound([silent, withP99(30), silent]), silent);
    });
  });
});
