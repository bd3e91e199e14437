/** What can happen inside an entity, and to the state that everybody sees. The same form as entity-operations.ts. */
import { ArraySchema, MapSchema, SetSchema } from '@colyseus/schema';
import type { Random } from '../../../src/kernel/random.ts';
import { nameOf, pickStay, type WorldOperation } from './entity-operations.ts';
import { plainOf } from './plain.ts';
import { Boss, Gem, type Mount, type Unit } from './state.ts';
import type { World } from './world.ts';

export const NESTED_OPERATIONS = {
  field: onUnit((unit, { mint }, random) => {
    const changes: Record<string, () => void> = {
      name: () => (unit.name = mint.text()),
      hp: () => (unit.hp = random.int(2000) - 1000),
      gold: () => (unit.gold = random.pick([0, 1, 255, 65_536, 4_294_967_295])),
      score: () => (unit.score = random.pick([0, -1, 127, 128, -129, 0.5, 1e12, -70_000, 12_345.25])),
      seed: () => (unit.seed = mint.double()),
      serial: () => (unit.serial = mint.long()),
      aim: () => (unit.aim = random.next() * 7),
      note: () => (unit.note = random.int(3) === 0 ? undefined : mint.text()),
      emptyName: () => (unit.name = ''),
      same: () => (unit.hp = Number(unit.hp)),
      boss() {
        if (!(unit instanceof Boss)) return;
        unit.rage = random.int(256);
        unit.title = mint.text();
      },
    };
    const name = random.pick(Object.keys(changes));
    changes[name]!();
    return name;
  }),
  mount: onUnit((unit, world, random) => {
    if (random.int(3) === 0) {
      unit.mount = world.makeMount();
      return 'a new mount';
    }
    return onMount(unit.mount, world, random);
  }),
  pet: onUnit((unit, world, random) => {
    if (unit.pet === undefined || random.int(4) === 0) {
      unit.pet = world.makeMount();
      return 'a new pet';
    }
    if (random.int(3) > 0) return `pet: ${onMount(unit.pet, world, random)}`;
    unit.pet = undefined;
    return 'no pet';
  }),
  stats: onUnit(({ stats }, { mint }, random) => onMap(stats, () => mint.text(), random)),
  bag: onUnit(({ bag }, world, random) => onMap(bag, () => world.makeGem(), random)),
  path: onUnit(({ path }, { mint }, random) => onArray(path, () => mint.text(), random)),
  gems: onUnit(({ gems }, world, random) => onArray(gems, () => world.makeGem(), random)),
  trophies: onUnit((unit, world, random) =>
    unit instanceof Boss ? onArray(unit.trophies, () => world.makeGem(), random) : undefined,
  ),
  tags: onUnit(({ tags }, { mint }, random) => onSet(tags, () => mint.text(), random)),
  gem: onUnit((unit, { mint }, random) => {
    const gem = random.pick([...unit.bag.values(), ...unit.gems, unit.mount.saddle]);
    if (random.int(3) === 0) gem.note = gem.note === undefined ? mint.text() : undefined;
    else if (random.int(2) === 0) gem.label = mint.text();
    else gem.weight = mint.double();
    return 'a gem changes';
  }),
  storm: onUnit((unit, world, random) => {
    const { mint } = world;
    const changes: (() => string | undefined)[] = [
      () => onArray(unit.path, () => mint.text(), random),
      () => onArray(unit.gems, () => world.makeGem(), random),
      () => onMap(unit.stats, () => mint.text(), random),
      () => onMap(unit.bag, () => world.makeGem(), random),
      () => onSet(unit.tags, () => mint.text(), random),
      () => onMount(unit.mount, world, random),
    ];
    const change = random.pick(changes);
    return Array.from({ length: 2 + random.int(6) }, change).join(', ');
  }),
  newCollection: onUnit((unit, world, random) => {
    const { mint } = world;
    const changes: Record<string, () => void> = {
      stats: () => (unit.stats = new MapSchema<string>({ fresh: mint.text() })),
      bag: () => (unit.bag = new MapSchema<Gem>({ fresh: world.makeGem() })),
      path: () => (unit.path = new ArraySchema<string>(mint.text(), mint.text())),
      gems: () => (unit.gems = new ArraySchema<Gem>(world.makeGem())),
      tags: () => (unit.tags = new SetSchema<string>([mint.text()])),
    };
    const name = random.pick(Object.keys(changes));
    changes[name]!();
    return `a new ${name}`;
  }),
} as const satisfies Record<string, WorldOperation>;

/** What everybody sees. Kept to what stock Colyseus itself encodes right. */
export const SHARED_OPERATIONS = {
  phase({ state }, random) {
    state.phase = `phase ${random.int(100)}`;
    return 'the phase changes';
  },
  weather({ state }, random) {
    state.round++;
    state.zone.weather = `weather ${random.int(100)}`;
    return 'round and weather change';
  },
  doors({ state }, random) {
    const key = `door${random.int(4)}`;
    if (state.doors.has(key) && random.int(2) === 0) state.doors.delete(key);
    else publicGem(state.doors, key, random);
    return `doors/${key} changes`;
  },
  signs({ state }, random) {
    publicGem(state.zone.signs, `sign${random.int(4)}`, random);
    return 'a sign changes';
  },
  chat({ state }, random) {
    if (state.chat.length > 3) state.chat.shift();
    else state.chat.push(`word ${random.int(2 ** 32)}`);
    return 'the chat changes';
  },
} as const satisfies Record<string, WorldOperation>;

function publicGem(map: World['state']['doors'], key: string, random: Random): void {
  const gem = map.get(key);
  if (gem !== undefined) gem.label = `label ${random.int(100)}`;
  else map.set(key, new Gem({ label: `new ${random.int(100)}` }));
}

function onUnit(change: (unit: Unit, world: World, random: Random) => string | undefined): WorldOperation {
  return (world, random) => {
    const stay = pickStay(world, random);
    if (stay === undefined) return undefined;
    const what = change(stay.entity, world, random);
    return what === undefined ? undefined : `${nameOf(stay)}: ${what}`;
  };
}

function onMount(mount: Mount, world: World, random: Random): string {
  const { mint } = world;
  switch (random.int(4)) {
    case 0:
      mount.saddle = world.makeGem();
      return 'a new saddle';
    case 1:
      mount.saddle.label = mint.text();
      return 'the saddle changes';
    case 2:
      return `charms: ${onMap(mount.charms, () => world.makeGem(), random)}`;
    default:
      mount.name = mint.text();
      mount.speed = random.int(100) / 4;
      return 'the mount changes';
  }
}

function onMap<V>(map: MapSchema<V>, make: () => V, random: Random): string {
  const key = random.pick(['stat0', 'gem1', 'first', `key${random.int(4)}`]);
  switch (random.int(8)) {
    case 0:
      map.clear();
      return 'map cleared';
    case 1:
      map.clear();
      map.set(key, make());
      return `map cleared, ${key} set`;
    case 2:
    case 3:
      map.delete(key);
      return `${key} deleted`;
    case 4:
      map.delete(key);
      map.set(key, make());
      return `${key} deleted and set`;
    default:
      map.set(key, make());
      return `${key} set`;
  }
}

function onArray<V>(array: ArraySchema<V>, make: () => V, random: Random): string {
  const at = random.int(array.length + 1);
  const few = Math.min(array.length - at, 1 + random.int(2));
  const changes: Record<string, () => unknown> = {
    push: () => array.push(make()),
    'push two': () => array.push(make(), make()),
    pop: () => array.pop(),
    shift: () => array.shift(),
    unshift: () => array.unshift(make()),
    [`assign at ${at}`]: () => at < array.length && Object.assign(array, { [at]: make() }),
    [`remove ${few} at ${at}`]: () => few > 0 && array.splice(at, few),
    [`insert at ${at}`]: () => array.splice(at, 0, make()),
    [`replace ${few} at ${at}`]: () => few > 0 && array.splice(at, few, make(), make()),
    clear: () => array.clear(),
    'clear and push': () => [array.clear(), array.push(make())],
    reverse: () => array.length > 1 && array.reverse(),
    sort: () => array.sort((a, b) => (JSON.stringify(plainOf(a)) < JSON.stringify(plainOf(b)) ? -1 : 1)),
    'swap first and last': () => array.length > 1 && swapEnds(array),
  };
  const name = random.pick(Object.keys(changes));
  changes[name]!();
  return name;
}

function swapEnds<V>(array: ArraySchema<V>): void {
  const last = array.length - 1;
  array.move(() => {
    [array[0], array[last]] = [array[last]!, array[0]!];
  });
}

function onSet(set: SetSchema<string>, make: () => string, random: Random): string {
  const first: string | undefined = [...set.values()][0];
  switch (random.int(4)) {
    case 0:
      set.clear();
      return 'set cleared';
    case 1:
      if (first !== undefined) set.delete(first);
      return 'deleted from the set';
    default:
      set.add(make());
      return 'added to the set';
  }
}
