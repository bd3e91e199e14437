import assert from 'node:assert/strict';
import { createConsoleLogger } from '../../src/observability/console-logger.ts';
import { createCounters } from '../../src/observability/counters.ts';

describe('console logger', () => {
  const lines: string[] = [];
  const logger = createConsoleLogger('info', { write: (line) => lines.push(line), now: () => new Date(0) });
  beforeEach(() => lines.splice(0));

  it('writes time, level, message and fields on one line', () => {
    logger.info('Redis is back', { room: 'arena', ms: 5, absent: undefined });
    assert.deepEqual(lines, ['1970-01-01T00:00:00.000Z info  Redis is back room=arena ms=5']);
  });

  it('quotes values, so that they cannot forge a line or a field', () => {
    logger.warn('x', { name: 'a b=c\nfake line' });
    assert.equal(lines[0], '1970-01-01T00:00:00.000Z warn  x name="a b=c\\nfake line"');
  });

  it('shows the stack of a cause, and leaves out what is not serious enough', () => {
    logger.debug('hidden');
    logger.error('shown', {}, new Error('why'));
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /shown\n {2}Error: why\n {6}at /);
  });
});

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
