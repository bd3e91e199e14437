import assert from 'node:assert/strict';
import { checkTicks, summarizeRounds, type TickReportFigures } from '../../loadtest/bench/tick-figures.ts';
import type { TickResult } from '../../loadtest/bench/tick-messages.ts';
import type { LoadedRound } from '../../loadtest/bench/tick-rounds.ts';
import { DurationHistogram } from '../../loadtest/histograms.ts';
import { median } from '../../loadtest/statistics.ts';

const PERIOD = 1000 / 30;

function wire(duration: number): string {
  const histogram = new DurationHistogram();
  for (let i = 0; i < 100; i++) histogram.record(duration);
  return histogram.toWire();
}

function round(latency: number, different: Partial<TickResult> = {}): LoadedRound {
  const result = {
    seconds: 10,
    latency: wire(latency),
    interval: wire(PERIOD),
    deviation: wire(0.5),
    steps: 60_000,
    patches: 120_000,
    skipped: 6,
    doubled: 6,
    driver: { skipped: 3, caughtUp: 9 },
    cpu: 0.5,
    memoryMb: 150,
    ...different,
  };
  return { result, machine: { busy: 0.4, otherCores: 0.1, stolenCores: 0 } };
}

function figures(rounds: LoadedRound[]): TickReportFigures {
  const hypogeum = summarizeRounds(rounds, PERIOD);
  const idle = { baseline: 0.002, noRooms: 0.003, idleRooms: 0.02, stockIdleRooms: 0.04 };
  return { periodMs: PERIOD, hypogeum, stock: hypogeum, idle };
}

const missed = (all: TickReportFigures): string[] => checkTicks(all).flatMap(({ id, ok }) => (ok ? [] : [id]));

describe('bench tick: figures and checks', () => {
  it('takes the median of the rounds', () => {
    assert.deepEqual([median([]), median([3]), median([9, 1, 2]), median([4, 1, 2, 3])], [0, 3, 2, 2.5]);
    const { latencyP99, offBeat, driverOffBeat, stepsPerSecond } = summarizeRounds(
      [round(1), round(40), round(1.2)],
      PERIOD,
    );
    assert.ok(Math.abs(latencyP99 - 1.2) < 0.01);
    assert.deepEqual([offBeat, driverOffBeat, stepsPerSecond], [0.0002, 0.0002, 6000]);
  });

  it('passes good figures', () => {
    assert.deepEqual(missed(figures([round(1)])), []);
  });

  it('misses the check of each figure that is off', () => {
    assert.deepEqual(missed(figures([round(2.5)])), ['latency-p99']);
    assert.deepEqual(missed(figures([round(1, { interval: wire(PERIOD * 1.2) })])), ['interval-p99']);
    assert.deepEqual(missed(figures([round(1, { interval: wire(PERIOD * 0.8) })])), ['interval-p99']);
    assert.deepEqual(missed(figures([round(1, { doubled: 100 })])), ['skipped-or-doubled']);
    assert.deepEqual(missed(figures([round(1, { driver: { skipped: 70, caughtUp: 0 } })])), ['skipped-or-doubled']);
    const good = figures([round(1)]);
    assert.deepEqual(missed({ ...good, idle: { ...good.idle, noRooms: 0.013 } }), ['cpu-no-rooms']);
    assert.deepEqual(missed({ ...good, idle: { ...good.idle, idleRooms: 0.04 } }), ['cpu-idle-rooms']);
  });

  it('knows no driver where there is none', () => {
    assert.equal(summarizeRounds([round(30, { driver: undefined })], PERIOD).driverOffBeat, undefined);
  });
});
