/**
 * Interest-managed replication of one room's state, readable by any Colyseus 0.18 SDK. What all see is encoded once by
 * Colyseus; of a collection handed to `replicate` each changed entity is encoded once a tick, and a client's frame is put
 * together from byte ranges: shared part, removals, arrivals, changes. That works because a schema patch is a sequence of
 * `255 refId operations` that holds no positions. Rules: SPEC.md.
 *
 * A tick: `encode`, then for each observer that can be sent to `snapshot` or `patch`, then `finish`. An observer that is
 * left out is brought up to date by its next frame.
 */
import type { ChangeTree, Encoder, MapSchema, Schema } from '@colyseus/schema';
import type { Labels, Meter } from '../kernel/ports.ts';
import { ByteArena } from './byte-arena.ts';
import { ByteBudget, type ByteBudgetOptions } from './byte-budget.ts';
import { Collection, type HiddenReason } from './colyseus-collection.ts';
import { checkCollection, ReplicationError } from './colyseus-declaration.ts';
import type { EntityEntry } from './colyseus-entity-entry.ts';
import { FrameWriter } from './colyseus-frames.ts';
import {
  encodeShared,
  liveParentsOf,
  onlyParentOf,
  refIdOf,
  rootOf,
  settlePlaces,
  treeOf,
} from './colyseus-schema-internals.ts';
import { TreeEncoder } from './colyseus-tree-encoder.ts';
import { MARK, ROW, SERIAL } from './entity-table.ts';
import type { Interest } from './interest.ts';
import type { KnownSet } from './known-set.ts';
import { NO_STATE, Observer } from './observer.ts';
import type { Collected, Policy, Viewer } from './policies.ts';
import { TickTimes } from './tick-times.ts';

export type { Observer };

export interface ReplicatorDeps {
  readonly meter: Meter;
  readonly labels: Labels;
  /** Makes a frame of what stands in `bytes` from `start` to `end`, with what it writes into the `room` in front; a plain view by default. */
  readonly pack?: { readonly room: number; wrap(bytes: Buffer, start: number, end: number): Buffer };
}

export interface ReplicationStats {
  /** Entities in all replicated collections. */
  readonly entities: number;
  readonly observers: number;
  /** Of the last tick. */
  readonly changedEntities: number;
  readonly sharedBytes: number;
}

const NO_BYTES = Buffer.alloc(0);

export class Replicator {
  readonly #encoder: Encoder;
  readonly #deps: ReplicatorDeps;
  readonly #trees: TreeEncoder;
  readonly #pack: NonNullable<ReplicatorDeps['pack']>;
  readonly #collections: Collection[] = [];
  readonly #byRefId = new Map<number, EntityEntry>();
  #indexAgain = false;
  readonly #observers = new Set<Observer>();
  /** Numbers of observers that are gone. */
  readonly #freeNumbers: number[] = [];
  readonly #changed: EntityEntry[] = [];
  readonly #hiddenLabels = new Map<HiddenReason, Labels>();
  readonly #frame = new ByteArena();
  #found = new Int32Array(64);
  #mark = 0;
  #serial = 0;
  readonly #clock = new TickTimes();
  readonly #writer = new FrameWriter(this.#collections, this.#clock);
  #freshFrom = 0;
  #shared: Uint8Array = NO_BYTES;
  /** Counts the ticks in which the shared part changed. */
  #sharedVersion = 0;
  /** The whole of the shared part, as of a tick. */
  readonly #whole = new ByteArena();
  #wholeTick = -1;

  constructor(encoder: Encoder, deps: ReplicatorDeps) {
    this.#encoder = encoder;
    this.#deps = deps;
    this.#trees = new TreeEncoder(encoder);
    this.#pack = deps.pack ?? PLAIN;
  }

  /** Counts an entity that nobody sees in this tick, by the reason. */
  readonly #fault = (why: HiddenReason): void => {
    let labels = this.#hiddenLabels.get(why);
    if (labels === undefined) {
      labels = { ...this.#deps.labels, why };
      this.#hiddenLabels.set(why, labels);
    }
    this.#deps.meter.count('hypogeum_replication_hidden_total', 1, labels);
  };

  get stats(): ReplicationStats {
    return {
      entities: this.#collections.reduce((sum, { table }) => sum + table.live, 0),
      observers: this.#observers.size,
      changedEntities: this.#changed.length,
      sharedBytes: this.#shared.length,
    };
  }

  /**
   * Hands a collection over. It is declared `.view()` in the state, so that Colyseus leaves it out of the shared part.
   * @throws ReplicationError when it is not such a map, not in this state, or declared before.
   */
  replicate<E extends Schema>(collection: MapSchema<E>, policy: Policy<E>): void {
    const map = collection as unknown as MapSchema<Schema>;
    checkCollection(map, this.#encoder, this.#collections);
    const center = this.#centerOf(policy);
    const nextSerial = (): number => ++this.#serial;
    const stillThere = (): void => {
      this.#indexAgain = true;
    };
    const deps = {
      encoder: this.#encoder,
      trees: this.#trees,
      byRefId: this.#byRefId,
      nextSerial,
      stillThere,
      fault: this.#fault,
      center,
    };
    this.#collections.push(new Collection(map, policy as unknown as Policy<Schema>, deps));
  }

  /** @throws ReplicationError when a policy looks from a collection that is not there, or has no places. */
  #centerOf<E>(policy: Policy<E>): Interest | undefined {
    if (typeof policy === 'function' || policy.kind !== 'area') return undefined;
    const { center } = policy;
    if (center === undefined || typeof center === 'function') return undefined;
    const collection = this.#collections.find(({ map }) => (map as Collected) === center);
    if (collection?.isArea) return collection.interest;
    throw new ReplicationError('replicate: `center` must be a function, or a collection replicated by area before');
  }

  /** @throws RangeError for a budget whose numbers are not over 0. */
  addObserver(viewer: Viewer, budget?: ByteBudgetOptions): Observer {
    const wanted = budget && new ByteBudget(budget);
    const observer = new Observer(this.#freeNumbers.pop() ?? this.#observers.size, viewer, wanted);
    this.#observers.add(observer);
    return observer;
  }

  removeObserver(observer: Observer): void {
    if (!this.#observers.delete(observer)) return;
    for (const { known } of this.#collections) known.release(observer.number);
    this.#freeNumbers.push(observer.number);
  }

  /** After the step: encodes what changed, once for all. Milliseconds of any clock that does not go back. */
  encode(now: number): void {
    this.#clock.next(now);
    const { tick } = this.#clock;
    this.#changed.length = 0;
    if (this.#observers.size === 0) {
      this.#neglect();
      return;
    }
    const { pendingFilterRefresh } = rootOf(this.#encoder);
    const placesChanged = pendingFilterRefresh.length > 0;
    for (const tree of pendingFilterRefresh) settlePlaces(tree);
    this.#shared = encodeShared(this.#encoder);
    if (this.#shared.length > 0) this.#sharedVersion++;
    this.#trees.begin(tick, this.#freshFrom);
    for (const collection of this.#collections) collection.begin(tick);
    this.#follow();
    for (const entry of this.#changed) {
      entry.collection.encodeChanges(entry);
      entry.forgetChanges();
    }
    for (const collection of this.#collections) collection.prepare(placesChanged);
  }

  /** Nobody looks, and nobody knows anything: the tables are filled again when somebody comes. */
  #neglect(): void {
    for (const collection of this.#collections) collection.stale = true;
    this.#trees.moved.loseTrack(rootOf(this.#encoder).nextUniqueId);
  }

  /** Brings the tables up to date and gathers the entities with changes. */
  #follow(): void {
    for (let node = rootOf(this.#encoder).changes.next; node !== undefined; node = node.next) {
      const { changeTree } = node;
      if (changeTree.isFiltered && !changeTree._isSchema) this.#collectionOf(changeTree)?.followMap();
    }
    for (const collection of this.#collections) {
      if (!this.#isInState(collection)) collection.empty();
      else if (collection.stale) collection.rebuild();
    }
    if (this.#indexAgain) for (const collection of this.#collections) collection.index();
    this.#indexAgain = false;
    for (let node = rootOf(this.#encoder).changes.next; node !== undefined; node = node.next) {
      const { changeTree } = node;
      if (changeTree.isFiltered && changeTree.has()) this.#noteChange(changeTree);
    }
  }

  #isInState({ tree }: Collection): boolean {
    return tree.root === this.#encoder.root;
  }

  #collectionOf(tree: object): Collection | undefined {
    for (const collection of this.#collections) if (collection.tree === tree) return collection;
    return undefined;
  }

  /** Finds the entity that `tree` is a part of, from `at` upwards; a part that several hold is a change of each. */
  #noteChange(tree: ChangeTree, at = tree, depth = 0, shared = false): void {
    const entry = this.#byRefId.get(refIdOf(at));
    if (entry !== undefined) {
      if (!entry.hasChanges) this.#changed.push(entry);
      entry.noteChange(tree, depth, shared);
      // Whoever holds an entity as a part has its changes, too; what is new may be a part already.
      if (!entry.hidden && entry.since !== this.#clock.tick) return;
    }
    if (at.extraParents === undefined) {
      const parent = onlyParentOf(at);
      if (parent !== undefined) this.#noteChange(tree, parent, depth + 1, shared);
    } else {
      const parents = liveParentsOf(at);
      for (const parent of parents) this.#noteChange(tree, parent, depth + 1, shared || parents.length > 1);
    }
  }

  /** Decides what the observer sees now. To be followed by its patch or snapshot; those call it themselves if need be. */
  look(observer: Observer): void {
    if (observer.lookedAt === this.#clock.tick) return;
    observer.lookedAt = this.#clock.tick;
    for (let i = 0; i < this.#collections.length; i++) this.#lookAt(this.#collections[i]!, observer);
  }

  #lookAt(collection: Collection, observer: Observer): void {
    const { table, interest } = collection;
    const known = collection.known.open(observer.number);
    known.beginLook();
    const { version } = interest;
    if (version !== undefined) {
      if (known.asOf === version) return;
      known.asOf = version;
    }
    interest.look(observer.viewer, known);
    const mark = ++this.#mark;
    if (interest.markStaying(known, mark) < known.count) takeOut(known, table.rows, mark);
    if (this.#found.length < table.size) this.#found = new Int32Array(table.capacity);
    const { rows } = table;
    const found = interest.find(this.#found, mark);
    for (let i = 0; i < found; i++) {
      const slot = this.#found[i]!;
      if (rows[slot * ROW + MARK] !== mark) known.add(slot, rows[slot * ROW + SERIAL]!, this.#clock.tick);
    }
  }

  /** Whether the observer cannot go on from what it has: it has nothing yet, or missed a change of the shared part. */
  needsSnapshot({ sharedVersion }: Observer): boolean {
    const before = this.#shared.length > 0 ? this.#sharedVersion - 1 : this.#sharedVersion;
    return sharedVersion < before;
  }

  /**
   * `head` and all the observer lacks, in memory of its own; undefined when it lacks nothing. An observer that
   * `needsSnapshot` must get that instead.
   */
  patch(observer: Observer, head: Uint8Array): Buffer | undefined {
    this.look(observer);
    const frame = this.#frame;
    frame.begin(this.#pack.room);
    frame.appendAll(head);
    if (observer.sharedVersion < this.#sharedVersion) frame.appendAll(this.#shared);
    observer.sharedVersion = this.#sharedVersion;
    if (observer.budget === undefined) this.#writer.writeAll(frame, observer);
    else this.#writer.writeWithin(frame, observer, observer.budget);
    if (frame.length > head.length) return frame.cutOff(this.#pack.wrap);
    frame.drop();
    return undefined;
  }

  /** `head` and the whole state as the observer may see it: the body of a ROOM_STATE, which SDKs reconcile with what they have. */
  snapshot(observer: Observer, head: Uint8Array): Buffer {
    const again = observer.sharedVersion !== NO_STATE;
    // What it knew before still counts for what stays in sight.
    this.look(observer);
    observer.sharedVersion = this.#sharedVersion;
    const frame = this.#frame;
    frame.begin(this.#pack.room);
    frame.appendAll(head);
    this.#appendShared(frame);
    if (again) frame.write((arena) => this.#trees.absentFields(arena, treeOf(this.#encoder.state)), undefined);
    for (const collection of this.#collections)
      if (this.#isInState(collection)) this.#writer.writeCollection(frame, collection, observer);
    return frame.cutOff(this.#pack.wrap);
  }

  /** Written once a tick, however many need it. */
  #appendShared(frame: ByteArena): void {
    if (this.#wholeTick !== this.#clock.tick) {
      this.#wholeTick = this.#clock.tick;
      this.#whole.clear();
      this.#whole.write((arena) => this.#trees.shared(arena, treeOf(this.#encoder.state)), undefined);
    }
    frame.append(this.#whole, 0, this.#whole.length);
  }

  /** Lets go of the recorded changes. */
  finish(): void {
    this.#encoder.discardChanges();
    this.#shared = NO_BYTES;
    this.#freshFrom = rootOf(this.#encoder).nextUniqueId;
    if (this.#clock.tick % FORGET_EVERY === 0) this.#trees.moved.forgetGone();
  }

  /** Entities the observer's client holds after what it was sent. Rooms may ask at any time. */
  knownCount({ number }: Observer): number {
    return this.#collections.reduce((sum, { known }) => sum + known.sentTo(number), 0);
  }

  /** Calls back for each entity the observer's client holds: the number of its collection by declaration, and its key. */
  eachKnown(observer: Observer, each: (collection: number, key: string) => void): void {
    this.#collections.forEach((collection, index) => {
      const known = collection.known.open(observer.number);
      for (let at = 0; at < known.count; at++) {
        const entry = collection.table.entries[known.slotAt(at)];
        if (known.versionAt(at) > 0 && entry?.serial === known.serialAt(at)) each(index, entry.key);
      }
    });
  }

  /** After `look`: what came into sight in this tick. */
  eachEntered(observer: Observer, each: (entity: Schema) => void): void {
    for (const collection of this.#collections) {
      const known = collection.known.open(observer.number);
      for (let at = known.count - known.came; at < known.count; at++) {
        each(collection.table.entries[known.slotAt(at)]!.entity);
      }
    }
  }

  /** After `look`: what went out of sight in this tick and is still there. */
  eachLeft(observer: Observer, each: (entity: Schema) => void): void {
    for (const collection of this.#collections) {
      const known = collection.known.open(observer.number);
      for (let n = 0; n < known.left; n++) {
        const slot = known.leftSlotAt(n);
        if (slot >= 0) each(collection.table.entries[slot]!.entity);
      }
    }
  }
}

/** Ticks between looks for moved instances that no longer exist. */
const FORGET_EVERY = 1024;

const PLAIN = {
  room: 0,
  wrap: (bytes: Buffer, start: number, end: number): Buffer => bytes.subarray(start, end),
};

/** Takes entries without the mark out of `known`. */
function takeOut(known: KnownSet, rows: Float64Array, mark: number): void {
  for (let at = known.count - 1; at >= 0; at--) {
    const row = known.slotAt(at) * ROW;
    const there = rows[row + SERIAL] === known.serialAt(at);
    if (!there || rows[row + MARK] !== mark) known.removeAt(at, there);
  }
}
