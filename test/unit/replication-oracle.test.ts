/** The parts of the replication fuzz that others rely on: what they find, and what they leave alone. */
import assert from 'node:assert/strict';
import { Encoder } from '@colyseus/schema';
import { BROKEN } from '../../loadtest/fuzz/replication/broken.ts';
import { canariesInBytes, canariesInText, createMint } from '../../loadtest/fuzz/replication/canary.ts';
import { differences } from '../../loadtest/fuzz/replication/model.ts';
import { plainOf } from '../../loadtest/fuzz/replication/plain.ts';
import { type Plan, planOf } from '../../loadtest/fuzz/replication/plan.ts';
import { explain, realReplicator, runPlan, runSeed } from '../../loadtest/fuzz/replication/run.ts';
import { shrink } from '../../loadtest/fuzz/replication/shrink.ts';
import { Unit } from '../../loadtest/fuzz/replication/state.ts';
import { describeFrame, WireReader } from '../../loadtest/fuzz/replication/wire.ts';
import { checkFuzz, fuzzSeeds } from '../../loadtest/fuzz/replication.ts';

describe('replication oracle: canaries', () => {
  it('are found in the bytes of every form, and not in other values', () => {
    const mint = createMint();
    const unit = new Unit({ name: mint.text(), seed: mint.double(), serial: mint.long(), score: 1e9, owner: '¤~;' });
    const bytes = encodeAlone(unit);
    assert.deepEqual(canariesInBytes(bytes).sort(), ['1', '2', '3']);
    assert.deepEqual(canariesInText(JSON.stringify(plainOf(unit))).sort(), ['1', '2', '3']);
  });

  it('are never given out twice', () => {
    const mint = createMint();
    const given = [mint.text(), `${plainOf(mint.double())}`, `${plainOf(mint.long())}`, mint.text()];
    assert.equal(new Set(given.flatMap(canariesInText)).size, 4);
  });
});

describe('replication oracle: plain values', () => {
  it('drop map order, sort sets, round as the wire does, and keep what JSON cannot', () => {
    const one = new Unit({ x: 0.1, y: Number.NaN });
    const other = new Unit({ x: Math.fround(0.1), y: Number.NaN });
    for (const key of ['b', 'a']) one.stats.set(key, key);
    for (const key of ['a', 'b']) other.stats.set(key, key);
    for (const tag of ['b', 'a']) one.tags.add(tag);
    for (const tag of ['a', 'b']) other.tags.add(tag);
    assert.deepEqual(differences('unit', plainOf(one), plainOf(other)), []);
    other.y = Number.POSITIVE_INFINITY;
    other.path.push('x');
    assert.deepEqual(differences('unit', plainOf(one), plainOf(other)), [
      'unit.y: is "Infinity", must be "NaN"',
      'unit.path.0: is "x", must be undefined',
    ]);
  });
});

describe('replication oracle: plans', () => {
  it('a seed is a plan, and a plan is a run: the same each time', () => {
    assert.deepEqual(planOf(7), planOf(7));
    assert.notDeepEqual(planOf(7), planOf(8));
    assert.deepEqual(runSeed(7), runSeed(7));
  });

  it('shrinks to the operations that matter', () => {
    const seedsOf = (plan: Plan): number[] => plan.flat().map(({ seed }) => seed);
    const plan = Array.from({ length: 30 }, (_, tick) =>
      [5 * tick, 5 * tick + 1].map((seed) => ({ kind: 'walk', seed })),
    );
    const fails = (smaller: Plan): boolean => seedsOf(smaller).includes(15) && seedsOf(smaller).includes(101);
    assert.deepEqual(seedsOf(shrink(plan, fails)), [15, 101]);
  });

  it('tells of a replicator that throws, and of one that never ends', () => {
    const encodingBy = (encode: () => void): typeof realReplicator => {
      return (encoder, world) => Object.assign(realReplicator(encoder, world), { encode });
    };
    const throwing = encodingBy(() => {
      throw new Error('out of order');
    });
    const endless = encodingBy(() => {
      for (;;);
    });
    assert.match(runPlan([[]], throwing).failure!.wrong[0]!, /out of order/);
    assert.match(runPlan([[]], endless, 50).failure!.wrong[0]!, /does not end/);
  });
});

describe('replication oracle: reports', () => {
  const loses = BROKEN['loses removals']!(realReplicator);

  it('a failing seed fails the fuzz, and is explained by few operations', () => {
    const figures = fuzzSeeds(0, 10, loses);
    assert.ok(figures.failures.length > 0);
    assert.ok(checkFuzz(figures).some(({ ok }) => !ok));
    const { seed } = figures.failures[0]!;
    const text = explain(seed, loses);
    assert.match(text, new RegExp(`^seed ${seed}, made small:`));
    assert.ok(text.split('\n').length < 20, text);
  });

  it('reads a frame operation by operation', () => {
    const lines: string[] = [];
    runPlan([[{ kind: 'join', seed: 3 }]], (encoder, world) => {
      const real = realReplicator(encoder, world);
      const reader = new WireReader(encoder);
      const snapshot = (observer: unknown, head: Uint8Array): Buffer => {
        const frame = real.snapshot(observer, head);
        if (lines.length === 0) lines.push(...describeFrame(reader.read(frame, head.length)));
        return frame;
      };
      return {
        replicate: (collection, policy) => real.replicate(collection, policy),
        addObserver: (viewer, budget) => real.addObserver(viewer, budget),
        removeObserver: (observer) => real.removeObserver(observer),
        encode: (now) => real.encode(now),
        needsSnapshot: (observer) => real.needsSnapshot(observer),
        patch: (observer, head) => real.patch(observer, head),
        snapshot,
        finish: () => real.finish(),
      };
    });
    assert.match(lines[0]!, /^#0: \.phase = play, \.round = 1/);
  });
});

/** The bytes of one instance as Colyseus writes them. */
function encodeAlone(unit: Unit): Buffer {
  return Buffer.from(new Encoder(unit).encodeAll());
}
