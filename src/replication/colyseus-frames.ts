/**
 * Puts an observer's frame together from the collections' bytes: removals and additions, wholes and changes; all of it,
 * or as much as a budget allows. What is written counts as sent.
 */
import type { ByteArena } from './byte-arena.ts';
import { type ByteBudget, PriorityQueue, priority } from './byte-budget.ts';
import type { Collection } from './colyseus-collection.ts';
import { fieldHeader } from './colyseus-declaration.ts';
import { CHANGED, ROW } from './entity-table.ts';
import { gatherChanges } from './gather.ts';
import type { KnownSet } from './known-set.ts';
import type { Observer } from './observer.ts';
import type { TickTimes } from './tick-times.ts';

export class FrameWriter {
  readonly #collections: readonly Collection[];
  readonly #clock: TickTimes;
  readonly #queue = new PriorityQueue();

  /** `collections` in the order of their declaration; more may come. */
  constructor(collections: readonly Collection[], clock: TickTimes) {
    this.#collections = collections;
    this.#clock = clock;
  }

  writeAll(frame: ByteArena, observer: Observer): void {
    for (let i = 0; i < this.#collections.length; i++) {
      const known = this.#collections[i]!.known.open(observer.number);
      if (known.count - known.sent + known.leftSent > 0) this.#writeMap(frame, this.#collections[i]!, known);
    }
    for (let i = 0; i < this.#collections.length; i++) {
      const known = this.#collections[i]!.known.open(observer.number);
      if (known.upTo === this.#clock.tick - 1) this.#writeNews(frame, this.#collections[i]!, known);
      else this.#writeStates(frame, this.#collections[i]!, known);
      known.sent = known.count;
      known.upTo = this.#clock.tick;
    }
  }

  /** Removals from and additions to the collection's map. */
  #writeMap(frame: ByteArena, collection: Collection, known: KnownSet): void {
    // The map's header is for the additions too.
    collection.writeRemovals(frame, known);
    // After a patch all that is known was sent, and what came since stands at the end.
    const first = known.upTo === this.#clock.tick - 1 ? known.sent : 0;
    for (let at = first; at < known.count; at++) {
      if (known.versionAt(at) > 0) continue;
      const slot = known.slotAt(at);
      collection.encodeWhole(slot);
      collection.wholes.appendArrival(frame, slot);
    }
  }

  /** For an observer that was sent everything up to the last tick: this tick's changes, and the wholes of what came. */
  #writeNews(frame: ByteArena, collection: Collection, known: KnownSet): void {
    gatherChanges(frame, collection.changes, collection.table, known);
    for (let at = known.sent; at < known.count; at++) this.#writeWhole(frame, collection, known, at);
  }

  /** For an observer that missed ticks. */
  #writeStates(frame: ByteArena, collection: Collection, known: KnownSet): void {
    const { rows, entries } = collection.table;
    for (let at = 0; at < known.count; at++) {
      const slot = known.slotAt(at);
      const version = known.versionAt(at);
      if (version < 0) this.#writeWhole(frame, collection, known, at);
      else if (rows[slot * ROW + CHANGED]! > version) collection.appendChanges(frame, entries[slot]!, version);
    }
  }

  #writeWhole(frame: ByteArena, collection: Collection, known: KnownSet, at: number): void {
    collection.wholes.appendFields(frame, known.slotAt(at));
    known.markSent(at, this.#clock.tick);
  }

  /** Removals always go; the rest by priority while the budget lasts, and whatever waited too long in any case. */
  writeWithin(frame: ByteArena, observer: Observer, budget: ByteBudget): void {
    budget.fill(this.#clock.now);
    for (let i = 0; i < this.#collections.length; i++) {
      const known = this.#collections[i]!.known.open(observer.number);
      if (known.leftSent > 0) this.#collections[i]!.writeRemovals(frame, known);
    }
    const overdue = budget.options.maxStaleMs - this.#clock.sinceLast;
    for (let i = 0; i < this.#collections.length; i++) {
      const collection = this.#collections[i]!;
      const known = collection.known.open(observer.number);
      this.#queue.clear();
      collection.interest.look(observer.viewer, known);
      for (let at = 0; at < known.count; at++) {
        const slot = known.slotAt(at);
        if (collection.table.rows[slot * ROW + CHANGED]! <= known.versionAt(at)) continue;
        const waited = this.#clock.since(known.versionAt(at));
        const due = waited >= overdue ? Number.MAX_VALUE : priority(waited, collection.interest.distance(slot));
        this.#queue.push(at, due);
      }
      this.#spend(frame, collection, known, observer.budget!.left, overdue);
    }
    budget.spend(frame.length);
  }

  #spend(frame: ByteArena, collection: Collection, known: KnownSet, left: number, overdue: number): void {
    for (let at = this.#queue.pop(); at >= 0; at = this.#queue.pop()) {
      const version = known.versionAt(at);
      const waited = this.#clock.since(version);
      if (frame.length >= left && waited < overdue) return;
      const slot = known.slotAt(at);
      if (version < 0) this.#writeArrival(frame, collection, slot);
      else collection.appendChanges(frame, collection.table.entries[slot]!, version);
      known.markSent(at, this.#clock.tick);
    }
  }

  #writeArrival(frame: ByteArena, collection: Collection, slot: number): void {
    collection.encodeWhole(slot);
    frame.write(collection.writeHeader, undefined);
    collection.wholes.appendBoth(frame, slot);
  }

  /** All of a collection that an observer sees, for a snapshot. */
  writeCollection(frame: ByteArena, collection: Collection, observer: Observer): void {
    const { entries } = collection.table;
    const known = collection.known.open(observer.number);
    frame.write(fieldHeader, collection.tree);
    frame.write(collection.writeHeader, undefined);
    for (let at = 0; at < known.count; at++) frame.write(collection.writeArrival, entries[known.slotAt(at)]!);
    for (let at = 0; at < known.count; at++) {
      frame.write((arena, entry) => collection.writeWhole(arena, entry, 'snapshot'), entries[known.slotAt(at)]!);
    }
    known.markAllSent(this.#clock.tick);
  }
}
