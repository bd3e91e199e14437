/**
 * A fuzz run as data: ticks of operations, each with the seed of its own chance. So any operation can be left out of a
 * plan and the rest still does what it did: that is what makes a failing plan small.
 */
import { createRandom, type Random } from '../../../src/kernel/random.ts';
import { ENTITY_OPERATIONS, MISTAKES } from './entity-operations.ts';
import { GEM_OPERATIONS } from './gem-operations.ts';
import { NESTED_OPERATIONS, SHARED_OPERATIONS } from './nested-operations.ts';
import { HANDOVERS, SHARINGS } from './part-operations.ts';
import { type PlayerOperation, SESSION_OPERATIONS } from './session-operations.ts';

export interface Operation {
  readonly kind: string;
  readonly seed: number;
}
export type Plan = readonly (readonly Operation[])[];

const MAX_TICKS = 32;
const MAX_OPERATIONS = 6;
const FIRST_UNITS = 12;
const FIRST_PLAYERS = 3;

const worldOperations = {
  ...ENTITY_OPERATIONS,
  ...GEM_OPERATIONS,
  ...HANDOVERS,
  ...SHARINGS,
  ...NESTED_OPERATIONS,
  ...SHARED_OPERATIONS,
  ...MISTAKES,
};

/** How an operation is done, by its name. */
export const OPERATIONS: Readonly<Record<string, PlayerOperation>> = {
  ...Object.fromEntries(
    Object.entries(worldOperations).map(([kind, change]): [string, PlayerOperation] => [
      kind,
      ({ world }, random) => change(world, random),
    ]),
  ),
  ...SESSION_OPERATIONS,
};

/** Groups are drawn first, so that no group drowns the others. */
const GROUPS: readonly (readonly string[])[] = [
  Object.keys(ENTITY_OPERATIONS),
  ['walk', 'jump', 'standOnEdge'],
  ['travel'],
  Object.keys(NESTED_OPERATIONS),
  Object.keys(NESTED_OPERATIONS),
  ['storm', 'newCollection'],
  Object.keys(GEM_OPERATIONS),
  Object.keys(HANDOVERS),
  Object.keys(SHARINGS),
  Object.keys(SESSION_OPERATIONS),
  ['stall', 'stall', 'stall', 'resumeAll', 'reconnect'],
];
/** Several players near each other who miss different ticks of the same few entities. */
const CROWDED: readonly (readonly string[])[] = [
  ['field', 'storm', 'gem', 'mount', 'passGem', 'swapMounts', 'passCollection', 'swapCollections'],
  ['field'],
  ['stall', 'stall', 'resumeAll'],
  ['join', 'walk'],
];
const SHARED_CHANCE = 0.15;
const MISTAKE_CHANCE = 0.015;

export function planOf(seed: number): Plan {
  const random = createRandom(seed);
  const repeated = (count: number, kind: string): Operation[] =>
    Array.from({ length: count }, () => draw(random, kind));
  const ticks = 2 + random.int(MAX_TICKS - 1);
  const busy = random.int(MAX_OPERATIONS) + 1;
  const crowded = random.int(4) === 0;
  const [players, units] = crowded ? [5, 0] : [1 + random.int(FIRST_PLAYERS), random.int(FIRST_UNITS)];
  const first = [...repeated(players, 'join'), ...repeated(units, 'spawn')];
  const rest = Array.from({ length: ticks }, () =>
    Array.from({ length: random.int(busy + 1) }, () => draw(random, drawKind(random, crowded ? CROWDED : GROUPS))),
  );
  return [first, ...rest];
}

function draw(random: Random, kind: string): Operation {
  return { kind, seed: random.int(2 ** 32) };
}

function drawKind(random: Random, groups: typeof GROUPS): string {
  if (random.next() < MISTAKE_CHANCE) return random.pick(Object.keys(MISTAKES));
  if (random.next() < SHARED_CHANCE && groups !== CROWDED) return random.pick(Object.keys(SHARED_OPERATIONS));
  return random.pick(random.pick(groups));
}
