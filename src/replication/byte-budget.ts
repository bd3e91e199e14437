/**
 * How many bytes an observer may be sent, and whose turn it is when that is not enough for all: nearer entities and
 * those that waited longer go first, and what waited as long as is allowed goes in any case, on credit.
 */

export interface ByteBudgetOptions {
  /** Over 0. */
  readonly bytesPerSecond: number;
  /** Whatever is in sight and changed is sent at least this often, whatever it costs; milliseconds, over 0. */
  readonly maxStaleMs: number;
}

/** Unused bytes are kept this long, so that one large frame after a quiet time may pass. */
const BURST_SECONDS = 0.25;
/** How much the distance counts: at the edge of sight an entity waits so much longer than one at hand. */
const DISTANCE_WEIGHT = 3;

export class ByteBudget {
  readonly options: ByteBudgetOptions;
  #tokens: number;
  #filledAt = Number.NaN;

  /** @throws RangeError when a number is not over 0. */
  constructor(options: ByteBudgetOptions) {
    for (const [name, value] of Object.entries(options))
      if (!(value > 0)) throw new RangeError(`${name} must be over 0, got ${value}`);
    this.options = options;
    this.#tokens = options.bytesPerSecond * BURST_SECONDS;
  }

  /** Bytes to spend now; below 0 after what had to be sent on credit. */
  get left(): number {
    return this.#tokens;
  }

  fill(now: number): void {
    const { bytesPerSecond } = this.options;
    if (!Number.isNaN(this.#filledAt)) this.#tokens += ((now - this.#filledAt) / 1000) * bytesPerSecond;
    this.#tokens = Math.min(this.#tokens, bytesPerSecond * BURST_SECONDS);
    this.#filledAt = now;
  }

  spend(bytes: number): void {
    this.#tokens -= bytes;
  }
}

/** Higher goes first. `waited` in milliseconds, `distance` as a share of how far one sees. */
export function priority(waited: number, distance: number): number {
  return (waited + 1) / (1 + DISTANCE_WEIGHT * distance);
}

/** Candidates in order of priority, without allocating while their number does not grow. */
export class PriorityQueue {
  #indexes = new Int32Array(64);
  #priorities = new Float64Array(64);
  #count = 0;

  clear(): void {
    this.#count = 0;
  }

  push(index: number, value: number): void {
    if (this.#count === this.#indexes.length) this.#grow();
    let at = this.#count++;
    for (; at > 0; at = (at - 1) >> 1) {
      const parent = (at - 1) >> 1;
      if (this.#priorities[parent]! >= value) break;
      this.#set(at, this.#indexes[parent]!, this.#priorities[parent]!);
    }
    this.#set(at, index, value);
  }

  /** Takes the first out; -1 when there is none. */
  pop(): number {
    if (this.#count === 0) return -1;
    const first = this.#indexes[0]!;
    const last = --this.#count;
    const index = this.#indexes[last]!;
    const value = this.#priorities[last]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#priorities[child + 1]! > this.#priorities[child]!) child++;
      if (this.#priorities[child]! <= value) break;
      this.#set(at, this.#indexes[child]!, this.#priorities[child]!);
      at = child;
    }
    this.#set(at, index, value);
    return first;
  }

  #set(at: number, index: number, value: number): void {
    this.#indexes[at] = index;
    this.#priorities[at] = value;
  }

  #grow(): void {
    const indexes = new Int32Array(this.#count * 2);
    indexes.set(this.#indexes);
    this.#indexes = indexes;
    const priorities = new Float64Array(this.#count * 2);
    priorities.set(this.#priorities);
    this.#priorities = priorities;
  }
}
