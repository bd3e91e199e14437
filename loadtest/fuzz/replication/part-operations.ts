/**
 * Whole collections that change hands, and parts that several hold at once. The same form as entity-operations.ts.
 */
import { ArraySchema, MapSchema, SetSchema } from '@colyseus/schema';
import type { Random } from '../../../src/kernel/random.ts';
import { GROUND } from './collections.ts';
import { nameOf, pickStay, type WorldOperation } from './entity-operations.ts';
import { giveTo } from './gem-operations.ts';
import type { Gem, Unit } from './state.ts';

/** A field that holds a collection, seen as one that may hold any of its kind. */
interface Place {
  readonly name: string;
  get(): object;
  set(collection: object): void;
  /** An empty one of its kind. */
  make(): object;
}

const gemMap = (): MapSchema<Gem> => new MapSchema<Gem>();

/** By kind: what lies in a place of a kind may be put into any other of it. */
const PLACES: readonly ((unit: Unit) => Place[])[] = [
  (unit) => [place(unit, 'stats', () => new MapSchema<string>())],
  (unit) => [
    place(unit, 'bag', gemMap),
    place(unit.mount, 'charms', gemMap),
    ...(unit.pet === undefined ? [] : [place(unit.pet, 'charms', gemMap)]),
  ],
  (unit) => [place(unit, 'path', () => new ArraySchema<string>())],
  (unit) => [place(unit, 'gems', () => new ArraySchema<Gem>())],
  (unit) => [place(unit, 'tags', () => new SetSchema<string>())],
];

export const HANDOVERS = {
  passCollection: between((from, to, random) => {
    const collection = from.get();
    const firstOut = random.int(2) === 0;
    if (firstOut) from.set(from.make());
    to.set(collection);
    if (!firstOut) from.set(from.make());
    return `${from.name} goes to ${to.name}, ${firstOut ? 'out, then in' : 'in, then out'}`;
  }),
  swapCollections: between((one, other) => {
    const [first, second] = [one.get(), other.get()];
    one.set(second);
    other.set(first);
    return `${one.name} and ${other.name} are swapped`;
  }),
} as const satisfies Record<string, WorldOperation>;

/** What several hold from now on. */
export const SHARINGS = {
  shareCollection: between((one, other) => {
    other.set(one.get());
    return `${one.name} is ${other.name} too`;
  }),
  shareGem(world, random) {
    const [one, other] = [pickStay(world, random), pickStay(world, random)];
    const gem = one && random.pick([...one.entity.bag.values(), ...one.entity.gems, one.entity.mount.saddle]);
    if (one === undefined || other === undefined || gem === undefined || one.entity === other.entity) return undefined;
    return `a gem of ${nameOf(one)} is one of ${nameOf(other)} too: ${giveTo(other.entity, gem, random)}`;
  },
  shareFind(world, random) {
    const to = pickStay(world, random);
    const found = world.staysIn(GROUND);
    if (to === undefined || found.length === 0) return undefined;
    const { key, entity } = random.pick(found);
    return `ground/${key} stays there, and is one of ${nameOf(to)} too: ${giveTo(to.entity, entity, random)}`;
  },
  shareMount(world, random) {
    const [one, other] = [pickStay(world, random), pickStay(world, random)];
    if (one === undefined || other === undefined || one.entity === other.entity) return undefined;
    if (random.int(2) === 0) other.entity.mount = one.entity.mount;
    else other.entity.pet = one.entity.mount;
    return `the mount of ${nameOf(one)} is one of ${nameOf(other)} too`;
  },
} as const satisfies Record<string, WorldOperation>;

function between(change: (one: Place, other: Place, random: Random) => string): WorldOperation {
  return (world, random) => {
    const [one, other] = [pickStay(world, random), pickStay(world, random)];
    if (one === undefined || other === undefined) return undefined;
    const places = random.pick(PLACES);
    const [from, to] = [random.pick(places(one.entity)), random.pick(places(other.entity))];
    if (from.get() === to.get()) return undefined;
    world.parted.add(one.entity).add(other.entity);
    return `${nameOf(one)} to ${nameOf(other)}: ${change(from, to, random)}`;
  };
}

function place<O extends object, N extends keyof O & string>(owner: O, name: N, make: () => O[N] & object): Place {
  return {
    name,
    get: () => owner[name] as object,
    set: (collection) => {
      owner[name] = collection as O[N];
    },
    make,
  };
}
