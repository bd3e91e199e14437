/** How people and creatures come into the world and leave it: anywhere on open ground, evenly. */
import type { Random } from '../../src/kernel/random.ts';
import { BEACH, heightAt, SIZE } from './map.ts';
import { isOpen } from './movement.ts';
import { BURST_TICKS, Kind } from './rules.ts';
import type { Realm } from './world.ts';

const COLORS = 16;
const COATS = 4;
/** More than half of the world is open, so this never runs out. */
const TRIES = 200;

/** An open place above the beach. */
export function openPlace(random: Random): { x: number; y: number } {
  for (let i = 0; i < TRIES; i++) {
    const [x, y] = [random.int(SIZE), random.int(SIZE)];
    if (heightAt(x, y) > BEACH && isOpen(x, y)) return { x, y };
  }
  return { x: SIZE / 2, y: SIZE / 2 };
}

/** Puts a person into the world, with an empty bag. */
export function enter(realm: Realm, id: string, name: string): void {
  const unit = realm.make.unit();
  const bag = realm.make.bag();
  unit.name = name;
  unit.color = realm.random.int(COLORS);
  Object.assign(unit, openPlace(realm.random));
  realm.world.units.set(id, unit);
  realm.world.bags.set(id, bag);
  realm.walkers.set(id, { id, unit, bag, walk: { moveX: 0, moveY: 0, steps: 0 }, credit: BURST_TICKS });
}

/** Takes a person out of the world; what they carried goes with them. */
export function leave(realm: Realm, id: string): void {
  realm.walkers.delete(id);
  realm.world.units.delete(id);
  realm.world.bags.delete(id);
}

export function addCreature(realm: Realm): void {
  const { random } = realm;
  const body = realm.make.unit();
  body.kind = random.pick([Kind.goat, Kind.goat, Kind.boar, Kind.tortoise]);
  body.color = random.int(COATS);
  body.heading = random.next() * Math.PI * 2;
  Object.assign(body, openPlace(random));
  realm.world.units.set(`c${realm.creatures.length}`, body);
  // Spread out, so that not all of them decide in the same tick.
  realm.creatures.push({ body, ticks: random.int(80), dx: 0, dy: 0 });
}
