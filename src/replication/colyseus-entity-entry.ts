/** What is known of one replicated entity besides its numbers: what changed of it in this tick, and when its parts did. */
import type { ChangeTree, Schema } from '@colyseus/schema';
import type { ByteArena } from './byte-arena.ts';
import type { ChangeLog } from './colyseus-change-log.ts';
import { itemsOf, refIdOf, treeOf } from './colyseus-schema-internals.ts';
import type { Entry } from './entity-table.ts';
import type { WholeForms } from './whole-forms.ts';

/** Parts of one entity whose last change is remembered; above it, whoever missed something gets all parts. */
const MAX_NESTED_TICKS = 256;
/** Arrays of one entity whose contents are remembered; above it, a change of one is told by its contents. */
const MAX_ARRAYS = 64;

/** The collection that an entity is in, as far as the entity has to do with it. */
export interface Home {
  readonly wholes: WholeForms;
  encodeChanges(entry: EntityEntry): void;
}

/** A replicated entity, as the table keeps it. */
export class EntityEntry implements Entry<Schema>, ChangeLog {
  readonly entity: Schema;
  readonly key: string;
  readonly slot: number;
  readonly serial: number;
  readonly collection: Home;
  readonly tree: ChangeTree;
  /** The tick it came in. */
  readonly since: number;
  hidden = false;
  readonly fieldTicks: Float64Array;
  nestedTicks: Map<number, number> | undefined;
  nestedSince = 0;
  arrays: Map<number, readonly unknown[]> | undefined;
  /** Whether it changed in this tick, and nothing of it but its own fields. */
  onlyItself = false;
  /** Otherwise the trees with changes in this tick, parents first: so many from the front. */
  readonly dirty: ChangeTree[] = [];
  dirtyCount = 0;
  /** How far each of them is from the entity; and whether another entity holds it too. */
  readonly depths: number[] = [];
  readonly shared: boolean[] = [];

  constructor(collection: Home, entity: Schema, key: string, slot: number, serial: number, since: number) {
    this.collection = collection;
    this.entity = entity;
    this.key = key;
    this.slot = slot;
    this.serial = serial;
    this.since = since;
    this.tree = treeOf(entity);
    this.fieldTicks = new Float64Array(this.tree.encDescriptor.names.length);
  }

  wrote(field: number, arena: ByteArena, start: number): void {
    this.collection.wholes.renew(this.slot, field, arena, start);
  }

  get hasChanges(): boolean {
    return this.onlyItself || this.dirtyCount > 0;
  }

  /** Notes a tree with changes; `shared`: other entities hold it too. */
  noteChange(tree: ChangeTree, depth: number, shared: boolean): void {
    if (tree === this.tree && !shared && this.dirtyCount === 0) {
      this.onlyItself = true;
      return;
    }
    if (this.onlyItself) this.#enter(this.tree, 0, false);
    this.onlyItself = false;
    this.#enter(tree, depth, shared);
  }

  forgetChanges(): void {
    this.onlyItself = false;
    this.dirtyCount = 0;
  }

  /** Behind those that are as near to the entity. */
  #enter(tree: ChangeTree, depth: number, shared: boolean): void {
    const { dirty, depths, shared: sharing } = this;
    let at = this.dirtyCount++;
    for (; at > 0 && depths[at - 1]! > depth; at--) {
      dirty[at] = dirty[at - 1]!;
      depths[at] = depths[at - 1]!;
      sharing[at] = sharing[at - 1]!;
    }
    dirty[at] = tree;
    depths[at] = depth;
    sharing[at] = shared;
  }

  /** Keeps what an array holds, for its next change to be told from. */
  noteArray(tree: ChangeTree): void {
    this.arrays ??= new Map();
    if (this.arrays.size >= MAX_ARRAYS) this.arrays.clear();
    this.arrays.set(refIdOf(tree), itemsOf(tree).slice());
  }

  noteNested(tree: ChangeTree, tick: number): void {
    this.nestedTicks ??= new Map();
    if (this.nestedTicks.size >= MAX_NESTED_TICKS) {
      this.nestedTicks.clear();
      this.nestedSince = tick;
    }
    this.nestedTicks.set(refIdOf(tree), tick);
  }
}
