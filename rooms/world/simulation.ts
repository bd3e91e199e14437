/**
 * The world's simulation: what the server plays and what a client predicts with, from one place. A tick is `walkOn`
 * once for each person, then `advance` once. Pure: no clock, no Colyseus, and no chance but from the seeded generator
 * handed in; equal seeds and inputs give equal worlds.
 */
import type { Random } from '../../src/kernel/random.ts';
import { roam } from './ai-creatures.ts';
import { Things } from './geometry.ts';
import { stepBody, type Walk } from './movement.ts';
import { gather, growThing, regrowThings } from './pickups.ts';
import { BURST_TICKS, CREATURES, DAY_SECONDS, ITEMS, MORNING, TICK_RATE } from './rules.ts';
import { addCreature } from './spawning.ts';
import type { Factories, Realm, Walker, World } from './world.ts';

export type { Thing } from './geometry.ts';
export {
  type Body,
  headingOf,
  isOpen,
  PREDICTED_FIELDS,
  sanitizeWalk,
  stepBody,
  type Walk,
} from './movement.ts';
export { drop } from './pickups.ts';
export { enter, leave } from './spawning.ts';
export type { Being, Factories, Pouch, Realm, Table, Walker, World } from './world.ts';

export interface RealmOptions {
  readonly world: World;
  readonly random: Random;
  readonly make: Factories;
  readonly creatures?: number;
  readonly items?: number;
}

/** A world with its creatures and things, and nobody in it yet. */
export function createRealm(options: RealmOptions): Realm {
  const { world, random, make, creatures = CREATURES, items = ITEMS } = options;
  const realm: Realm = {
    world,
    random,
    make,
    things: new Things(),
    creatures: [],
    walkers: new Map(),
    tick: 0,
  };
  for (let i = 0; i < creatures; i++) addCreature(realm);
  for (let i = 0; i < items; i++) growThing(realm);
  count(realm);
  return realm;
}

/** The part of Colyseus's `InputAPI` used here: what each person wants next, by session id. */
export interface Walks {
  get(id: string): { next(): Walk | undefined };
}

/**
 * One tick of one person. Each tick grants one step; steps that nobody asked for are kept for a while, and used when
 * late inputs come in a bunch: an honest player loses nothing, and sending more moves nobody further.
 */
export function walkOn(realm: Realm, walker: Walker, walks: Walks): void {
  const { unit, walk } = walker;
  walker.credit = Math.min(walker.credit + 1, BURST_TICKS);
  let moved = false;
  while (walker.credit > 0 && (walk.steps > 0 || takeNext(walker, walks))) {
    walk.steps--;
    walker.credit--;
    stepBody(unit, walk.moveX, walk.moveY);
    moved ||= walk.moveX !== 0 || walk.moveY !== 0;
  }
  if (moved) gather(realm, unit, walker.bag);
}

/** Everything of a tick that is nobody's input. */
export function advance(realm: Realm): void {
  realm.tick++;
  roam(realm);
  regrowThings(realm);
  if (realm.tick % TICK_RATE === 0) count(realm);
}

function takeNext({ id, walk }: Walker, walks: Walks): boolean {
  const next = walks.get(id).next();
  if (next === undefined) return false;
  walk.moveX = next.moveX;
  walk.moveY = next.moveY;
  walk.steps = next.steps;
  return true;
}

/** What all are told; once a second, for it goes to everybody. */
function count({ world, walkers, creatures, tick }: Realm): void {
  world.players = walkers.size;
  world.creatures = creatures.length;
  world.things = world.items.size;
  world.hour = (MORNING + Math.floor(tick / TICK_RATE)) % DAY_SECONDS;
}
