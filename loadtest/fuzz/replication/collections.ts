/**
 * The interest-managed collections of the fuzzed state, in the order in which they are declared, and who sees what in
 * them, said twice: as a policy, and as the sentence a reader of that policy would say. The model knows the sentence only.
 */
import type { MapSchema } from '@colyseus/schema';
import { area, owner, type Point, type Policy } from '../../../src/replication/policies.ts';
import type { FuzzState, Gem, Unit } from './state.ts';

/** In sight, out of sight, or where only what is seen already stays in sight. */
export type Sight = 'in' | 'edge' | 'out';

export interface FuzzCollection<E extends Unit | Gem = Unit | Gem> {
  readonly name: string;
  of(state: FuzzState): MapSchema<E>;
  /** Undefined: never declared, so nobody sees it. */
  policy?(state: FuzzState): Policy<E>;
  sight(state: FuzzState, sessionId: string, entity: E, key: string): Sight;
}
export type UnitCollection = FuzzCollection<Unit>;

export const UNITS_RADIUS = 10;
export const UNITS_LEAVE_RADIUS = 12;
export const UNITS_BOUNDS = { minX: -30, minY: -20, maxX: 30, maxY: 20 };
const THINGS_RADIUS = 5;
const POSTS_RADIUS = 7;
const TEAMS = 3;
/** What is more radii off the origin than this is nowhere. */
const FARTHEST = 2 ** 40;

/** Those of units. The last one is never declared. */
export const UNIT_COLLECTIONS: readonly UnitCollection[] = [
  {
    name: 'units',
    of: (state) => state.units,
    policy: () => area<Unit>({ radius: UNITS_RADIUS, leaveRadius: UNITS_LEAVE_RADIUS, bounds: UNITS_BOUNDS }),
    sight(state, sessionId, { x, y }) {
      const { minX, minY, maxX, maxY } = UNITS_BOUNDS;
      if (!(x >= minX && x <= maxX && y >= minY && y <= maxY)) return 'out';
      return within(state.units.get(sessionId), { x, y }, UNITS_RADIUS, UNITS_LEAVE_RADIUS);
    },
  },
  {
    name: 'things',
    of: (state) => state.zone.things,
    // Positions lie mirrored here, and nothing has an own body: a viewer looks from its body among the units.
    policy: (state) =>
      area<Unit>({
        radius: THINGS_RADIUS,
        x: ({ y }) => y,
        y: ({ x }) => x,
        center: ({ sessionId }) => named(state.units.get(sessionId)),
      }),
    sight(state, sessionId, { x, y }) {
      const body = state.units.get(sessionId);
      const center = body?.name === '' ? undefined : body;
      return within(center, { x: y, y: x }, THINGS_RADIUS, THINGS_RADIUS * 1.1);
    },
  },
  {
    name: 'bags',
    of: (state) => state.bags,
    policy: () => owner<Unit>(),
    sight: (_state, sessionId, _entity, key) => (key === sessionId ? 'in' : 'out'),
  },
  {
    name: 'loot',
    of: (state) => state.loot,
    policy: () => owner<Unit>({ of: (entity) => named(entity).owner }),
    sight: (_state, sessionId, { owner: seenBy, name }) => (seenBy === sessionId && name !== '' ? 'in' : 'out'),
  },
  {
    name: 'posts',
    of: (state) => state.posts,
    policy: (state) => area<Unit>({ radius: POSTS_RADIUS, leaveRadius: POSTS_RADIUS, center: state.units }),
    sight: (state, sessionId, at) => within(state.units.get(sessionId), at, POSTS_RADIUS, POSTS_RADIUS),
  },
  {
    name: 'flags',
    of: (state) => state.flags,
    policy: () => (viewer, entity) => entity.alive && teamOf(viewer.sessionId) === named(entity).team,
    sight: (_state, sessionId, { alive, name, team }) =>
      alive && name !== '' && teamOf(sessionId) === team ? 'in' : 'out',
  },
  { name: 'vault', of: (state) => state.vault, sight: () => 'out' },
];

export const GROUND: FuzzCollection<Gem> = {
  name: 'ground',
  of: (state) => state.ground,
  policy: () => (viewer, gem) => gem.team === teamOf(viewer.sessionId),
  sight: (_state, sessionId, { team }) => (team === teamOf(sessionId) ? 'in' : 'out'),
};

/** In the order in which they are declared. */
export const COLLECTIONS = [
  ...UNIT_COLLECTIONS.slice(0, -1),
  GROUND,
  ...UNIT_COLLECTIONS.slice(-1),
] as FuzzCollection[];

/** Policies fail, too: for an entity without a name these do, and it is seen by nobody. */
function named<U extends Unit | undefined>(unit: U): U {
  if (unit?.name === '') throw new Error('a unit without a name');
  return unit;
}

/** Session ids end in a number. */
function teamOf(sessionId: string): number {
  return Number(sessionId.slice(1)) % TEAMS;
}

function within(center: Point | undefined, at: Point, radius: number, leaveRadius: number): Sight {
  if (center === undefined) return 'out';
  if (Math.max(Math.abs(at.x), Math.abs(at.y)) > FARTHEST * radius) return 'out';
  const squared = (at.x - center.x) ** 2 + (at.y - center.y) ** 2;
  if (squared <= radius ** 2) return 'in';
  return squared <= leaveRadius ** 2 ? 'edge' : 'out';
}
