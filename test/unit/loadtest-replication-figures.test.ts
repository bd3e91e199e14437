import assert from 'node:assert/strict';
import {
  checkReplication,
  type HalfFigures,
  type SizeFigures,
  type SizeRounds,
  summarizeGrowth,
  summarizeSize,
} from '../../loadtest/bench/replication-figures.ts';
import type { RoundResult } from '../../loadtest/bench/replication-messages.ts';
import { Field } from '../../loadtest/bench/replication-world.ts';

const machine = { busy: 0.4, otherCores: 0.1, stolenCores: 0 };

function round(framesUs: number, different: Partial<RoundResult> = {}): RoundResult {
  const tick = { frames: framesUs, views: 0, interest: 500, bytes: 40_000 };
  return { ticks: [tick, tick], visible: 30, held: ['a', 'b'], wrong: 0, ...different };
}

function rounds(pairs: readonly (readonly [hypogeum: RoundResult, stock: RoundResult])[]): SizeRounds {
  const heap = { hypogeum: { tick: 3000, frames: 2000 }, stock: { tick: 9000, frames: 2000 } };
  return { players: 100, rounds: pairs.map(([hypogeum, stock]) => ({ hypogeum, stock, machine })), heap };
}

const half = (framesMs: number, bytesPerClient = 400): HalfFigures => {
  return { framesMs, viewsMs: 0, interestMs: 1, bytesPerClient, heapBytes: 0, frameHeapBytes: 0 };
};

function size(players: number, framesMs: number, different: Partial<SizeFigures> = {}): SizeFigures {
  const [hypogeum, stock] = [half(framesMs), half(framesMs * 25)];
  return {
    players,
    visible: 30,
    hypogeum,
    stock,
    cheaper: 25,
    cheaperAtLeast: 20,
    differing: 0,
    wrong: 0,
    machine,
    ...different,
  };
}

const good = [size(1000, 1), size(2000, 2), size(4000, 4.4)];
const missed = (sizes: readonly SizeFigures[]): string[] =>
  checkReplication({ sizes, growth: 2.2 }).flatMap(({ id, ok }) => (ok ? [] : [id]));

describe('bench replication: figures and checks', () => {
  it('takes the median of the rounds, per tick and per client', () => {
    const figures = summarizeSize(
      rounds([
        [round(1000), round(20_000)],
        [round(9000), round(20_000)],
        [round(1200), round(24_000)],
      ]),
    );
    assert.deepEqual([figures.hypogeum.framesMs, figures.stock.framesMs], [1.2, 20]);
    assert.deepEqual([figures.hypogeum.interestMs, figures.hypogeum.bytesPerClient], [0.5, 400]);
    assert.deepEqual([figures.hypogeum.heapBytes, figures.stock.heapBytes], [1000, 7000]);
    assert.equal(figures.cheaper, 20, 'the median of 20, 2.2 and 20: round by round');
  });

  it('counts interest against us and view.add against nobody in the second ratio', () => {
    const ticks = [{ frames: 10_000, views: 2000, interest: 0, bytes: 0 }];
    const { cheaperAtLeast } = summarizeSize(rounds([[round(1000), round(0, { ticks })]]));
    assert.equal(cheaperAtLeast, 8000 / 1500);
  });

  it('counts players whose two clients hold different states, and wrong entities of both', () => {
    const different = summarizeSize(rounds([[round(1, { wrong: 2 }), round(1, { held: ['a', 'c'], wrong: 1 })]]));
    assert.deepEqual([different.differing, different.wrong], [1, 3]);
    assert.equal(summarizeSize(rounds([[round(1), round(1, { held: ['a'] })]])).differing, 1);
  });

  it('passes good figures', () => {
    assert.deepEqual(missed(good), []);
  });

  it('misses the check of each figure that is off', () => {
    const [one, two, four] = good as [SizeFigures, SizeFigures, SizeFigures];
    assert.deepEqual(missed([{ ...one, cheaper: 9.9 }, two, four]), ['cheaper-1000']);
    assert.deepEqual(missed([one, { ...two, cheaper: 19 }, four]), ['cheaper-2000']);
    assert.deepEqual(missed([one, { ...two, hypogeum: { ...half(2), interestMs: 4 } }, four]), ['interest']);
    assert.deepEqual(missed([{ ...one, hypogeum: half(1, 409) }, two, four]), ['bytes-1000']);
    assert.deepEqual(missed([{ ...one, differing: 1 }, two, four]), ['same-state']);
    assert.deepEqual(missed([{ ...one, wrong: 1 }, two, four]), ['true-state']);
  });

  it('takes growth round by round, and checks it if it was measured', () => {
    const growth = summarizeGrowth([
      { from: round(1000), to: round(2000) },
      { from: round(1800), to: round(3960) },
      { from: round(1000), to: round(3300) },
    ]);
    assert.equal(growth, 2.2, 'the median of 2, 2.2 and 3.3');
    const check = (growth: number) => checkReplication({ sizes: good, growth }).find(({ id }) => id === 'growth');
    assert.deepEqual([check(2.3)?.ok, check(2.31)?.ok], [true, false]);
    assert.ok(checkReplication({ sizes: good }).every(({ id }) => id !== 'growth'));
  });

  it('checks nothing of sizes that were not measured', () => {
    const ids = checkReplication({ sizes: [size(250, 1, { cheaper: 1 })] }).map(({ id }) => id);
    assert.deepEqual(ids, ['bytes-250', 'same-state', 'true-state']);
  });
});

describe('bench replication: its world', () => {
  it('is the same in two processes, moves, and stays on the field', () => {
    const [one, other] = [new Field(200, 'float32', 7), new Field(200, 'float32', 7)];
    const began = JSON.stringify(one.state);
    for (let tick = 0; tick < 300; tick++) for (const field of [one, other]) field.step();
    assert.equal(JSON.stringify(one.state), JSON.stringify(other.state));
    assert.notEqual(JSON.stringify(one.state), began);
    const side = Math.sqrt((200 * Math.PI * 420 ** 2) / 30);
    for (const { x, y } of one.units) assert.ok(x >= 0 && y >= 0 && x <= side + 1 && y <= side + 1, `${x}, ${y}`);
  });

  it('has whole positions where they travel as int16', () => {
    const field = new Field(50, 'int16', 7);
    field.step();
    for (const { x, y } of field.units) assert.ok(Number.isInteger(x) && Number.isInteger(y));
  });
});
