/**
 * What observers were sent of one collection: as much memory as what each knows, whatever the size of the world.
 * Thousands of observers are walked through in every tick, and reading memory is most of what that costs: so all that is
 * known of one observer lies in one block of a large array, and each question about it reads only the part it needs.
 *
 *     header | slots ... | serials ... | versions ...
 *
 * A slot is the entity's place in its table; the serial is there because another entity may have the place by now. A
 * version is the tick whose state of it was sent by itself, or, below 0, the tick in which it came into sight and was not
 * sent yet. What left sight is kept until the next look at the far ends of slots and serials.
 */

/** The numbers of a header. */
const COUNT = 0;
const SENT = 1;
const UP_TO = 2;
const CAME = 3;
const LEFT = 4;
const LEFT_SENT = 5;
const CAPACITY = 6;
const OWN_SLOT = 7;
const OWN_SERIAL = 8;
const AS_OF = 9;
/** With it blocks begin where lines of the processor's cache do. */
const HEADER = 16;
const NUMBERS_AN_ENTRY = 3;

const FIRST_CAPACITY = 16;
const FIRST_POOL = 4096;
const FIRST_DIRECTORY = 64;
/** No block begins there. */
const NONE = 0;
/** Of what left: not there any more; was never sent. */
const GONE = -1;
const UNSENT = 0;

/** The sets of all observers, by the observers' numbers. */
export class KnownPool {
  numbers = new Int32Array(FIRST_POOL);
  #end = HEADER;
  #starts = new Int32Array(FIRST_DIRECTORY);
  /** Starts of free blocks, by the logarithm of their capacity. */
  readonly #free: number[][] = [];
  readonly #set = new KnownSet(this);

  /** An observer's set, empty at first. It is the same object each time, and good until the next call. */
  open(observer: number): KnownSet {
    const set = this.#set;
    set.start = observer < this.#starts.length ? this.#starts[observer]! : NONE;
    if (set.start === NONE) {
      set.start = this.#take(FIRST_CAPACITY);
      this.#enter(observer, set.start);
    }
    set.observer = observer;
    return set;
  }

  /** How much of it an observer was sent. May be asked at any time, also by a policy while sets are open. */
  sentTo(observer: number): number {
    const start = this.#starts[observer] ?? NONE;
    return start === NONE ? 0 : this.numbers[start + SENT]!;
  }

  /** Makes an observer's set empty and gives its memory back. */
  release(observer: number): void {
    const start = this.#starts[observer] ?? NONE;
    if (start === NONE) return;
    this.#giveBack(start);
    this.#starts[observer] = NONE;
  }

  /** Moves a set to a block twice as large; returns its start. */
  enlarge(observer: number): number {
    const start = this.#starts[observer]!;
    const capacity = this.numbers[start + CAPACITY]!;
    const larger = this.#take(capacity * 2);
    const { numbers } = this;
    numbers.copyWithin(larger, start, start + HEADER);
    numbers[larger + CAPACITY] = capacity * 2;
    const count = numbers[start + COUNT]!;
    const left = numbers[start + LEFT]!;
    for (let column = 0; column < NUMBERS_AN_ENTRY; column++) {
      const from = start + HEADER + column * capacity;
      const to = larger + HEADER + column * capacity * 2;
      numbers.copyWithin(to, from, from + count);
      numbers.copyWithin(to + capacity * 2 - left, from + capacity - left, from + capacity);
    }
    this.#giveBack(start);
    this.#starts[observer] = larger;
    return larger;
  }

  #enter(observer: number, start: number): void {
    if (observer >= this.#starts.length) {
      const starts = new Int32Array(Math.max(observer + 1, this.#starts.length * 2));
      starts.set(this.#starts);
      this.#starts = starts;
    }
    this.#starts[observer] = start;
  }

  #take(capacity: number): number {
    const start = this.#free[Math.log2(capacity)]?.pop() ?? this.#append(HEADER + capacity * NUMBERS_AN_ENTRY);
    this.numbers.fill(0, start, start + HEADER);
    this.numbers[start + CAPACITY] = capacity;
    return start;
  }

  #append(length: number): number {
    const start = this.#end;
    this.#end += length;
    if (this.#end > this.numbers.length) {
      const numbers = new Int32Array(Math.max(this.#end, this.numbers.length * 2));
      numbers.set(this.numbers);
      this.numbers = numbers;
    }
    return start;
  }

  #giveBack(start: number): void {
    const size = Math.log2(this.numbers[start + CAPACITY]!);
    this.#free[size] ??= [];
    this.#free[size].push(start);
  }
}

/** One observer's set. `at` numbers its entries from 0; what came in the latest look stands at the end. */
export class KnownSet {
  readonly #pool: KnownPool;
  /** Where its block begins in the pool's numbers, and whose it is. */
  start = NONE;
  observer = 0;

  constructor(pool: KnownPool) {
    this.#pool = pool;
  }

  get numbers(): Int32Array {
    return this.#pool.numbers;
  }

  get capacity(): number {
    return this.numbers[this.start + CAPACITY]!;
  }

  get count(): number {
    return this.numbers[this.start + COUNT]!;
  }

  /** How many of them were sent. */
  get sent(): number {
    return this.numbers[this.start + SENT]!;
  }

  set sent(count: number) {
    this.numbers[this.start + SENT] = count;
  }

  /** The tick as of which all of them that were sent were brought up to date together; 0 before the first time. */
  get upTo(): number {
    return this.numbers[this.start + UP_TO]!;
  }

  set upTo(tick: number) {
    this.numbers[this.start + UP_TO] = tick;
  }

  /** How many came in the latest look. */
  get came(): number {
    return this.numbers[this.start + CAME]!;
  }

  /** How many left in the latest look, and how many of those the client still has. */
  get left(): number {
    return this.numbers[this.start + LEFT]!;
  }

  get leftSent(): number {
    return this.numbers[this.start + LEFT_SENT]!;
  }

  /** The observer's own entity, if it was found in the collection: its slot, and the serial it had. */
  get ownSlot(): number {
    return this.numbers[this.start + OWN_SLOT]!;
  }

  get ownSerial(): number {
    return this.numbers[this.start + OWN_SERIAL]!;
  }

  own(slot: number, serial: number): void {
    this.numbers[this.start + OWN_SLOT] = slot;
    this.numbers[this.start + OWN_SERIAL] = serial;
  }

  /** The version of interest that was looked at last. */
  get asOf(): number {
    return this.numbers[this.start + AS_OF]!;
  }

  set asOf(version: number) {
    this.numbers[this.start + AS_OF] = version;
  }

  /** Where the slots begin in the numbers; the serials begin `capacity` behind them. */
  get slotsStart(): number {
    return this.start + HEADER;
  }

  slotAt(at: number): number {
    return this.numbers[this.start + HEADER + at]!;
  }

  serialAt(at: number): number {
    return this.numbers[this.start + HEADER + this.capacity + at]!;
  }

  /** The tick whose state of it was sent; below 0 if it was not. */
  versionAt(at: number): number {
    const version = this.numbers[this.#versionsStart + at]!;
    return version > 0 && version < this.upTo ? this.upTo : version;
  }

  /** The n-th of those that left: its slot, below 0 when it is no longer in the collection; */
  leftSlotAt(n: number): number {
    return this.numbers[this.start + HEADER + this.capacity - 1 - n]!;
  }

  /** its serial, 0 when the client never had it. */
  leftSerialAt(n: number): number {
    return this.numbers[this.start + HEADER + 2 * this.capacity - 1 - n]!;
  }

  /** A look begins. */
  beginLook(): void {
    const { numbers, start } = this;
    numbers[start + CAME] = 0;
    numbers[start + LEFT] = 0;
    numbers[start + LEFT_SENT] = 0;
  }

  /** Something came into sight in `tick` (over 0). */
  add(slot: number, serial: number, tick: number): void {
    if (this.count + this.left === this.capacity) this.start = this.#pool.enlarge(this.observer);
    const { numbers, start, capacity } = this;
    const at = start + HEADER + numbers[start + COUNT]!++;
    numbers[at] = slot;
    numbers[at + capacity] = serial;
    numbers[at + 2 * capacity] = -tick;
    numbers[start + CAME]!++;
  }

  /** An entity left sight; the last one takes its place. `there`: its entity is still in the collection. */
  removeAt(at: number, there: boolean): void {
    const { numbers, start, capacity } = this;
    const slots = start + HEADER;
    const sent = numbers[slots + 2 * capacity + at]! > 0;
    const [slot, serial] = [numbers[slots + at]!, numbers[slots + capacity + at]!];
    const last = --numbers[start + COUNT]!;
    numbers[slots + at] = numbers[slots + last]!;
    numbers[slots + capacity + at] = numbers[slots + capacity + last]!;
    numbers[slots + 2 * capacity + at] = numbers[slots + 2 * capacity + last]!;
    const far = slots + capacity - 1 - numbers[start + LEFT]!++;
    numbers[far] = there ? slot : GONE;
    numbers[far + capacity] = sent ? serial : UNSENT;
    if (!sent) return;
    numbers[start + SENT]!--;
    numbers[start + LEFT_SENT]!++;
  }

  /** It was sent as it is in `tick`. */
  markSent(at: number, tick: number): void {
    const version = this.#versionsStart + at;
    if (this.numbers[version]! < 0) this.sent++;
    this.numbers[version] = tick;
  }

  /** All were sent as they are in `tick`. */
  markAllSent(tick: number): void {
    for (let at = 0; at < this.count; at++) this.markSent(at, tick);
    this.upTo = tick;
  }

  get #versionsStart(): number {
    return this.start + HEADER + 2 * this.capacity;
  }
}
