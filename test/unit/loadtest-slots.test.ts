import assert from 'node:assert/strict';
import { SlotGrid } from '../../loadtest/slots.ts';

type Played = [bot: number, intendedAt: number];

function play(grid: SlotGrid, now: number): Played[] {
  const played: Played[] = [];
  grid.run(now, (bot, intendedAt) => played.push([bot, intendedAt]));
  return played;
}

describe('load test: input slots', () => {
  it('spreads the bots over the period', () => {
    const grid = new SlotGrid({ bots: 4, periodMs: 40, startAt: 1000, maxBehind: 30 });
    assert.deepEqual(play(grid, 999), []);
    const expected = [
      [0, 1000],
      [1, 1010],
      [2, 1020],
      [3, 1030],
      [0, 1040],
    ];
    const played = [1000, 1010, 1020, 1030, 1040].flatMap((now) => play(grid, now));
    assert.deepEqual(played, expected);
  });

  it('plays late slots with the time they were meant for, each once', () => {
    const grid = new SlotGrid({ bots: 2, periodMs: 20, startAt: 0, maxBehind: 30 });
    play(grid, 0);
    assert.deepEqual(play(grid, 35), [
      [1, 10],
      [0, 20],
      [1, 30],
    ]);
    assert.deepEqual(play(grid, 36), []);
    assert.equal(grid.skipped, 0);
  });

  it('gives up what is further behind than allowed, and counts it', () => {
    const grid = new SlotGrid({ bots: 2, periodMs: 20, startAt: 0, maxBehind: 3 });
    play(grid, 0);
    const played = play(grid, 1000);
    assert.equal(played.length, 6);
    assert.deepEqual(played.at(-1), [0, 1000]);
    assert.equal(grid.skipped, 100 - 6);
  });
});
