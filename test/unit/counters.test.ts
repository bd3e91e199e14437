import assert from 'node:assert/strict';
import { createCounters } from '../../src/observability/counters.ts';

describe('counters', () => {
  it('add up by name and labels', () => {
    const counters = createCounters();
    counters.count('faults', 2, { room: 'a', callback: 'x' });
    counters.count('faults', 1, { room: 'a', callback: 'y' });
    counters.count('faults', 4, { room: 'b', callback: 'x' });
    counters.gauge('rooms', 3);
    counters.gauge('rooms', 1);
    counters.observe('wait', 5);
    counters.observe('wait', 7);
    assert.equal(counters.total('faults'), 7);
    assert.equal(counters.total('faults', { callback: 'x' }), 6);
    assert.equal(counters.total('rooms'), 1);
    assert.deepEqual([counters.total('wait_sum'), counters.total('wait_count')], [12, 2]);
    assert.equal(counters.total('unknown'), 0);
  });
});
