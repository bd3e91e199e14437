import assert from 'node:assert/strict';
import { checkFanout, type FanoutSize, summarizeFanout } from '../../loadtest/bench/fanout-figures.ts';
import type { Variant } from '../../loadtest/bench/fanout-messages.ts';
import type { FanoutRound } from '../../loadtest/bench/fanout-rounds.ts';
import { notesFor, patchOf } from '../../loadtest/bench/fanout-state.ts';

const machine = { busy: 0.4, otherCores: 0.1, stolenCores: 0 };

/** 10,000 patches a second for a second, at a cost each. */
function round(perPatchUs: number, patches = 10_000): FanoutRound {
  const all = perPatchUs * patches;
  return { patches, patchBytes: 200, seconds: 1, userUs: all / 4, systemUs: (all * 3) / 4, machine };
}

function size(costs: Readonly<Record<Variant, readonly number[]>>, patches?: number): FanoutSize {
  const rounds = Object.entries(costs).map(([variant, each]) => [variant, each.map((cost) => round(cost, patches))]);
  return summarizeFanout(Object.fromEntries(rounds));
}

const missed = (one: FanoutSize): string[] => checkFanout([one], 10_000).flatMap(({ id, ok }) => (ok ? [] : [id]));

describe('bench fanout: figures and checks', () => {
  it('takes the median of the rounds, and ratios within a round', () => {
    const { variants, patchBytes } = size({
      game: [11, 22, 50],
      room: [10, 20, 40],
      stock: [12, 24, 48],
      floor: [10, 20, 40],
    });
    assert.equal(patchBytes, 200);
    assert.equal(variants.game.perPatchUs, 22);
    assert.deepEqual([variants.game.userUs, variants.game.systemUs], [5.5, 16.5]);
    assert.ok(Math.abs(variants.game.overFloor - 1.1) < 1e-9);
    assert.ok(Math.abs(variants.stock.overFloor - 1.2) < 1e-9);
    assert.equal(variants.game.patchesPerSecond, 10_000);
  });

  it('passes good figures', () => {
    assert.deepEqual(missed(size({ game: [12], room: [12], stock: [13], floor: [10] })), []);
  });

  it('misses the check of each figure that is off', () => {
    assert.deepEqual(missed(size({ game: [12.6], room: [12], stock: [13], floor: [10] })), ['game-over-floor-200']);
    assert.deepEqual(missed(size({ game: [12], room: [12.6], stock: [13], floor: [10] })), ['room-over-floor-200']);
    assert.deepEqual(missed(size({ game: [12.1], room: [12], stock: [12], floor: [10] })), ['game-over-stock-200']);
    assert.deepEqual(missed(size({ game: [12], room: [12.1], stock: [12], floor: [10] })), ['room-over-stock-200']);
    assert.deepEqual(missed(size({ game: [12], room: [12], stock: [13], floor: [10] }, 9000)), ['delivered-200']);
  });

  it('sends patches of the size wanted', () => {
    for (const bytes of [200, 2000]) {
      const { length } = patchOf(notesFor(bytes));
      assert.ok(length >= bytes && length < bytes + 64, `${length}`);
    }
  });
});
