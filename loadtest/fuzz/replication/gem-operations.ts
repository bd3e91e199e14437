/**
 * What changes hands: the same gem is by turns a part of an entity, an entity of its own on the ground, and a sign
 * that everybody sees. The same form as entity-operations.ts.
 */
import type { Random } from '../../../src/kernel/random.ts';
import { GROUND } from './collections.ts';
import { nameOf, pickStay, type WorldOperation } from './entity-operations.ts';
import type { Gem, Unit } from './state.ts';
import type { World } from './world.ts';

const GROUND_KEYS = 5;
/** More parts than anybody keeps account of one by one. */
const HOARD = 270;

export const GEM_OPERATIONS = {
  passGem(world, random) {
    const [from, to] = [pickStay(world, random), pickStay(world, random)];
    const gem = from && takeFrom(from.entity, world, random);
    if (from === undefined || to === undefined || gem === undefined) return undefined;
    return `${nameOf(from)} passes a gem to ${nameOf(to)}: ${giveTo(to.entity, gem, random)}`;
  },
  dropGem(world, random) {
    const from = pickStay(world, random);
    const gem = from && takeFrom(from.entity, world, random);
    if (from === undefined || gem === undefined) return undefined;
    gem.team = random.int(3);
    const key = `ground-k${random.int(GROUND_KEYS)};`;
    world.put(GROUND, key, gem);
    return `${nameOf(from)} drops a gem at ground/${key} for team ${gem.team}`;
  },
  pickUpGem(world, random) {
    const to = pickStay(world, random);
    const found = world.staysIn(GROUND);
    if (to === undefined || found.length === 0) return undefined;
    const { key, entity } = random.pick(found);
    const firstOut = random.int(2) === 0;
    if (firstOut) world.take(GROUND, key);
    const where = giveTo(to.entity, entity, random);
    if (!firstOut) world.take(GROUND, key);
    return `${nameOf(to)} picks up ground/${key}: ${where}, ${firstOut ? 'out, then in' : 'in, then out'}`;
  },
  changeGround(world, random) {
    const found = world.staysIn(GROUND);
    if (found.length === 0) return undefined;
    const { key, entity } = random.pick(found);
    const change = random.pick(['go', 'team', 'note', 'label']);
    if (change === 'go') world.take(GROUND, key);
    else if (change === 'team') entity.team = random.int(3);
    else if (change === 'note') entity.note = entity.note === undefined ? world.mint.text() : undefined;
    else entity.label = world.mint.text();
    return `ground/${key} changes or goes`;
  },
  publishGem(world, random) {
    const from = pickStay(world, random);
    const gem = from && takeFrom(from.entity, world, random);
    if (from === undefined || gem === undefined) return undefined;
    // What others hold as well, and becomes public, stock Colyseus tells in the wrong order.
    if (world.holds(gem)) return `${nameOf(from)} has a gem less`;
    const key = `sign${random.int(4)}`;
    world.state.zone.signs.set(key, gem);
    return `${nameOf(from)} puts a gem up as signs/${key}`;
  },
  hideSign(world, random) {
    const to = pickStay(world, random);
    const [key] = world.state.zone.signs.keys();
    if (to === undefined || key === undefined) return undefined;
    const gem = world.state.zone.signs.get(key)!;
    world.state.zone.signs.delete(key);
    // From now on it is private: what it says must not be what all have read.
    Object.assign(gem, { label: world.mint.text(), weight: world.mint.double(), note: undefined });
    return `${nameOf(to)} takes signs/${key}: ${giveTo(to.entity, gem, random)}`;
  },
  passPet(world, random) {
    const [from, to] = [pickStay(world, random), pickStay(world, random)];
    const pet = from?.entity.pet;
    if (from === undefined || to === undefined || from.entity === to.entity || pet === undefined) return undefined;
    const firstOut = random.int(2) === 0;
    world.parted.add(from.entity);
    if (firstOut) from.entity.pet = undefined;
    to.entity.pet = pet;
    if (!firstOut) from.entity.pet = undefined;
    return `${nameOf(from)} gives its pet to ${nameOf(to)}, ${firstOut ? 'out, then in' : 'in, then out'}`;
  },
  swapMounts(world, random) {
    const [one, other] = [pickStay(world, random), pickStay(world, random)];
    if (one === undefined || other === undefined || one.entity === other.entity) return undefined;
    world.parted.add(one.entity).add(other.entity);
    [one.entity.mount, other.entity.mount] = [other.entity.mount, one.entity.mount];
    return `${nameOf(one)} and ${nameOf(other)} swap mounts`;
  },
  hoard(world, random) {
    const stay = random.int(12) === 0 ? pickStay(world, random) : undefined;
    if (stay === undefined) return undefined;
    const { bag } = stay.entity;
    if (bag.size < HOARD) for (let i = 0; i < HOARD; i++) bag.set(`hoard${i}`, world.makeGem());
    else for (const gem of bag.values()) gem.label = world.mint.text();
    return `${nameOf(stay)} hoards`;
  },
} as const satisfies Record<string, WorldOperation>;

function takeFrom(unit: Unit, world: World, random: Random): Gem | undefined {
  const { bag, gems } = unit;
  world.parted.add(unit);
  const [key] = bag.keys();
  if (key === undefined || random.int(3) === 0) return gems.shift();
  const gem = bag.get(key);
  bag.delete(key);
  return gem;
}

export function giveTo({ bag, gems, mount }: Unit, gem: Gem, random: Random): string {
  const where = random.pick(['gems', 'bag', 'charms', 'saddle']);
  if (where === 'gems') gems.push(gem);
  else if (where === 'bag') bag.set(`given${random.int(3)}`, gem);
  else if (where === 'charms') mount.charms.set('given', gem);
  else mount.saddle = gem;
  return where;
}
