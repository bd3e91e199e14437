/**
 * What one observer was sent of one collection: as large as what it knows, whatever the size of the world. Thousands of
 * observers are walked through in every tick, and reading memory is most of what that costs: so the entries of all lie in
 * one array (a KnownPool), each observer's behind one another, three numbers an entry.
 */

/** The numbers of an entry. The entity's place in its table; */
export const SLOT = 0;
/** its serial, because another entity may have its place by now; */
export const KNOWN_SERIAL = 1;
/** the tick whose state of it was sent by itself, or, below 0, the tick in which it came into sight and was not sent yet. */
export const VERSION = 2;
export const STRIDE = 3;

const FIRST_CAPACITY = 16;
const FIRST_POOL = 256 * STRIDE;
const NONE = new Int32Array(0);

/** Memory for the entries of many sets: blocks whose sizes are powers of two, given back and used again. */
export class KnownPool {
  numbers = new Int32Array(FIRST_POOL);
  #end = 0;
  /** Starts of free blocks, by the logarithm of their entries. */
  readonly #free: number[][] = [];

  /** Where a block for so many entries (a power of two) begins. */
  take(entries: number): number {
    const free = this.#free[Math.log2(entries)]?.pop();
    if (free !== undefined) return free;
    const start = this.#end;
    this.#end += entries * STRIDE;
    if (this.#end > this.numbers.length) this.#grow();
    return start;
  }

  giveBack(start: number, entries: number): void {
    const size = Math.log2(entries);
    this.#free[size] ??= [];
    this.#free[size].push(start);
  }

  #grow(): void {
    const numbers = new Int32Array(Math.max(this.#end, this.numbers.length * 2));
    numbers.set(this.numbers);
    this.numbers = numbers;
  }
}

export class KnownSet {
  readonly pool: KnownPool;
  /** Where its entries begin in the pool's numbers, and how many there is room for. */
  start = 0;
  capacity = 0;
  count = 0;
  /** How many of them were sent. */
  sent = 0;
  /** The tick as of which all of them that were sent were brought up to date together; 0 before the first time. */
  upTo = 0;
  /** Of this tick's look: how many came, at the end of the entries; and serials that left and the client still has. */
  came = 0;
  leftCount = 0;
  left = NONE;
  /** Slots of those that left and are still there. */
  leftSlotCount = 0;
  leftSlots = NONE;

  constructor(pool: KnownPool) {
    this.pool = pool;
  }

  slotAt(at: number): number {
    return this.pool.numbers[this.start + at * STRIDE + SLOT]!;
  }

  serialAt(at: number): number {
    return this.pool.numbers[this.start + at * STRIDE + KNOWN_SERIAL]!;
  }

  /** The tick whose state of it was sent; below 0 if it was not. */
  versionAt(at: number): number {
    const version = this.pool.numbers[this.start + at * STRIDE + VERSION]!;
    return version > 0 && version < this.upTo ? this.upTo : version;
  }

  /** A look begins. */
  beginLook(): void {
    this.came = 0;
    this.leftCount = 0;
    this.leftSlotCount = 0;
  }

  /** Something came into sight in `tick` (over 0). */
  add(slot: number, serial: number, tick: number): void {
    if (this.count === this.capacity) this.#grow();
    const at = this.start + this.count++ * STRIDE;
    const { numbers } = this.pool;
    numbers[at + SLOT] = slot;
    numbers[at + KNOWN_SERIAL] = serial;
    numbers[at + VERSION] = -tick;
    this.came++;
  }

  /** An entry left sight; the last one takes its place. `there`: its entity is still in the collection. */
  removeAt(at: number, there: boolean): void {
    if (this.versionAt(at) > 0) {
      this.sent--;
      this.left = withRoom(this.left, this.leftCount);
      this.left[this.leftCount++] = this.serialAt(at);
    }
    if (there) {
      this.leftSlots = withRoom(this.leftSlots, this.leftSlotCount);
      this.leftSlots[this.leftSlotCount++] = this.slotAt(at);
    }
    const last = this.start + --this.count * STRIDE;
    this.pool.numbers.copyWithin(this.start + at * STRIDE, last, last + STRIDE);
  }

  /** It was sent as it is in `tick`. */
  markSent(at: number, tick: number): void {
    const version = this.start + at * STRIDE + VERSION;
    if (this.pool.numbers[version]! < 0) this.sent++;
    this.pool.numbers[version] = tick;
  }

  /** All were sent as they are in `tick`. */
  markAllSent(tick: number): void {
    for (let at = 0; at < this.count; at++) this.markSent(at, tick);
    this.upTo = tick;
  }

  /** Gives its memory back; nothing is known any more. */
  release(): void {
    if (this.capacity > 0) this.pool.giveBack(this.start, this.capacity);
    this.capacity = 0;
    this.count = 0;
    this.sent = 0;
    this.beginLook();
  }

  #grow(): void {
    const { pool, start, count, capacity } = this;
    const larger = capacity === 0 ? FIRST_CAPACITY : capacity * 2;
    this.start = pool.take(larger);
    pool.numbers.copyWithin(this.start, start, start + count * STRIDE);
    if (capacity > 0) pool.giveBack(start, capacity);
    this.capacity = larger;
  }
}

function withRoom(numbers: Int32Array<ArrayBuffer>, count: number): Int32Array<ArrayBuffer> {
  if (count < numbers.length) return numbers;
  const larger = new Int32Array(Math.max(8, count * 2));
  larger.set(numbers);
  return larger;
}
