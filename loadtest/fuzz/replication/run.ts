/** Seeds of the replication fuzz, one at a time, and what to say of one that fails. */
import { createContext, runInContext } from 'node:vm';
import { noMeter } from '../../../src/kernel/ports.ts';
import { Replicator } from '../../../src/replication/colyseus-replicator.ts';
import { type Plan, planOf } from './plan.ts';
import type { MakeReplicator } from './replicator.ts';
import { shrink } from './shrink.ts';
import { type Outcome, simulate } from './simulation.ts';

export const realReplicator: MakeReplicator = (encoder) => new Replicator(encoder, { meter: noMeter, labels: {} });

/** A run takes milliseconds; one that takes this long does not end. */
const HANGS_AFTER_MS = 20_000;
const MOST_LINES = 8;

export function runSeed(seed: number, make: MakeReplicator = realReplicator): Outcome {
  return runPlan(planOf(seed), make);
}

/** As `simulate`, and ends a run that does not end by itself. */
export function runPlan(plan: Plan, make: MakeReplicator, hangsAfterMs = HANGS_AFTER_MS): Outcome {
  const context = createContext({ run: () => simulate(plan, make) });
  try {
    return runInContext('run()', context, { timeout: hangsAfterMs }) as Outcome;
  } catch (error) {
    const failure = { tick: 0, sessionId: undefined, wrong: [`the run does not end: ${error}`] };
    return { failure, trace: [], frames: 0, bytes: 0, lagging: 0, leaked: 0 };
  }
}

/** The shortest way found to the failure of a seed: what is done, and what is wrong then. */
export function explain(seed: number, make: MakeReplicator = realReplicator): string {
  const hangs = runSeed(seed, make).frames === 0;
  const plan = hangs ? planOf(seed) : shrink(planOf(seed), (smaller) => runPlan(smaller, make).failure !== undefined);
  const { failure, trace } = runPlan(plan, make);
  if (failure === undefined) return `seed ${seed} does not fail`;
  const { tick, sessionId = 'everybody', wrong } = failure;
  const more = wrong.length > MOST_LINES ? [`and ${wrong.length - MOST_LINES} more`] : [];
  const lines = [...trace, `tick ${tick}, ${sessionId}:`, ...wrong.slice(0, MOST_LINES), ...more];
  return [`seed ${seed}, made small:`, ...lines.map((line) => `  ${line}`)].join('\n');
}
