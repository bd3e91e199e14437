/** A world of plain maps for unit tests, with the simulation's own tables and factories. */
import {
  advance,
  type Being,
  createRealm,
  enter,
  type Pouch,
  type Realm,
  type Thing,
  type Walk,
  type World,
  walkOn,
} from '../../rooms/world/simulation.ts';
import { createRandom } from '../../src/kernel/random.ts';

export interface PlainWorld extends World {
  readonly units: Map<string, Being>;
  readonly items: Map<string, Thing>;
  readonly bags: Map<string, Pouch>;
}

export interface PlainRealm extends Realm {
  readonly world: PlainWorld;
}

export function newRealm(options: { seed?: number; creatures?: number; items?: number } = {}): PlainRealm {
  const { seed = 1, creatures = 0, items = 0 } = options;
  const world: PlainWorld = {
    players: 0,
    creatures: 0,
    things: 0,
    hour: 0,
    units: new Map(),
    items: new Map(),
    bags: new Map(),
  };
  const make = {
    unit: (): Being => ({ kind: 0, name: '', color: 0, connected: true, x: 0, y: 0, heading: 0 }),
    item: (): Thing => ({ kind: 0, x: 0, y: 0 }),
    bag: (): Pouch => ({ counts: new Map() }),
  };
  return createRealm({ world, random: createRandom(seed), make, creatures, items }) as PlainRealm;
}

/** Puts somebody at a place. */
export function enterAt(realm: PlainRealm, id: string, x: number, y: number): Being {
  enter(realm, id, id);
  return Object.assign(realm.world.units.get(id)!, { x, y });
}

/** One tick of everybody: `inputs` are taken from the front of each one's list. */
export function tick(realm: PlainRealm, inputs: Readonly<Record<string, Walk[]>> = {}): void {
  const walks = { get: (id: string) => ({ next: () => inputs[id]?.shift() }) };
  for (const walker of realm.walkers.values()) walkOn(realm, walker, walks);
  advance(realm);
}

export function towards(moveX: number, moveY: number, steps = 1): Walk {
  return { moveX, moveY, steps };
}
