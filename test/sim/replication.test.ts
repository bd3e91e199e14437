/**
 * Replication against its reference model, over random operations: what each client decodes is what it must have, and its
 * bytes tell of nothing else. `npm run fuzz -- replication` does the same with more seeds.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BROKEN } from '../../loadtest/fuzz/replication/broken.ts';
import { createPlainReplicator } from '../../loadtest/fuzz/replication/plain-replicator.ts';
import { OPERATIONS } from '../../loadtest/fuzz/replication/plan.ts';
import type { MakeReplicator } from '../../loadtest/fuzz/replication/replicator.ts';
import { explain, realReplicator, runPlan, runSeed } from '../../loadtest/fuzz/replication/run.ts';

const SEEDS = 220;
/** The whole state in every frame is slow. */
const PLAIN_SEEDS = 10;
const PROPERTY_RUNS = 50;
/** A broken replicator has to be caught within so many seeds. */
const CAUGHT_WITHIN = 40;

const operation = fc.record({ kind: fc.constantFrom(...Object.keys(OPERATIONS)), seed: fc.nat() });
const first = fc.array(fc.record({ kind: fc.constantFrom('join', 'spawn'), seed: fc.nat() }), { maxLength: 12 });
const rest = fc.array(fc.array(operation, { maxLength: 6 }), { maxLength: 20 });

describe('replication: random operations', () => {
  it(`${SEEDS} seeds: every client has what it must have, and is told nothing else`, () => {
    const outcomes = seedsUpTo(SEEDS).map((seed) => [seed, runSeed(seed)] as const);
    const failing = outcomes.filter(([, { failure }]) => failure !== undefined).map(([seed]) => seed);
    assert.ok(
      failing.length === 0,
      `failing seeds: ${failing.join(', ')}\n${failing.slice(0, 1).map((seed) => explain(seed))}`,
    );
    const total = (of: 'frames' | 'lagging'): number => outcomes.reduce((sum, [, outcome]) => sum + outcome[of], 0);
    assert.ok(total('frames') > 10 * SEEDS, `only ${total('frames')} frames were compared`);
    assert.ok(total('lagging') > 0, 'no byte budget ever bound');
  });

  it('any plan at all, not only those of the generator', () => {
    const plan = fc.tuple(first, rest).map(([start, ticks]) => [start, ...ticks]);
    const holds = fc.property(plan, (ticks) => {
      const { failure, trace } = runPlan(ticks, realReplicator);
      assert.ok(failure === undefined, [...trace, ...(failure?.wrong ?? [])].join('\n'));
    });
    fc.assert(holds, { numRuns: PROPERTY_RUNS, seed: 20_261_122 });
  });

  it('the plain replicator, which sends everything in every tick, satisfies the model too', () => {
    const failing = seedsUpTo(PLAIN_SEEDS).filter((seed) => runSeed(seed, createPlainReplicator).failure !== undefined);
    assert.ok(failing.length === 0, failing.map((seed) => explain(seed, createPlainReplicator)).join('\n'));
  });

  describe('catches a replicator that', () => {
    for (const [what, broken] of Object.entries(BROKEN)) {
      it(what, () => {
        const make: MakeReplicator = broken(realReplicator);
        const caught = seedsUpTo(CAUGHT_WITHIN).find((seed) => runSeed(seed, make).failure !== undefined);
        assert.notEqual(caught, undefined, `${CAUGHT_WITHIN} seeds found nothing wrong`);
      });
    }
  });
});

function seedsUpTo(count: number): number[] {
  return Array.from({ length: count }, (_, seed) => seed);
}
