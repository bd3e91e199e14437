import assert from 'node:assert/strict';
import { OnceAMinute } from '../../src/kernel/once-a-minute.ts';

const MINUTE_MS = 60_000;

describe('OnceAMinute', () => {
  it('lets the first of each kind be told, then one a minute with how many there were', () => {
    const lines = new OnceAMinute();
    assert.deepEqual(lines.count('a', 0), { times: 1, isFirst: true });
    assert.equal(lines.count('a', 1), undefined);
    assert.deepEqual(lines.count('b', 1), { times: 1, isFirst: true });
    assert.equal(lines.count('a', MINUTE_MS - 1), undefined);
    assert.deepEqual(lines.count('a', MINUTE_MS), { times: 3, isFirst: false });
    assert.deepEqual(lines.count('b', 10 * MINUTE_MS), { times: 1, isFirst: false });
  });

  it('says what is owed and when, and hands it out once', () => {
    const lines = new OnceAMinute();
    lines.count('a', 0);
    assert.equal(lines.turn('a', MINUTE_MS), undefined);
    lines.count('a', 20_000);
    lines.count('a', 30_000);
    assert.deepEqual(lines.owed('a', 30_000), { times: 2, inMs: 30_000 });
    assert.equal(lines.turn('a', MINUTE_MS - 1), undefined);
    assert.deepEqual(lines.turn('a', MINUTE_MS), { times: 2, isFirst: false });
    assert.equal(lines.turn('a', 2 * MINUTE_MS), undefined);
  });

  it('forgets rather than grow with kinds that never come again', () => {
    const lines = new OnceAMinute();
    for (let i = 0; i < 1000; i++) lines.count(`kind ${i}`, 0);
    assert.equal(lines.count('kind 0', 1), undefined);
    lines.count('one more', 1);
    assert.deepEqual(lines.count('kind 0', 2), { times: 1, isFirst: true });
  });
});
