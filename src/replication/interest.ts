/**
 * Policies carried out: who sees which entities of one collection now. `prepare` runs once a tick, then a viewer is set
 * and asked about, one after another. A callback of the game that throws hides what it was asked about, and is counted.
 */
import { CHANGED, CHANGED_BEFORE, type EntityTable, type Entry, MARK, ROW, SERIAL, X, Y } from './entity-table.ts';
import type { KnownSet } from './known-set.ts';
import type { AreaPolicy, OwnerPolicy, Point, Policy, SeesPolicy, Viewer } from './policies.ts';
import { SpatialHash } from './spatial-hash.ts';

export interface Interest {
  /** Over 0, another one whenever somebody may see more or less than before; undefined where anybody's step may do that. */
  readonly version: number | undefined;
  /** After the tick's entities came and went. */
  prepare(tick: number): void;
  /** Whom the next questions are about, and what that one knows. */
  look(viewer: Viewer, known: KnownSet): void;
  /** Marks the rows of known entities that are still there and stay in sight; returns how many. */
  markStaying(known: KnownSet, mark: number): number;
  /** Slots of entities in sight, written to `found`, which has room for all; those marked `mark` may be left out. Returns how many. */
  find(found: Int32Array, mark: number): number;
  /** How far off it is for whoever looks, as a share of how far one sees; 0 where there is no distance. */
  distance(slot: number): number;
  /** An entity is gone. */
  forget(slot: number): void;
}

/** Why an entity or a viewer's sight was left out. */
export type Fault = 'no position' | 'out of bounds' | 'policy failed';

export interface InterestDeps<E> {
  readonly table: EntityTable<E, Entry<E>>;
  /** What is under a key. */
  readonly get: (key: string) => Entry<E> | undefined;
  /** Counts what was left out in this tick. */
  readonly fault: (kind: Fault) => void;
  /** The interest of the collection that is an area's `center`. */
  readonly center?: Interest | undefined;
}

export function createInterest<E>(policy: Policy<E>, deps: InterestDeps<E>): Interest {
  if (typeof policy === 'function') return new SeesInterest(policy, deps);
  return policy.kind === 'area' ? new AreaInterest(policy, deps) : new OwnerInterest(policy, deps);
}

class AreaInterest<E> implements Interest {
  readonly #deps: InterestDeps<E>;
  readonly #policy: AreaPolicy<E>;
  readonly #hash: SpatialHash;
  readonly #center: AreaInterest<unknown> | undefined;
  readonly #x: (entity: E) => number;
  readonly #y: (entity: E) => number;
  readonly version = undefined;
  #slots = new Int32Array(0);
  #xs = new Float64Array(0);
  #ys = new Float64Array(0);
  #centerX = Number.NaN;
  #centerY = Number.NaN;
  readonly #leaveSquared: number;
  #readX = Number.NaN;
  #readY = Number.NaN;
  /** Something came, went or is elsewhere since the grid was built. */
  #moved = true;

  constructor(policy: AreaPolicy<E>, deps: InterestDeps<E>) {
    this.#deps = deps;
    this.#policy = policy;
    this.#center = deps.center as AreaInterest<unknown> | undefined;
    this.#leaveSquared = policy.leaveRadius ** 2;
    this.#hash = new SpatialHash(policy.radius);
    this.#x = policy.x ?? ((entity) => (entity as Partial<Point>).x ?? Number.NaN);
    this.#y = policy.y ?? ((entity) => (entity as Partial<Point>).y ?? Number.NaN);
  }

  prepare(tick: number): void {
    const { table } = this.#deps;
    if (this.#slots.length < table.capacity) this.#grow(table.capacity);
    const { rows } = table;
    for (let slot = 0; slot < table.size; slot++) {
      if (rows[slot * ROW + CHANGED] !== tick) continue;
      const entry = table.entries[slot];
      if (entry !== undefined) this.#place(entry, slot * ROW);
    }
    if (!this.#moved) return;
    this.#moved = false;
    let placed = 0;
    for (let slot = 0; slot < table.size; slot++) {
      const row = slot * ROW;
      if (rows[row + SERIAL] === 0 || Number.isNaN(rows[row + X]!)) continue;
      this.#xs[placed] = rows[row + X]!;
      this.#ys[placed] = rows[row + Y]!;
      this.#slots[placed++] = slot;
    }
    this.#hash.rebuild(placed, this.#slots, this.#xs, this.#ys);
  }

  /** Enters where it is into its row: not a number when it cannot be seen. */
  #place(entry: Entry<E>, row: number): void {
    const { rows } = this.#deps.table;
    const seen = this.#read(entry);
    const x = seen ? this.#readX : Number.NaN;
    if (Object.is(rows[row + X], x) && rows[row + Y] === this.#readY && rows[row + CHANGED_BEFORE] !== 0) return;
    rows[row + X] = x;
    rows[row + Y] = this.#readY;
    this.#moved = true;
  }

  /** Reads where it is. False when it cannot be seen. */
  #read({ entity, hidden }: Entry<E>): boolean {
    const { fault } = this.#deps;
    if (hidden) return false;
    try {
      this.#readX = this.#x(entity);
      this.#readY = this.#y(entity);
    } catch {
      fault('policy failed');
      return false;
    }
    if (!this.#hash.reaches(this.#readX, this.#readY)) {
      fault('no position');
      return false;
    }
    if (this.#isOutside(this.#readX, this.#readY)) {
      fault('out of bounds');
      return false;
    }
    return true;
  }

  #isOutside(x: number, y: number): boolean {
    const { bounds } = this.#policy;
    return bounds !== undefined && (x < bounds.minX || x > bounds.maxX || y < bounds.minY || y > bounds.maxY);
  }

  look(viewer: Viewer, known: KnownSet): void {
    this.#centerX = Number.NaN;
    this.#centerY = Number.NaN;
    const { center } = this.#policy;
    try {
      if (this.#center !== undefined) this.#lookFromWhere(this.#center);
      else if (typeof center === 'function') this.#lookFrom(center(viewer));
      else this.#lookFromOwn(viewer, known);
    } catch {
      this.#deps.fault('policy failed');
    }
  }

  /** The other collection was looked at just before, by the same viewer. */
  #lookFromWhere(other: AreaInterest<unknown>): void {
    this.#centerX = other.#centerX;
    this.#centerY = other.#centerY;
  }

  #lookFrom(point: Point | undefined): void {
    if (point === undefined) return;
    this.#centerX = point.x;
    this.#centerY = point.y;
  }

  /** The viewer's own entity is searched once; its row says where it is, unless nobody can see it there. */
  #lookFromOwn({ sessionId }: Viewer, known: KnownSet): void {
    const { table, get } = this.#deps;
    const own = known.ownSlot * ROW;
    if (known.ownSerial !== 0 && table.rows[own + SERIAL] === known.ownSerial) {
      this.#centerX = table.rows[own + X]!;
      this.#centerY = table.rows[own + Y]!;
      if (!Number.isNaN(this.#centerX)) return;
    }
    const entry = get(sessionId);
    if (entry === undefined) return;
    known.own(entry.slot, entry.serial);
    this.#centerX = this.#x(entry.entity);
    this.#centerY = this.#y(entry.entity);
  }

  markStaying({ numbers, slotsStart, capacity, count }: KnownSet, mark: number): number {
    const { rows } = this.#deps.table;
    const x = this.#centerX;
    const y = this.#centerY;
    const reach = this.#leaveSquared;
    let staying = 0;
    for (let at = slotsStart, end = slotsStart + count; at < end; at++) {
      const row = numbers[at]! * ROW;
      const offX = rows[row + X]! - x;
      const offY = rows[row + Y]! - y;
      // Not a number, and so not near, when either has no position.
      if (offX * offX + offY * offY <= reach && rows[row + SERIAL] === numbers[at + capacity]) {
        rows[row + MARK] = mark;
        staying++;
      }
    }
    return staying;
  }

  find(found: Int32Array): number {
    if (!this.#hash.reaches(this.#centerX, this.#centerY)) return 0;
    return this.#hash.query(this.#centerX, this.#centerY, this.#policy.radius, found);
  }

  distance(slot: number): number {
    const { rows } = this.#deps.table;
    const row = slot * ROW;
    return Math.hypot(rows[row + X]! - this.#centerX, rows[row + Y]! - this.#centerY) / this.#policy.radius;
  }

  forget(): void {
    this.#moved = true;
  }

  #grow(capacity: number): void {
    this.#slots = new Int32Array(capacity);
    this.#xs = new Float64Array(capacity);
    this.#ys = new Float64Array(capacity);
  }
}

class OwnerInterest<E> implements Interest {
  readonly #deps: InterestDeps<E>;
  readonly #of: (entity: E, key: string) => string;
  readonly #owners: (string | undefined)[] = [];
  readonly #owned = new Map<string, Set<number>>();
  version = 1;
  #viewer = '';

  constructor(policy: OwnerPolicy<E>, deps: InterestDeps<E>) {
    this.#deps = deps;
    this.#of = policy.of ?? ((_, key) => key);
  }

  /** Whose an entity is can only change with the entity. */
  prepare(tick: number): void {
    const { table } = this.#deps;
    for (let slot = 0; slot < table.size; slot++) {
      if (table.rows[slot * ROW + CHANGED] !== tick) continue;
      const entry = table.entries[slot];
      if (entry !== undefined) this.#give(slot, entry.hidden ? undefined : this.#ownerOf(entry));
    }
  }

  #ownerOf({ entity, key }: Entry<E>): string | undefined {
    try {
      return this.#of(entity, key);
    } catch {
      this.#deps.fault('policy failed');
      return undefined;
    }
  }

  #give(slot: number, owner: string | undefined): void {
    if (this.#owners[slot] === owner) return;
    this.forget(slot);
    if (owner === undefined) return;
    this.version++;
    this.#owners[slot] = owner;
    const owned = this.#owned.get(owner);
    if (owned === undefined) this.#owned.set(owner, new Set([slot]));
    else owned.add(slot);
  }

  forget(slot: number): void {
    const owner = this.#owners[slot];
    if (owner === undefined) return;
    this.version++;
    this.#owners[slot] = undefined;
    const owned = this.#owned.get(owner);
    owned?.delete(slot);
    if (owned?.size === 0) this.#owned.delete(owner);
  }

  look(viewer: Viewer): void {
    this.#viewer = viewer.sessionId;
  }

  markStaying(known: KnownSet, mark: number): number {
    return markEach(this.#deps.table.rows, known, mark, (slot) => this.#owners[slot] === this.#viewer);
  }

  find(found: Int32Array): number {
    let count = 0;
    const owned = this.#owned.get(this.#viewer);
    if (owned !== undefined) for (const slot of owned) found[count++] = slot;
    return count;
  }

  distance(): number {
    return 0;
  }
}

class SeesInterest<E> implements Interest {
  readonly #deps: InterestDeps<E>;
  readonly #sees: SeesPolicy<E>;
  readonly version = undefined;
  #viewer: Viewer = { sessionId: '' };

  constructor(sees: SeesPolicy<E>, deps: InterestDeps<E>) {
    this.#deps = deps;
    this.#sees = sees;
  }

  prepare(): void {}
  forget(): void {}

  look(viewer: Viewer): void {
    this.#viewer = viewer;
  }

  markStaying(known: KnownSet, mark: number): number {
    return markEach(this.#deps.table.rows, known, mark, (slot) => this.#inSight(slot));
  }

  #inSight(slot: number): boolean {
    const { table, fault } = this.#deps;
    const entry = table.entries[slot];
    if (entry === undefined || entry.hidden) return false;
    try {
      return this.#sees(this.#viewer, entry.entity, entry.key) === true;
    } catch {
      fault('policy failed');
      return false;
    }
  }

  find(found: Int32Array, mark: number): number {
    const { table } = this.#deps;
    let count = 0;
    for (let slot = 0; slot < table.size; slot++) {
      const row = slot * ROW;
      if (table.rows[row + SERIAL] !== 0 && table.rows[row + MARK] !== mark && this.#inSight(slot))
        found[count++] = slot;
    }
    return count;
  }

  distance(): number {
    return 0;
  }
}

function markEach(rows: Float64Array, known: KnownSet, mark: number, stays: (slot: number) => boolean): number {
  let staying = 0;
  for (let at = 0; at < known.count; at++) {
    const slot = known.slotAt(at);
    if (rows[slot * ROW + SERIAL] !== known.serialAt(at) || !stays(slot)) continue;
    rows[slot * ROW + MARK] = mark;
    staying++;
  }
  return staying;
}
