/**
 * The entities of one replicated collection, numbered. What is asked of each when somebody looks lies in one array, eight
 * numbers an entity: 64 bytes, so that looking at an entity touches one line of the processor's cache. Where the bytes of
 * this tick's changes are lies in another, small one. Slots are used again; serials, which name an entity on the wire,
 * never are.
 */

/** The numbers of a row. The serial; 0 where the slot is free. */
export const SERIAL = 0;
/** Where it is; not a number where nobody can see it. */
export const X = 1;
export const Y = 2;
/** The mark of whoever looks at the collection right now. */
export const MARK = 3;
/** The tick of the last change, and of the one before it. */
export const CHANGED = 4;
export const CHANGED_BEFORE = 5;
/** A power of two; two numbers are spare. */
export const ROW = 8;

/** What is known of an entity besides its numbers. */
export interface Entry<E> {
  readonly entity: E;
  readonly key: string;
  readonly slot: number;
  /** Over 0. */
  readonly serial: number;
  /** Nobody may see it now. */
  hidden: boolean;
}

const FIRST_CAPACITY = 64;

export class EntityTable<E, R extends Entry<E>> {
  /** Slots in use or free below this. */
  size = 0;
  live = 0;
  /** Slots there is memory for. */
  capacity = FIRST_CAPACITY;
  readonly entries: (R | undefined)[] = [];
  rows = new Float64Array(FIRST_CAPACITY * ROW);
  /** Of each slot where its change of this tick begins in the arena of changes, and how long it is; 0 without one. */
  spans = new Int32Array(FIRST_CAPACITY * 2);
  /** The length of the longest. */
  longest = 0;
  readonly #free: number[] = [];

  /** A tick begins: nothing has changed in it. */
  begin(): void {
    this.spans.fill(0, 0, this.size * 2);
    this.longest = 0;
  }

  /** Gives a slot to the entry that `make` returns for it. */
  insert(make: (slot: number) => R, tick: number): R {
    const slot = this.#free.pop() ?? this.size;
    if (slot === this.capacity) this.#grow();
    if (slot === this.size) this.size++;
    const entry = make(slot);
    this.entries[slot] = entry;
    const row = slot * ROW;
    this.rows.fill(0, row, row + ROW);
    this.rows[row + SERIAL] = entry.serial;
    this.rows[row + CHANGED] = tick;
    this.spans.fill(0, slot * 2, slot * 2 + 2);
    this.live++;
    return entry;
  }

  remove({ slot }: R): void {
    this.entries[slot] = undefined;
    this.rows[slot * ROW + SERIAL] = 0;
    this.#free.push(slot);
    this.live--;
  }

  /** Notes a change in `tick`. Again in the same tick it changes nothing. */
  changed(slot: number, tick: number): void {
    const row = slot * ROW;
    if (this.rows[row + CHANGED] === tick) return;
    this.rows[row + CHANGED_BEFORE] = this.rows[row + CHANGED]!;
    this.rows[row + CHANGED] = tick;
  }

  /** Notes where a slot's change of this tick is. */
  setSpan(slot: number, start: number, length: number): void {
    this.spans[slot * 2] = start;
    this.spans[slot * 2 + 1] = length;
    if (length > this.longest) this.longest = length;
  }

  #grow(): void {
    this.capacity *= 2;
    const rows = new Float64Array(this.capacity * ROW);
    rows.set(this.rows);
    this.rows = rows;
    const spans = new Int32Array(this.capacity * 2);
    spans.set(this.spans);
    this.spans = spans;
  }
}
