/**
 * One replicated collection: which entities are in its map, what changed of each, and their bytes, each form written at
 * most once a tick and copied to whoever needs it.
 */
import { type ChangeTree, type Encoder, encode, type MapSchema, OPERATION, type Schema } from '@colyseus/schema';
import { ByteArena } from './byte-arena.ts';
import { EntityEntry } from './colyseus-entity-entry.ts';
import { writeSwitch } from './colyseus-fields.ts';
import { childTypeOf, keysOf, placesOf, refIdOf, treeOf } from './colyseus-schema-internals.ts';
import type { Form, TreeEncoder } from './colyseus-tree-encoder.ts';
import { CHANGED, CHANGED_BEFORE, EntityTable, ROW } from './entity-table.ts';
import { createInterest, type Fault, type Interest } from './interest.ts';
import { KnownPool, type KnownSet } from './known-set.ts';
import type { Policy } from './policies.ts';
import { WholeForms } from './whole-forms.ts';

/** An operation, and a number behind its type. */
const MAX_REMOVAL_BYTES = 10;

/** Why nobody sees an entity in a tick. */
export type HiddenReason = Fault | 'in two places';

export interface CollectionDeps {
  readonly encoder: Encoder;
  readonly trees: TreeEncoder;
  /** All entities of all collections by refId. */
  readonly byRefId: Map<number, EntityEntry>;
  readonly nextSerial: () => number;
  /** An entity left whose instance is still in the state: maybe as another entity. */
  readonly stillThere: () => void;
  readonly fault: (why: HiddenReason) => void;
  /** Where viewers look from, if that is another collection's business. */
  readonly center: Interest | undefined;
}

export class Collection {
  readonly map: MapSchema<Schema>;
  readonly tree: ChangeTree;
  readonly table = new EntityTable<Schema, EntityEntry>();
  readonly interest: Interest;
  /** Whether its entities have places. */
  readonly isArea: boolean;
  /** What each observer was sent of it. */
  readonly known = new KnownPool();
  /** This tick's changes, entity by entity. */
  readonly changes = new ByteArena();
  /** The wholes of entities that came into sight of somebody. */
  readonly wholes = new WholeForms();
  readonly #scratch = new ByteArena();
  /** This tick's forms of entities for observers that missed ticks, and where they begin by slot and tick. */
  readonly #catchUps = new ByteArena();
  readonly #catchUpStarts = new Map<number, number>();
  readonly #deps: CollectionDeps;
  #header: Uint8Array | undefined;
  readonly #byKey = new Map<string, EntityEntry>();
  /** Nobody kept the table up to date: it is filled at the next tick. */
  stale = true;
  #rebuilt = false;
  #tick = 0;

  constructor(map: MapSchema<Schema>, policy: Policy<Schema>, deps: CollectionDeps) {
    this.map = map;
    this.tree = treeOf(map);
    this.#deps = deps;
    this.isArea = typeof policy === 'object' && policy.kind === 'area';
    const { table } = this;
    const get = (key: string): EntityEntry | undefined => this.#byKey.get(key);
    this.interest = createInterest(policy, { table, get, fault: deps.fault, center: deps.center });
  }

  get refId(): number {
    return refIdOf(this.tree);
  }

  begin(tick: number): void {
    this.#tick = tick;
    this.table.begin();
    this.changes.clear();
    this.wholes.begin();
    this.#catchUps.clear();
    this.#catchUpStarts.clear();
  }

  /** Entities came or went: the map's own record says which keys to look at. */
  followMap(): void {
    const { map, tree } = this;
    if (this.stale) return;
    if (tree.collPureOps !== undefined && tree.collPureOps.length > 0) {
      this.#replaceAll();
      return;
    }
    const keys = keysOf(map);
    tree.forEach((index, operation) => {
      const key = keys.get(index);
      if (key === undefined) return;
      const before = this.#byKey.get(key);
      const now = map.get(key);
      // The same instance out and in again is new to a decoder: its parts were recorded as additions.
      const again = before?.entity === now && (operation & OPERATION.DELETE) !== 0;
      if (before !== undefined && (before.entity !== now || again)) this.#remove(before);
      if (now !== undefined && this.#byKey.get(key) === undefined) this.#add(key, now);
    });
  }

  /** Makes the table equal to the map, and everything in it new. */
  #replaceAll(): void {
    for (const entry of this.#byKey.values()) this.#remove(entry);
    for (const [key, entity] of this.map.entries()) this.#add(key, entity);
  }

  /** After ticks that nobody followed, before anybody knows anything of the collection. */
  rebuild(): void {
    this.stale = false;
    this.#rebuilt = true;
    for (const entry of this.#byKey.values()) this.#remove(entry);
    for (const [key, entity] of this.map.entries()) this.#deps.trees.moved.note(this.#insert(key, entity).tree, true);
  }

  /** The collection is no longer in the state: nobody sees anything of it. */
  empty(): void {
    this.stale = true;
    for (const entry of this.#byKey.values()) this.#remove(entry);
  }

  #add(key: string, entity: Schema): void {
    this.#deps.trees.moved.note(this.#insert(key, entity).tree);
  }

  #insert(key: string, entity: Schema): EntityEntry {
    const { byRefId, nextSerial } = this.#deps;
    const tick = this.#tick;
    const make = (slot: number): EntityEntry => new EntityEntry(this, entity, key, slot, nextSerial(), tick);
    const entry = this.table.insert(make, tick);
    this.#byKey.set(key, entry);
    byRefId.set(refIdOf(entry.tree), entry);
    return entry;
  }

  #remove(entry: EntityEntry): void {
    const { byRefId } = this.#deps;
    this.interest.forget(entry.slot);
    this.wholes.invalidate(entry.slot);
    this.table.remove(entry);
    if (this.#byKey.get(entry.key) === entry) this.#byKey.delete(entry.key);
    const refId = refIdOf(entry.tree);
    if (byRefId.get(refId) !== entry) return;
    byRefId.delete(refId);
    if (entry.tree.root !== undefined) this.#deps.stillThere();
  }

  /** Enters all entities of this collection by their refId. */
  index(): void {
    for (const entry of this.#byKey.values()) this.#deps.byRefId.set(refIdOf(entry.tree), entry);
  }

  /** Writes what changed of an entity in this tick. */
  encodeChanges(entry: EntityEntry): void {
    const { slot } = entry;
    if (entry.since === this.#tick) return;
    this.table.changed(slot, this.#tick);
    const start = this.changes.write(entry.onlyItself ? this.#writeOwnChanges : this.#writeChanges, entry);
    this.table.setSpan(slot, start, this.changes.length - start);
    if (!entry.onlyItself) this.#noteNested(entry);
  }

  readonly #writeOwnChanges = (arena: ByteArena, entry: EntityEntry): void => this.#deps.trees.ownChanges(arena, entry);

  readonly #writeChanges = (arena: ByteArena, entry: EntityEntry): void =>
    this.#deps.trees.changes(arena, entry, entry);

  #noteNested(entry: EntityEntry): void {
    const { dirty, dirtyCount, tree } = entry;
    for (let i = 0; i < dirtyCount; i++) {
      if (dirty[i] !== tree) entry.noteNested(dirty[i]!, this.#tick);
      if (dirty[i]!.isArray) entry.noteArray(dirty[i]!);
    }
    this.wholes.invalidate(entry.slot);
  }

  /** After entities came, went and changed. `placesChanged`: instances got another place in the state, or lost one. */
  prepare(placesChanged: boolean): void {
    if (placesChanged || this.#rebuilt) this.#hideShared();
    this.#rebuilt = false;
    this.interest.prepare(this.#tick);
  }

  /** Hides entities whose instance is in another place too: what one viewer may see of it, another may not. */
  #hideShared(): void {
    const { table } = this;
    const { refCount } = this.#deps.encoder.root;
    for (let slot = 0; slot < table.size; slot++) {
      const entry = table.entries[slot];
      if (entry === undefined) continue;
      const { tree } = entry;
      const shared = !tree.isFiltered || (refCount[refIdOf(tree)]! > 1 && placesOf(tree) > 1);
      if (entry.hidden === shared) continue;
      entry.hidden = shared;
      table.changed(slot, this.#tick);
      if (shared) this.#deps.fault('in two places');
      else this.#renew(entry);
    }
  }

  /** Its changes may have gone to the other place meanwhile: whoever still has it lacks all of them. */
  #renew(entry: EntityEntry): void {
    entry.fieldTicks.fill(this.#tick);
    entry.nestedSince = this.#tick;
    this.wholes.invalidate(entry.slot);
    this.table.rows[entry.slot * ROW + CHANGED_BEFORE] = this.#tick;
  }

  /** Sees to it that the whole of a slot's entity can be taken from `wholes`. */
  encodeWhole(slot: number): void {
    if (this.wholes.isValid(slot, this.#tick)) return;
    const entry = this.table.entries[slot]!;
    const scratch = this.#scratch;
    scratch.clear();
    scratch.write(this.writeArrival, entry);
    const split = scratch.length;
    scratch.write(this.#writeFresh, entry);
    const { values } = this.#deps.trees;
    const kept = this.#isPlain && this.wholes.keep(slot, scratch, split, values, entry.fieldTicks.length);
    if (!kept) this.wholes.set(slot, scratch, split, this.#tick);
  }

  #isPlain = false;
  readonly #writeFresh = (arena: ByteArena, { tree }: EntityEntry): void => {
    this.#isPlain = this.#deps.trees.whole(arena, tree, 'fresh');
  };

  writeWhole(arena: ByteArena, entry: EntityEntry, form: Form): void {
    this.#deps.trees.whole(arena, entry.tree, form);
  }

  /** `128 serial key refId [type]`, to be written under the map's header. */
  readonly writeArrival = ({ bytes, cursor }: ByteArena, { serial, key, tree, entity }: EntityEntry): void => {
    bytes[cursor.offset++] = OPERATION.ADD;
    encode.number(bytes, serial, cursor);
    encode.string(bytes, key, cursor);
    encode.number(bytes, refIdOf(tree), cursor);
    const { encoder } = this.#deps;
    encoder.tryEncodeTypeId(bytes, childTypeOf(this.map) as typeof Schema, entity.constructor as typeof Schema, cursor);
  };

  /** `255 mapRefId` and `64 serial` of each: removals from the map. */
  writeRemovals(frame: ByteArena, known: KnownSet): void {
    const { left } = known;
    frame.appendAll(this.#headerBytes());
    frame.reserve(left * MAX_REMOVAL_BYTES);
    const { bytes, cursor } = frame;
    for (let n = 0; n < left; n++) {
      const serial = known.leftSerialAt(n);
      if (serial === 0) continue;
      bytes[cursor.offset++] = OPERATION.DELETE;
      encode.number(bytes, serial, cursor);
    }
  }

  #headerBytes(): Uint8Array {
    if (this.#header === undefined) {
      const arena = new ByteArena();
      arena.write(this.writeHeader, undefined);
      this.#header = Uint8Array.prototype.slice.call(arena.bytes, 0, arena.length);
    }
    return this.#header!;
  }

  /** `255 mapRefId` */
  readonly writeHeader = (arena: ByteArena, _: undefined): void => writeSwitch(arena, this.refId);

  /**
   * Appends what an observer lacks of an entity that has its state of tick `version`: this tick's change, or what changed
   * since. Both are written once however many need them.
   */
  appendChanges(frame: ByteArena, entry: EntityEntry, version: number): void {
    const { rows } = this.table;
    const row = entry.slot * ROW;
    const onlyThisTick = rows[row + CHANGED] === this.#tick && version >= rows[row + CHANGED_BEFORE]!;
    if (!onlyThisTick) {
      this.#appendSince(frame, entry, version);
      return;
    }
    const start = this.table.spans[entry.slot * 2]!;
    frame.append(this.changes, start, start + this.table.spans[entry.slot * 2 + 1]!);
  }

  #appendSince(frame: ByteArena, entry: EntityEntry, since: number): void {
    // Both below 2 ** 26 for weeks of ticks; later ones only miss the cache of this tick.
    const name = entry.slot * 2 ** 26 + Math.min(this.#tick - since, 2 ** 26 - 1);
    const catchUps = this.#catchUps;
    let start = this.#catchUpStarts.get(name);
    if (start === undefined) {
      start = catchUps.length;
      catchUps.write(writeLength, 0);
      catchUps.write((arena) => this.#deps.trees.changesSince(arena, entry, since), undefined);
      catchUps.bytes.writeUInt32LE(catchUps.length - start - LENGTH_BYTES, start);
      this.#catchUpStarts.set(name, start);
    }
    const begin = start + LENGTH_BYTES;
    frame.append(catchUps, begin, begin + catchUps.bytes.readUInt32LE(start));
  }
}

/** Catch-ups stand in the arena behind their length. */
const LENGTH_BYTES = 4;
const writeLength = ({ cursor }: ByteArena, _: number): void => {
  cursor.offset += LENGTH_BYTES;
};
