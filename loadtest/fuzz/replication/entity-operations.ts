/**
 * What can happen to entities: they come, go, return, change places and walk. Each operation draws what it needs from
 * its own generator, and says what it did; undefined when there was nothing to do it to.
 */
import type { Random } from '../../../src/kernel/random.ts';
import {
  UNIT_COLLECTIONS,
  UNITS_BOUNDS,
  UNITS_LEAVE_RADIUS,
  UNITS_RADIUS,
  type UnitCollection,
} from './collections.ts';
import type { Unit } from './state.ts';
import type { Stay, World } from './world.ts';

export type WorldOperation = (world: World, random: Random) => string | undefined;

const KEYS = 6;
/** Vectors whose length is a whole number: the way to stand exactly on an edge. */
const EDGES = [
  [UNITS_RADIUS, 0],
  [0, -UNITS_RADIUS],
  [-6, 8],
  [8, 6],
  [UNITS_LEAVE_RADIUS, 0],
  [0, UNITS_LEAVE_RADIUS],
  [UNITS_RADIUS + 1, 0],
  [0, -UNITS_LEAVE_RADIUS - 0.25],
  [3, 4],
  [4, -3],
] as const;
const ASTRAY = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  UNITS_BOUNDS.maxX + 0.25,
  -1000,
  UNITS_BOUNDS.minX,
  UNITS_BOUNDS.maxY,
  1e30,
];

export const ENTITY_OPERATIONS = {
  spawn(world, random) {
    const [collection, key] = pickPlace(random);
    world.put(collection, key, world.makeUnit(random));
    return `a new unit at ${collection.name}/${key}`;
  },
  despawn(world, random) {
    const stay = pickStay(world, random);
    if (stay === undefined) return undefined;
    world.take(stay.collection, stay.key);
    return `${nameOf(stay)} removed`;
  },
  takeAway(world, random) {
    const stay = pickStay(world, random);
    if (stay === undefined) return undefined;
    world.take(stay.collection, stay.key);
    if (!world.limbo.includes(stay.entity)) world.limbo.push(stay.entity);
    return `${nameOf(stay)} taken away`;
  },
  bringBack(world, random) {
    const unit = world.limbo.shift();
    if (unit === undefined) return undefined;
    const [collection, key] = pickPlace(random);
    world.put(collection, key, unit);
    return `a unit brought back to ${collection.name}/${key}`;
  },
  removeAndReturn(world, random) {
    const stay = pickStay(world, random);
    if (stay === undefined) return undefined;
    world.take(stay.collection, stay.key);
    if (random.int(2) === 0) world.stray(stay.entity, random);
    world.put(stay.collection, stay.key, stay.entity);
    return `${nameOf(stay)} removed and put back`;
  },
  replace(world, random) {
    const stay = pickStay(world, random);
    if (stay === undefined) return undefined;
    if (random.int(2) === 0) world.take(stay.collection, stay.key);
    const fresh = world.makeUnit(random);
    [fresh.x, fresh.y] = [stay.entity.x, stay.entity.y];
    world.put(stay.collection, stay.key, fresh);
    return `${nameOf(stay)} replaced where it stood`;
  },
  transfer(world, random) {
    const stay = pickStay(world, random);
    if (stay === undefined) return undefined;
    const [collection, key] = pickPlace(random);
    const firstOut = random.int(2) === 0;
    if (collection === stay.collection && key === stay.key) return undefined;
    if (firstOut) world.take(stay.collection, stay.key);
    world.put(collection, key, stay.entity);
    if (!firstOut) world.take(stay.collection, stay.key);
    return `${nameOf(stay)} moved to ${collection.name}/${key}, ${firstOut ? 'out, then in' : 'in, then out'}`;
  },
  clear(world, random) {
    if (random.int(4) > 0) return undefined;
    const collection = random.pick(UNIT_COLLECTIONS);
    world.clear(collection);
    return `${collection.name} cleared`;
  },
  clearAndRefill(world, random) {
    if (random.int(3) > 0) return undefined;
    const collection = random.pick(UNIT_COLLECTIONS);
    const kept = world.staysIn(collection).slice(0, 2);
    world.clear(collection);
    for (const { key, entity } of kept) world.put(collection, key, entity);
    world.put(collection, keyIn(collection, random), world.makeUnit(random));
    return `${collection.name} cleared and filled, ${kept.length} put back`;
  },
  walk(world, random) {
    const stay = pickStay(world, random);
    if (stay === undefined) return undefined;
    stay.entity.x += random.int(17) / 4 - 2;
    if (random.int(2) === 0) stay.entity.y += random.int(17) / 4 - 2;
    return `${nameOf(stay)} walks to ${stay.entity.x}, ${stay.entity.y}`;
  },
  jump(world, random) {
    const stay = pickStay(world, random);
    if (stay === undefined) return undefined;
    world.stray(stay.entity, random);
    return `${nameOf(stay)} jumps to ${stay.entity.x}, ${stay.entity.y}`;
  },
  standOnEdge(world, random) {
    const stay = pickStay(world, random);
    const body = world.state.units.get(`s${random.int(5)}`);
    if (stay === undefined || body === undefined) return undefined;
    const [dx, dy] = random.pick(EDGES);
    const mirrored = stay.collection.name === 'things';
    stay.entity.x = (mirrored ? body.y : body.x) + dx;
    stay.entity.y = (mirrored ? body.x : body.y) + dy;
    return `${nameOf(stay)} stands ${dx}, ${dy} off a body`;
  },
  goAstray(world, random) {
    const stay = pickStay(world, random);
    if (stay === undefined) return undefined;
    if (random.int(2) === 0) stay.entity.x = random.pick(ASTRAY);
    else stay.entity.y = random.pick(ASTRAY);
    return `${nameOf(stay)} goes astray to ${stay.entity.x}, ${stay.entity.y}`;
  },
  changeHands(world, random) {
    const stay = pickStay(world, random);
    if (stay === undefined) return undefined;
    stay.entity.owner = `s${random.int(5)}`;
    stay.entity.team = random.int(3);
    stay.entity.alive = random.int(4) > 0;
    return `${nameOf(stay)} belongs to ${stay.entity.owner}, team ${stay.entity.team}, alive ${stay.entity.alive}`;
  },
} as const satisfies Record<string, WorldOperation>;

/** What a room should not do; rare. */
export const MISTAKES = {
  putTwice(world, random) {
    const stay = pickStay(world, random);
    if (stay === undefined) return undefined;
    const [collection, key] = pickPlace(random);
    world.put(collection, key, stay.entity);
    return `${nameOf(stay)} is at ${collection.name}/${key} too`;
  },
  replaceZone(world, random) {
    if (random.int(4) > 0) return undefined;
    world.replaceZone();
    return 'a new zone, and with it another map of things';
  },
} as const satisfies Record<string, WorldOperation>;

export function pickStay(world: World, random: Random): Stay<Unit> | undefined {
  const stays = world.unitStays();
  return stays.length === 0 ? undefined : random.pick(stays);
}

export function nameOf({ collection, key }: Stay<Unit>): string {
  return `${collection.name}/${key}`;
}

/** Keys name their collection, so that one in a frame tells whose it is; some are session ids. */
export function keyIn(collection: UnitCollection, random: Random): string {
  const number = random.int(KEYS);
  const forSession = collection.name === 'bags' || (collection.name === 'units' && random.int(3) === 0);
  return forSession ? `s${number}` : `${collection.name}-k${number};`;
}

export function putBody(world: World, sessionId: string, random: Random): void {
  const body: Unit = world.makeUnit(random);
  body.x = random.int(40) / 4 - 5;
  body.y = random.int(40) / 4 - 5;
  world.put(UNIT_COLLECTIONS[0]!, sessionId, body);
}

function pickPlace(random: Random): [UnitCollection, string] {
  const collection = random.pick(UNIT_COLLECTIONS);
  return [collection, keyIn(collection, random)];
}
