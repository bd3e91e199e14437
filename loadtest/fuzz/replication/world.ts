/**
 * The server's side of a fuzz run: the state, where each entity was put and since when, and fresh things to put there.
 * Entities are put and taken through it alone, so that it can tell a stay from a return.
 */
import { MapSchema } from '@colyseus/schema';
import type { Random } from '../../../src/kernel/random.ts';
import { createMint, type Mint } from './canary.ts';
import { COLLECTIONS, type FuzzCollection, UNIT_COLLECTIONS, UNITS_BOUNDS } from './collections.ts';
import { partsOf } from './plain.ts';
import { Boss, FuzzState, Gem, Mount, Unit, Zone } from './state.ts';

/** Half the side of the square where most of it happens. */
const MIDDLE = 12;

/** One stay of an entity under a key. Taken away and put back, also at once, it is another one. */
export interface Stay<E extends Unit | Gem = Unit | Gem> {
  readonly entity: E;
  readonly collection: FuzzCollection<E>;
  readonly key: string;
}

export class World {
  readonly state = new FuzzState();
  readonly mint: Mint = createMint();
  /** Entities that were taken away, and may come back. */
  readonly limbo: Unit[] = [];
  /** Units that gave away a part in this tick. */
  readonly parted = new Set<Unit>();
  /** Names of collections that were taken out of the state. */
  readonly lost = new Set<string>();
  readonly #stays = new Map<string, Map<string, Stay>>(COLLECTIONS.map(({ name }) => [name, new Map()]));

  put<E extends Unit | Gem>(collection: FuzzCollection<E>, key: string, entity: E): void {
    if (collection.of(this.state).get(key) === entity) return;
    collection.of(this.state).set(key, entity);
    this.#stays.get(collection.name)!.set(key, { entity, collection, key } as unknown as Stay);
  }

  take<E extends Unit | Gem>(collection: FuzzCollection<E>, key: string): void {
    collection.of(this.state).delete(key);
    this.#stays.get(collection.name)!.delete(key);
  }

  clear<E extends Unit | Gem>(collection: FuzzCollection<E>): void {
    collection.of(this.state).clear();
    this.#stays.get(collection.name)!.clear();
  }

  /** A new zone: the declared collection in the old one is gone for good, and the new one was never declared. */
  replaceZone(): void {
    this.state.zone = new Zone();
    this.#stays.get('things')!.clear();
    this.lost.add('things');
  }

  staysIn<E extends Unit | Gem>(collection: FuzzCollection<E>): Stay<E>[] {
    return [...this.#stays.get(collection.name)!.values()] as unknown as Stay<E>[];
  }

  stays(): Stay[] {
    return COLLECTIONS.flatMap((collection) => this.staysIn(collection));
  }

  unitStays(): Stay<Unit>[] {
    return UNIT_COLLECTIONS.flatMap((collection) => this.staysIn(collection));
  }

  /** Whether something is, or is a part of, an entity; also of one that was taken away. */
  holds(part: object): boolean {
    const entities: (Unit | Gem)[] = [...this.limbo, ...this.stays().map(({ entity }) => entity)];
    return entities.some((entity) => entity === part || partsOf(entity).includes(part));
  }

  makeUnit(random: Random): Unit {
    const { mint } = this;
    const unit = random.int(4) === 0 ? new Boss() : new Unit();
    this.stray(unit, random);
    unit.name = mint.text();
    unit.seed = mint.double();
    unit.serial = mint.long();
    unit.owner = `s${random.int(5)}`;
    unit.team = random.int(3);
    unit.mount = this.makeMount();
    if (random.int(2) === 0) unit.pet = this.makeMount();
    if (random.int(2) === 0) unit.note = mint.text();
    if (unit instanceof Boss) unit.title = mint.text();
    if (unit instanceof Boss) fill(random, () => unit.trophies.push(this.makeGem()));
    fill(random, (i) => unit.stats.set(`stat${i}`, mint.text()));
    fill(random, (i) => unit.bag.set(`gem${i}`, this.makeGem()));
    fill(random, () => unit.path.push(mint.text()));
    fill(random, () => unit.gems.push(this.makeGem()));
    fill(random, () => unit.tags.add(mint.text()));
    return unit;
  }

  makeMount(): Mount {
    const mount = new Mount();
    mount.name = this.mint.text();
    mount.saddle = this.makeGem();
    mount.charms = new MapSchema<Gem>({ first: this.makeGem() });
    return mount;
  }

  makeGem(): Gem {
    return new Gem({ label: this.mint.text(), weight: this.mint.double() });
  }

  /** Anywhere inside, most often where the bodies are; quarters are exact in every number type. */
  stray(unit: Unit, random: Random): void {
    if (random.int(4) > 0) {
      unit.x = random.int(8 * MIDDLE) / 4 - MIDDLE;
      unit.y = random.int(8 * MIDDLE) / 4 - MIDDLE;
      return;
    }
    unit.x = UNITS_BOUNDS.minX + random.int(4 * (UNITS_BOUNDS.maxX - UNITS_BOUNDS.minX)) / 4;
    unit.y = UNITS_BOUNDS.minY + random.int(4 * (UNITS_BOUNDS.maxY - UNITS_BOUNDS.minY)) / 4;
  }
}

function fill(random: Random, add: (i: number) => void): void {
  const count = random.int(4);
  for (let i = 0; i < count; i++) add(i);
}
