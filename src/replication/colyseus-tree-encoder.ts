/**
 * Writes schema instances with all that hangs on them, in Colyseus's own operations, in four forms: what changed in this
 * tick, the whole for somebody who does not have it, the whole over whatever somebody has of it, and what changed since
 * a tick. Trees are written parents first, so that a decoder knows a reference before it hears of its inside.
 */
import { type ChangeTree, type Encoder, encode, OPERATION } from '@colyseus/schema';
import { compareArrays } from './array-change.ts';
import type { ByteArena } from './byte-arena.ts';
import type { ChangeLog, DirtyTrees } from './colyseus-change-log.ts';
import {
  fieldOf,
  hasChildren,
  isTracked,
  mayHoldRef,
  PlainClasses,
  primitiveOf,
  writeSwitch,
} from './colyseus-fields.ts';
import { MovedParts } from './colyseus-moved-parts.ts';
import { itemsOf, refIdOf, treeOf } from './colyseus-schema-internals.ts';
import type { ValueSpans } from './whole-forms.ts';

/**
 * fresh: for a decoder without the instance; parts that moved here from elsewhere are written over. overwrite: sets, clears
 * and deletes whatever differs. snapshot: plain additions, as a ROOM_STATE needs them.
 */
export type Form = 'fresh' | 'overwrite' | 'snapshot';

/** What Colyseus allows of one schema. */
const MAX_FIELDS = 64;

export class TreeEncoder {
  readonly #encoder: Encoder;
  /** Of the entities' parts, which a decoder may know from elsewhere. */
  readonly moved: MovedParts;
  /** Copied collections that were written as part of the entity being written. */
  readonly #toTell: ChangeTree[] = [];
  #arena!: ByteArena;
  #tree!: ChangeTree;
  #form: Form = 'fresh';
  #opened = false;
  #log: ChangeLog | undefined;
  #tick = 0;
  /** Children that moved into the tree being written. */
  readonly #arrived: ChangeTree[] = [];
  /** Trees whose whole was written as part of the changes being written. */
  readonly #written = new Set<ChangeTree>();
  /** Where the values of the plain whole that was written last are. */
  readonly values: ValueSpans = { starts: new Int32Array(MAX_FIELDS), ends: new Int32Array(MAX_FIELDS) };
  readonly #plainClasses = new PlainClasses();

  constructor(encoder: Encoder) {
    this.#encoder = encoder;
    this.moved = new MovedParts(encoder);
  }

  /** A tick begins: what has a refId below was there before. */
  begin(tick: number, freshFrom: number): void {
    this.#tick = tick;
    this.moved.begin(freshFrom);
  }

  /** What changed in this tick in the trees of one entity; `log` notes which fields did. */
  changes(arena: ByteArena, { dirty, dirtyCount, shared }: DirtyTrees, log: ChangeLog): void {
    this.#arena = arena;
    this.#log = log;
    if (this.#written.size > 0) this.#written.clear();
    for (let i = 0; i < dirtyCount; i++) {
      const tree = dirty[i]!;
      if (this.#written.size > 0 && this.#written.has(tree)) continue;
      if (shared[i] || this.moved.isCopied(tree)) {
        // Somebody may see both entities, and be told twice.
        this.moved.noteAllIn(tree, log.arrays?.get(refIdOf(tree)));
        this.#whole(tree, 'overwrite');
        this.#markWritten(tree);
        continue;
      }
      if (tree.isArray) {
        this.#arrayChanges(tree, log);
        continue;
      }
      this.#changes(tree, log);
    }
    this.#tellPlaces(log.tree);
  }

  /** The same of an entity of which nothing but its own fields changed. */
  ownChanges(arena: ByteArena, log: ChangeLog): void {
    this.#arena = arena;
    this.#log = log;
    this.#changes(log.tree, log);
  }

  #changes(tree: ChangeTree, log: ChangeLog): void {
    this.#open(tree);
    if (this.#plainClasses.has(tree)) this.#plainChanges(tree, tree === log.tree ? log : undefined);
    else {
      tree.forEachWithCtx(this, writeChange);
      this.#writeArrived();
    }
  }

  /** A changed field of a primitive type is set, or deleted: what was recorded of it in the tick does not matter. */
  #plainChanges(tree: ChangeTree, log: ChangeLog | undefined): void {
    this.#header();
    for (let dirty = tree.dirtyLow; dirty !== 0; dirty &= dirty - 1) {
      this.#plainChange(tree, 31 - Math.clz32(dirty & -dirty), log);
    }
    for (let dirty = tree.dirtyHigh; dirty !== 0; dirty &= dirty - 1) {
      this.#plainChange(tree, 63 - Math.clz32(dirty & -dirty), log);
    }
  }

  #plainChange(tree: ChangeTree, index: number, log: ChangeLog | undefined): void {
    const { bytes, cursor } = this.#arena;
    const value = primitiveOf(tree, index);
    const present = value !== undefined && value !== null;
    bytes[cursor.offset++] = index | (present ? OPERATION.ADD : OPERATION.DELETE);
    const start = cursor.offset;
    if (present) tree.encDescriptor.encoders[index]!(bytes, value, cursor);
    if (log === undefined) return;
    log.fieldTicks[index] = this.#tick;
    log.wrote(index, this.#arena, start);
  }

  #arrayChanges(tree: ChangeTree, log: ChangeLog): void {
    const change = compareArrays(log.arrays?.get(refIdOf(tree)), itemsOf(tree));
    this.#open(tree);
    switch (change.kind) {
      case 'none':
        return;
      case 'append':
        for (let index = change.from; index < itemsOf(tree).length; index++)
          this.#setElement(tree, index, OPERATION.ADD);
        break;
      case 'replace':
        for (const index of change.indexes) this.#setElement(tree, index, OPERATION.REPLACE);
        break;
      case 'remove':
        for (let index = change.from; index < change.from + change.count; index++) this.#removeElement(index);
        break;
      case 'all':
        this.moved.noteAllIn(tree, log.arrays?.get(refIdOf(tree)));
        this.#whole(tree, 'overwrite');
        this.#markWritten(tree);
    }
    this.#writeArrived();
  }

  #setElement(tree: ChangeTree, index: number, operation: OPERATION): void {
    const item = itemsOf(tree)[index];
    const isRef = isTracked(item);
    this.#operation(tree, index, isRef && operation === OPERATION.REPLACE ? OPERATION.DELETE_AND_ADD : operation);
    if (!isRef) return;
    this.moved.note(treeOf(item));
    this.#arrived.push(treeOf(item));
  }

  /** By its index before the removals of this tick; decoders close the gaps at the end. */
  #removeElement(index: number): void {
    this.#byte(OPERATION.DELETE);
    encode.number(this.#arena.bytes, index, this.#arena.cursor);
  }

  /** Returns whether it is plain: then `values` tells where each of its fields is. */
  whole(arena: ByteArena, tree: ChangeTree, form: Form): boolean {
    this.#arena = arena;
    const plain = this.#whole(tree, form);
    this.#tellPlaces(tree);
    return plain;
  }

  /** All that changed after tick `since`; repeats what was changed to and fro. */
  changesSince(arena: ByteArena, log: ChangeLog, since: number): void {
    this.#arena = arena;
    if (this.#written.size > 0) this.#written.clear();
    const { tree, fieldTicks } = log;
    this.#open(tree);
    for (let index = 0; index < fieldTicks.length; index++) {
      if (fieldTicks[index]! > since) this.#renewField(tree, index);
    }
    this.#writeArrived();
    if (hasChildren(tree)) this.#nestedSince(tree, log, since);
    this.#tellPlaces(tree);
  }

  #nestedSince(tree: ChangeTree, log: ChangeLog, since: number): void {
    tree.forEachChild((child) => {
      if (this.#written.has(child)) return;
      const changed = since < log.nestedSince || (log.nestedTicks?.get(refIdOf(child)) ?? 0) > since;
      if (changed) this.#whole(child, 'overwrite');
      else if (hasChildren(child)) this.#nestedSince(child, log, since);
    });
  }

  /** Sets a field to what it is now, over whatever it was. */
  #renewField(tree: ChangeTree, index: number): void {
    const value = fieldOf(tree, index);
    if (value === undefined || value === null) {
      this.#operation(tree, index, OPERATION.DELETE);
      return;
    }
    const isRef = mayHoldRef(tree, index) && isTracked(value);
    if (isRef && this.#isMovedCollection(tree, index)) this.#putMoved(tree, index);
    else this.#operation(tree, index, isRef ? OPERATION.DELETE_AND_ADD : OPERATION.ADD);
    if (isRef) this.#arrived.push(treeOf(value));
  }

  #writeArrived(): void {
    for (let child = this.#arrived.pop(); child !== undefined; child = this.#arrived.pop()) {
      this.#whole(child, this.moved.isNew(child) ? 'fresh' : 'overwrite');
      this.#markWritten(child);
    }
  }

  #markWritten(tree: ChangeTree): void {
    this.#written.add(tree);
    if (hasChildren(tree)) tree.forEachChild((child) => this.#markWritten(child));
  }

  /** Writes an instance, then what hangs on it. */
  #whole(tree: ChangeTree, form: Form): boolean {
    const here = this.#formOf(tree, form);
    this.#form = here;
    this.#open(tree);
    if (here === 'fresh' && this.#plainClasses.has(tree)) {
      this.#plain(tree);
      return true;
    }
    if (here === 'overwrite' && !tree._isSchema) this.#byte(OPERATION.CLEAR);
    tree.forEachLiveWithCtx(this, writeLive);
    if (here !== 'fresh' && tree._isSchema) this.#deleteAbsent(tree);
    if (hasChildren(tree)) tree.forEachChild((child) => void this.#whole(child, here));
    return false;
  }

  #formOf(tree: ChangeTree, form: Form): Form {
    if (this.moved.isCopied(tree)) {
      this.#toTell.push(tree);
      return 'overwrite';
    }
    return form === 'fresh' && this.moved.has(tree) ? 'overwrite' : form;
  }

  /** Tells the places in an entity of the copied collections written with it, now that their contents are what they are. */
  #tellPlaces(entity: ChangeTree): void {
    if (this.#toTell.length === 0) return;
    this.#tellPlacesIn(entity);
    this.#toTell.length = 0;
  }

  #tellPlacesIn(tree: ChangeTree): void {
    this.#open(tree);
    if (tree._isSchema)
      tree.forEachChild((child, index) => {
        if (this.#toTell.includes(child)) this.#putMoved(tree, index);
      });
    tree.forEachChild((child) => {
      if (hasChildren(child)) this.#tellPlacesIn(child);
    });
  }

  #plain(tree: ChangeTree): void {
    this.#header();
    const { bytes, cursor } = this.#arena;
    const { encoders } = tree.encDescriptor;
    for (let index = 0; index < encoders.length; index++) {
      const value = primitiveOf(tree, index);
      const present = value !== undefined && value !== null;
      if (present) bytes[cursor.offset++] = index | OPERATION.ADD;
      this.values.starts[index] = cursor.offset;
      if (present) encoders[index]!(bytes, value, cursor);
      this.values.ends[index] = cursor.offset;
    }
  }

  /** Fields without a value, which whoever has the instance may have one for; not those that only views show. */
  #deleteAbsent(tree: ChangeTree): void {
    const { names, tags } = tree.encDescriptor;
    for (let index = 0; index < names.length; index++) {
      if (names[index] === undefined || tags[index] !== undefined || tree.metadata[index]?.deprecated) continue;
      const value = fieldOf(tree, index);
      if (value === undefined || value === null) this.#operation(tree, index, OPERATION.DELETE);
    }
  }

  /**
   * The whole of what everybody may see, from the root on, in plain additions: what Colyseus's encodeAll writes, without
   * its walk through all that is filtered.
   */
  shared(arena: ByteArena, root: ChangeTree): void {
    this.#arena = arena;
    this.#written.clear();
    this.#shared(root, true);
  }

  #shared(tree: ChangeTree, isRoot: boolean): void {
    // What hangs on several places is written once.
    if (tree.extraParents !== undefined) {
      if (this.#written.has(tree)) return;
      this.#written.add(tree);
    }
    this.#form = 'snapshot';
    this.#open(tree);
    // A decoder begins at the root.
    this.#opened = isRoot;
    tree.forEachLiveWithCtx(this, tree._isSchema ? writeLiveShared : writeLive);
    if (!hasChildren(tree)) return;
    tree.forEachChild((child) => {
      if (!child.isFiltered) this.#shared(child, false);
    });
  }

  /** One live field, unless only views show it. */
  liveShared(index: number): void {
    if (this.#tree.encDescriptor.tags[index] === undefined) this.live(index);
  }

  /** Deletions of the fields without a value of all schemas that everybody may see, from `tree` on. */
  absentFields(arena: ByteArena, tree: ChangeTree): void {
    this.#arena = arena;
    this.#open(tree);
    if (tree._isSchema) this.#deleteAbsent(tree);
    tree.forEachChild((child) => {
      if (!child.isFiltered) this.absentFields(arena, child);
    });
  }

  /** The next operations are this tree's; its header is written with the first. */
  #open(tree: ChangeTree): void {
    this.#tree = tree;
    this.#opened = false;
  }

  #header(): void {
    if (this.#opened) return;
    this.#opened = true;
    writeSwitch(this.#arena, refIdOf(this.#tree));
  }

  #byte(value: number): void {
    this.#header();
    const { bytes, cursor } = this.#arena;
    bytes[cursor.offset++] = value;
  }

  #operation(tree: ChangeTree, index: number, operation: OPERATION, live = true): void {
    this.#header();
    const { bytes, cursor } = this.#arena;
    const { encoder, metadata } = tree.encDescriptor;
    encoder(this.#encoder, bytes, tree, index, operation, cursor, live, false, metadata);
  }

  /** One recorded change; below 0 are operations on a collection as a whole. */
  change(index: number, operation: OPERATION): void {
    const tree = this.#tree;
    if (index < 0) {
      this.#byte(-index);
      return;
    }
    const value = (operation & OPERATION.ADD) !== 0 && mayHoldRef(tree, index) ? tree.getValue(index) : undefined;
    if (isTracked(value) && this.moved.isArrival(treeOf(value))) this.#arrived.push(treeOf(value));
    if (value !== undefined && this.#isMovedCollection(tree, index)) this.#putMoved(tree, index);
    else this.#operation(tree, index, operation, false);
    if (this.#log !== undefined && tree === this.#log.tree) this.#log.fieldTicks[index] = this.#tick;
  }

  /** One live field or element. */
  live(index: number): void {
    const tree = this.#tree;
    if (this.#form === 'fresh') this.#operation(tree, index, OPERATION.ADD);
    else if (this.#isMovedCollection(tree, index)) this.#putMoved(tree, index);
    else {
      const renew = this.#form === 'overwrite' && tree._isSchema && mayHoldRef(tree, index);
      const isRef = renew && isTracked(fieldOf(tree, index));
      this.#operation(tree, index, isRef ? OPERATION.DELETE_AND_ADD : OPERATION.ADD);
    }
  }

  #isMovedCollection(tree: ChangeTree, index: number): boolean {
    if (!tree._isSchema || !mayHoldRef(tree, index)) return false;
    const value = fieldOf(tree, index);
    if (!isTracked(value) || treeOf(value)._isSchema) return false;
    return this.moved.has(treeOf(value)) || (this.#form === 'snapshot' && this.moved.mayHave(treeOf(value)));
  }

  /**
   * Puts a collection into a field that may hold another one: a decoder that knows it from elsewhere would give it the
   * contents of the other, if that were not taken away before.
   */
  #putMoved(tree: ChangeTree, index: number): void {
    this.#operation(tree, index, OPERATION.DELETE);
    this.#operation(tree, index, OPERATION.ADD);
  }
}

// Functions without a closure, because they run for every change.
const writeChange = (self: TreeEncoder, index: number, operation: OPERATION): void => self.change(index, operation);
const writeLive = (self: TreeEncoder, index: number): void => self.live(index);
const writeLiveShared = (self: TreeEncoder, index: number): void => self.liveShared(index);
