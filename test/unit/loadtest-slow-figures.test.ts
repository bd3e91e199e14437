import assert from 'node:assert/strict';
import { checkSlow, type SlowFigures, summarizeRoom } from '../../loadtest/chaos/slow-figures.ts';
import type { Comparison, MemoryUse, RoomKind } from '../../loadtest/chaos/slow-messages.ts';
import type { SlowRun } from '../../loadtest/chaos/slow-run.ts';
import { DurationHistogram } from '../../loadtest/histograms.ts';

const machine = { busy: 0.4, otherCores: 0.1, stolenCores: 0 };
const KIB = 1024;

function wire(ms: number): string {
  const histogram = new DurationHistogram();
  for (let i = 0; i < 100; i++) histogram.record(ms);
  return histogram.toWire();
}

const memory = (kib: number): MemoryUse => ({ held: kib * KIB, resident: 2 * kib * KIB });
const compared = (different: Partial<Comparison> = {}): Comparison => {
  return { clients: 10, patches: 600, wrong: [], lost: 0, complaints: 0, ...different };
};
const both = (stalled: Partial<Comparison> = {}) => ({ steady: compared(), stalled: compared(stalled) });

function run(intervalMs: number, different: Partial<SlowRun> = {}): SlowRun {
  return {
    intervals: wire(intervalMs),
    before: memory(10_000),
    during: memory(10_000),
    after: memory(10_000),
    soon: both({ patches: 200 }),
    late: both({ patches: 250 }),
    machine,
    ...different,
  };
}

function figures(quiet: SlowRun[], silent: SlowRun[], room: RoomKind = 'world'): SlowFigures[] {
  return summarizeRoom({ room, runs: { quiet, silent, ponging: [], closed: [] }, stalled: 10 });
}

const missed = (all: SlowFigures[]): string[] => checkSlow(all).flatMap(({ id, ok }) => (ok ? [] : [id]));

describe('chaos slow: figures and checks', () => {
  it('takes the median of the runs, and only the troubles that were run', () => {
    const [quiet, silent, ...more] = figures([run(50), run(90), run(52)], [run(51), run(60), run(55)]);
    assert.deepEqual([quiet!.trouble, silent!.trouble, more.length], ['quiet', 'silent', 0]);
    assert.ok(Math.abs(quiet!.intervalP99 - 52) < 0.1);
    assert.ok(Math.abs(silent!.intervalP99 - 55) < 0.1);
    assert.equal(silent!.skipped, 400);
  });

  it('counts memory over the growth without stalls, at its largest', () => {
    const quiet = run(50, { during: memory(10_500), after: memory(11_000) });
    const within = run(50, { during: memory(12_500), after: memory(11_000) });
    const atEnd = run(50, { during: memory(10_500), after: memory(14_000) });
    assert.equal(figures([quiet], [within])[1]!.heldPerStalled, 200 * KIB);
    assert.equal(figures([quiet], [atEnd])[1]!.heldPerStalled, 300 * KIB);
    assert.equal(figures([quiet], [atEnd])[1]!.residentPerStalled, 600 * KIB);
  });

  it('passes good runs', () => {
    assert.deepEqual(missed(figures([run(50)], [run(57)])), []);
  });

  it('misses the check of each figure that is off', () => {
    const of = (different: Partial<SlowRun>, ms = 50): string[] => missed(figures([run(50)], [run(ms, different)]));
    assert.deepEqual(of({}, 60), ['world-silent-interval']);
    assert.deepEqual(of({ after: memory(10_000 + 2570) }), ['world-silent-memory']);
    assert.deepEqual(of({ soon: both({ wrong: [3], patches: 200 }) }), ['world-silent-equal']);
    assert.deepEqual(of({ late: both({ complaints: 1 }) }), ['world-silent-decodes']);
    assert.deepEqual(of({ soon: both() }), ['world-silent-skipped']);
    const hurt = { steady: compared({ lost: 1 }), stalled: compared() };
    assert.deepEqual(of({ late: hurt }), ['world-silent-unhurt']);
  });

  it('allows 15 % more where that is more than 8 ms', () => {
    assert.deepEqual(missed(figures([run(100)], [run(114)])), []);
    assert.deepEqual(missed(figures([run(100)], [run(116)])), ['world-silent-interval']);
  });

  it('wants stock to be seen corrupted, and asks nothing else of it', () => {
    const stock = (wrong: number[]): SlowFigures[] => {
      const ponging = [run(500, { late: both({ wrong, complaints: 9 }), after: memory(99_000) })];
      return summarizeRoom({ room: 'stock', runs: { quiet: [run(50)], silent: [], ponging, closed: [] }, stalled: 10 });
    };
    assert.deepEqual(missed(stock([100, 2])), []);
    assert.deepEqual(missed(stock([])), ['stock-corrupts']);
  });
});
