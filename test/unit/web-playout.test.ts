import assert from 'node:assert/strict';
import type { RoomClock } from '@colyseus/sdk';
import { Corrections } from '../../clients/web/corrections.ts';
import { Playout } from '../../clients/web/playout.ts';

describe('how far behind others are shown', () => {
  const line = { patchMs: 50, jitterMs: 0 };
  const clock = {
    patchInterval: () => line.patchMs,
    jitter: () => line.jitterMs,
    smoothedRtt: () => 20,
  } as unknown as RoomClock;
  let playout: Playout;
  let now: number;

  beforeEach(() => {
    Object.assign(line, { patchMs: 50, jitterMs: 0 });
    playout = new Playout(() => clock, { shortestMs: 80, longestMs: 200 });
    now = 0;
    playout.update(now);
  });

  function pass(ms: number): number {
    for (const end = now + ms; now < end; now += 20) playout.update(now + 20);
    return playout.delayMs;
  }

  it('is two patches on a steady line, and more on an uneven one, within its range', () => {
    assert.equal(pass(2000), 100);
    line.jitterMs = 20;
    assert.equal(pass(2000), 140);
    line.jitterMs = 90;
    assert.equal(pass(5000), 200);
    Object.assign(line, { patchMs: 20, jitterMs: 0 });
    assert.equal(pass(5000), 80);
  });

  it('takes the shortest before the line is known', () => {
    line.patchMs = 0;
    assert.equal(pass(1000), 80);
  });

  it('changes by a twentieth of the time that passes, however long a frame took', () => {
    line.jitterMs = 90;
    assert.equal(playout.update(20), 81);
    assert.equal(playout.update(5000), 86);
  });

  it('tells the interpolation what it has grown by as latency, twice: half of that counts', () => {
    pass(2000);
    assert.equal(playout.clock.smoothedRtt(), 20 + 2 * 20);
  });
});

describe('corrections of the predicted body', () => {
  it('counts every answer, and those of a size that is seen and is no jump', () => {
    const corrections = new Corrections(100);
    for (const shift of [undefined, { x: 0.2 }, { x: 3, y: 4 }, { x: 300 }, { y: -2 }]) corrections.add(shift);
    const { reconciles, count, last, largest } = corrections;
    assert.deepEqual({ reconciles, count, last, largest }, { reconciles: 5, count: 2, last: 2, largest: 5 });
  });
});
