/**
 * The entities of one replicated collection, numbered. What is asked of each for every observer lies in one array, eight
 * numbers an entity: 64 bytes, so that looking at an entity touches one line of the processor's cache. Slots are used
 * again; serials, which name an entity on the wire, never are.
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
/** Where the change of `CHANGED` lies in the arena of changes, if that is the tick under way. */
export const CHANGE_START = 6;
export const CHANGE_END = 7;
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
  readonly #free: number[] = [];

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
    this.live++;
    return entry;
  }

  remove({ slot }: R): void {
    this.entries[slot] = undefined;
    this.rows[slot * ROW + SERIAL] = 0;
    this.#free.push(slot);
    this.live--;
  }

  /** Notes a change in `tick`, whose bytes are still to come. Again in the same tick it changes nothing. */
  changed(slot: number, tick: number): void {
    const row = slot * ROW;
    if (this.rows[row + CHANGED] === tick) return;
    this.rows[row + CHANGED_BEFORE] = this.rows[row + CHANGED]!;
    this.rows[row + CHANGED] = tick;
    this.rows[row + CHANGE_START] = 0;
    this.rows[row + CHANGE_END] = 0;
  }

  #grow(): void {
    this.capacity *= 2;
    const rows = new Float64Array(this.capacity * ROW);
    rows.set(this.rows);
    this.rows = rows;
  }
}
