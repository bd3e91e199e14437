/**
 * What one observer was sent of one collection: as large as what it knows, whatever the size of the world. Entries lie
 * behind one another in one array, three numbers each, because thousands of observers are walked through in every tick
 * and reading memory is most of what that costs.
 */

/** The numbers of an entry. The entity's place in its table; */
export const SLOT = 0;
/** its serial, because another entity may have its place by now; */
export const KNOWN_SERIAL = 1;
/** the tick whose state of it was sent by itself, or, below 0, the tick in which it came into sight and was not sent yet. */
export const VERSION = 2;
export const STRIDE = 3;

const FIRST_CAPACITY = 24;

export class KnownSet {
  numbers = new Int32Array(FIRST_CAPACITY * STRIDE);
  count = 0;
  /** How many of them were sent. */
  sent = 0;
  /** The tick as of which all of them that were sent were brought up to date together; 0 before the first time. */
  upTo = 0;

  slotAt(at: number): number {
    return this.numbers[at * STRIDE + SLOT]!;
  }

  serialAt(at: number): number {
    return this.numbers[at * STRIDE + KNOWN_SERIAL]!;
  }

  /** The tick whose state of it was sent; below 0 if it was not. */
  versionAt(at: number): number {
    const version = this.numbers[at * STRIDE + VERSION]!;
    return version > 0 && version < this.upTo ? this.upTo : version;
  }

  /** Something came into sight in `tick` (over 0). */
  add(slot: number, serial: number, tick: number): void {
    const at = this.count++ * STRIDE;
    if (at === this.numbers.length) this.#grow();
    this.numbers[at + SLOT] = slot;
    this.numbers[at + KNOWN_SERIAL] = serial;
    this.numbers[at + VERSION] = -tick;
  }

  /** Takes an entry out; the last one takes its place. */
  removeAt(at: number): void {
    if (this.versionAt(at) > 0) this.sent--;
    const last = --this.count;
    this.numbers.copyWithin(at * STRIDE, last * STRIDE, (last + 1) * STRIDE);
  }

  /** It was sent as it is in `tick`. */
  markSent(at: number, tick: number): void {
    const version = at * STRIDE + VERSION;
    if (this.numbers[version]! < 0) this.sent++;
    this.numbers[version] = tick;
  }

  /** All were sent as they are in `tick`. */
  markAllSent(tick: number): void {
    for (let at = 0; at < this.count; at++) this.markSent(at, tick);
    this.upTo = tick;
  }

  #grow(): void {
    const numbers = new Int32Array(this.numbers.length * 2);
    numbers.set(this.numbers);
    this.numbers = numbers;
  }
}
