import assert from 'node:assert/strict';
import { DurationHistogram, mergeHistograms } from '../../loadtest/histograms.ts';
import { createRandom } from '../../src/kernel/random.ts';

function recorded(durations: readonly number[]): DurationHistogram {
  const histogram = new DurationHistogram();
  for (const duration of durations) histogram.record(duration);
  return histogram;
}

describe('load test: histograms', () => {
  it('merges several processes into what one would have recorded', () => {
    const random = createRandom(1);
    const parts = [0.2, 5, 300].map((scale) => Array.from({ length: 5000 }, () => random.next() ** 3 * scale));
    const merged = mergeHistograms(parts.map((part) => recorded(part).toWire()));
    const { max, ...summary } = merged.summary;
    const { max: exactMax, ...expected } = recorded(parts.flat()).summary;
    assert.deepEqual(summary, expected);
    assert.ok(Math.abs(max - exactMax) < exactMax / 1000, `highest ${max}, not ${exactMax}`);
  });

  it('does not average percentiles: one slow process in ten is the p99 of all', () => {
    const fast = Array.from({ length: 9 }, () => recorded(new Array(100).fill(1)).toWire());
    const slow = recorded(new Array(100).fill(100)).toWire();
    const { p50, p99, max } = mergeHistograms([...fast, slow]).summary;
    assert.equal(p50, 1);
    assert.ok(Math.abs(p99 - 100) < 0.2 && Math.abs(max - 100) < 0.2, `p99 ${p99}, max ${max}`);
  });

  it('keeps three digits from microseconds to minutes', () => {
    for (const duration of [0.001, 0.123, 33.3, 1234, 600_000]) {
      const { max } = recorded([duration]).summary;
      assert.ok(Math.abs(max - duration) <= duration / 1000 + 0.0005, `${duration} became ${max}`);
    }
  });

  it('takes durations out of range as the nearest it can hold', () => {
    assert.equal(recorded([-5]).summary.max, 0);
    assert.ok(recorded([1e12]).summary.max >= 2_147_483);
  });

  it('is all zeros without values, and after a reset', () => {
    const nothing = { count: 0, mean: 0, p50: 0, p90: 0, p99: 0, max: 0 };
    assert.deepEqual(mergeHistograms([]).summary, nothing);
    assert.deepEqual(mergeHistograms([new DurationHistogram().toWire()]).summary, nothing);
    const histogram = recorded([5]);
    histogram.reset();
    assert.deepEqual(histogram.summary, nothing);
  });
});
