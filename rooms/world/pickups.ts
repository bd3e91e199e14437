/** Things that lie around: where they come up, who steps on them and takes them, and what is dropped. */
import type { Random } from '../../src/kernel/random.ts';
import type { Lying } from './geometry.ts';
import { isOpen } from './movement.ts';
import {
  BAG_LIMIT,
  DROP_DISTANCE,
  DROP_REST_TICKS,
  ITEM_KINDS,
  ITEM_WEIGHTS,
  MAX_DROPPED,
  REGROW_TICKS,
} from './rules.ts';
import { openPlace } from './spawning.ts';
import type { Being, Pouch, Realm } from './world.ts';

/** Puts a new thing somewhere into the world. */
export function growThing(realm: Realm): void {
  const { x, y } = openPlace(realm.random);
  layThing(realm, drawKind(realm.random), x, y, false);
}

/** Brings up again what was taken long enough ago. */
export function regrowThings(realm: Realm): void {
  const { due } = realm.things;
  while (due.length > 0 && due[0]! <= realm.tick) {
    due.shift();
    growThing(realm);
  }
}

/** Takes what lies where this player stands, as far as there is room for it. */
export function gather(realm: Realm, unit: Being, bag: Pouch): void {
  const lying = realm.things.within(unit.x, unit.y, realm.tick);
  if (lying === undefined) return;
  const kind = ITEM_KINDS[lying.thing.kind]!;
  const count = bag.counts.get(kind) ?? 0;
  if (count >= BAG_LIMIT) return;
  bag.counts.set(kind, count + 1);
  takeUp(realm, lying);
  if (!lying.dropped) realm.things.due.push(realm.tick + REGROW_TICKS);
}

/** Puts one of a kind back on the ground, ahead of the player if there is room. False when they have none. */
export function drop(realm: Realm, id: string, kind: unknown): boolean {
  const walker = realm.walkers.get(id);
  const index = (ITEM_KINDS as readonly unknown[]).indexOf(kind);
  if (walker === undefined || index < 0) return false;
  const name = ITEM_KINDS[index]!;
  const count = walker.bag.counts.get(name) ?? 0;
  if (count === 0) return false;
  if (count === 1) walker.bag.counts.delete(name);
  else walker.bag.counts.set(name, count - 1);
  const place = ahead(walker.unit);
  layThing(realm, index, place.x, place.y, true);
  forgetOldest(realm);
  return true;
}

function ahead({ x, y, heading }: Being): { x: number; y: number } {
  const place = { x: x + Math.cos(heading) * DROP_DISTANCE, y: y + Math.sin(heading) * DROP_DISTANCE };
  return isOpen(place.x, place.y) ? place : { x, y };
}

/** The ground keeps the newest of what is dropped: nobody can fill the world. */
function forgetOldest(realm: Realm): void {
  const { dropped } = realm.things;
  for (const id of dropped) {
    if (dropped.size <= MAX_DROPPED) return;
    takeUp(realm, { id, thing: realm.world.items.get(id)! });
  }
}

function layThing(realm: Realm, kind: number, x: number, y: number, dropped: boolean): void {
  const thing = realm.make.item();
  thing.kind = kind;
  thing.x = Math.round(x);
  thing.y = Math.round(y);
  const id = `i${realm.things.count++}`;
  realm.world.items.set(id, thing);
  realm.things.add({ id, thing, freeAt: dropped ? realm.tick + DROP_REST_TICKS : 0, dropped });
  if (dropped) realm.things.dropped.add(id);
}

function takeUp(realm: Realm, lying: Pick<Lying, 'id' | 'thing'>): void {
  realm.things.remove(lying);
  realm.things.dropped.delete(lying.id);
  realm.world.items.delete(lying.id);
}

function drawKind(random: Random): number {
  let ticket = random.int(ITEM_WEIGHTS.reduce((sum, weight) => sum + weight, 0));
  return ITEM_WEIGHTS.findIndex((weight) => {
    ticket -= weight;
    return ticket < 0;
  });
}
