/**
 * The wholes of a collection's entities, for whoever they come into sight of: an arrival (the addition to the map), then
 * the fields. In a lively world every other entity is new to somebody in every tick, and to walk through its fields for
 * that costs as much as all changes. So small wholes of plain entities (numbers, texts and flags only) are kept, and what
 * is encoded of them as a change goes into their whole as well, while it takes as many bytes as before. Others are good
 * for one tick.
 */
import { ByteArena } from './byte-arena.ts';

/** Where the values of a plain whole were written: of each field the first byte and the one behind; the same for none. */
export interface ValueSpans {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** A cell: whether its whole is right; where in it the arrival and the fields begin and end; two bytes a field; the whole. */
const KEPT = 0;
const ARRIVAL = 1;
const SPLIT = 2;
const END = 3;
const FIELDS = 4;
/** Of a field: where its value begins in the cell, and how long it is. */
const BYTES_A_FIELD = 2;
/** Cells of a collection are of one size, because one is found by its slot; larger wholes are not kept. */
const MIN_CELL = 64;
const MAX_CELL = 256;
/** Room in a cell for wholes larger than the first. */
const HEADROOM = 1.25;

/** Of a whole that is good for one tick: the tick, then where its parts begin and end, under the names above. */
const TICK = 0;
const NUMBERS = 4;

const FIRST_SLOTS = 64;

export class WholeForms {
  /** Cells by slot. */
  readonly #cells = new ByteArena();
  #cellSize = 0;
  #slots = 0;
  /** This tick's others. */
  readonly #others = new ByteArena();
  #spans = new Int32Array(FIRST_SLOTS * NUMBERS);

  /** A tick begins. */
  begin(): void {
    this.#others.clear();
  }

  /** Whether a slot's whole can be taken in `tick`. */
  isValid(slot: number, tick: number): boolean {
    return this.#isKept(slot) || this.#spans[slot * NUMBERS + TICK] === tick;
  }

  #isKept(slot: number): boolean {
    return slot < this.#slots && this.#cells.bytes[slot * this.#cellSize + KEPT] === 1;
  }

  /** What is known of a slot's whole is not true any more. */
  invalidate(slot: number): void {
    if (slot < this.#slots) this.#cells.bytes[slot * this.#cellSize + KEPT] = 0;
    if (slot * NUMBERS < this.#spans.length) this.#spans[slot * NUMBERS + TICK] = 0;
  }

  /** Takes a slot's arrival and, from `split` on, whole from `source`; good for `tick`. */
  set(slot: number, source: ByteArena, split: number, tick: number): void {
    const at = slot * NUMBERS;
    if (at >= this.#spans.length) {
      const spans = new Int32Array(Math.max(at + NUMBERS, this.#spans.length * 2));
      spans.set(this.#spans);
      this.#spans = spans;
    }
    const start = this.#others.length;
    this.#others.append(source, 0, source.length);
    this.#spans[at + TICK] = tick;
    this.#spans[at + ARRIVAL] = start;
    this.#spans[at + SPLIT] = start + split;
    this.#spans[at + END] = start + source.length;
  }

  /** The same of a plain entity of so many fields, to be kept right by `renew` if it is small. Returns whether it is. */
  keep(slot: number, source: ByteArena, split: number, values: ValueSpans, fields: number): boolean {
    const arrival = FIELDS + fields * BYTES_A_FIELD;
    const size = arrival + source.length;
    if (this.#cellSize === 0) this.#cellSize = cellFor(size);
    if (size > this.#cellSize || size >= MAX_CELL) return false;
    if (slot >= this.#slots) this.#grow(slot);
    const { bytes } = this.#cells;
    const cell = slot * this.#cellSize;
    bytes[cell + KEPT] = 1;
    bytes[cell + ARRIVAL] = arrival;
    bytes[cell + SPLIT] = arrival + split;
    bytes[cell + END] = size;
    for (let field = 0; field < fields; field++) {
      const at = cell + FIELDS + field * BYTES_A_FIELD;
      bytes[at] = arrival + values.starts[field]!;
      bytes[at + 1] = values.ends[field]! - values.starts[field]!;
    }
    source.bytes.copy(bytes, cell + arrival, 0, source.length);
    return true;
  }

  /** A field's value was encoded again: it stands in `source` from `start` to its end; nothing if it has none any more. */
  renew(slot: number, field: number, source: ByteArena, start: number): void {
    if (slot >= this.#slots) return;
    const { bytes } = this.#cells;
    const cell = slot * this.#cellSize;
    if (bytes[cell + KEPT] !== 1) return;
    const end = source.length;
    const at = cell + FIELDS + field * BYTES_A_FIELD;
    if (bytes[at + 1] !== end - start) {
      bytes[cell + KEPT] = 0;
      return;
    }
    for (let from = start, to = cell + bytes[at]!; from < end; from++, to++) bytes[to] = source.bytes[from]!;
  }

  /** Append a valid whole, or a part of it. */
  appendArrival(frame: ByteArena, slot: number): void {
    this.#append(frame, slot, ARRIVAL, SPLIT);
  }

  appendFields(frame: ByteArena, slot: number): void {
    this.#append(frame, slot, SPLIT, END);
  }

  appendBoth(frame: ByteArena, slot: number): void {
    this.#append(frame, slot, ARRIVAL, END);
  }

  #append(frame: ByteArena, slot: number, from: number, to: number): void {
    if (this.#isKept(slot)) {
      const { bytes } = this.#cells;
      const cell = slot * this.#cellSize;
      frame.append(this.#cells, cell + bytes[cell + from]!, cell + bytes[cell + to]!);
    } else {
      const at = slot * NUMBERS;
      frame.append(this.#others, this.#spans[at + from]!, this.#spans[at + to]!);
    }
  }

  #grow(slot: number): void {
    this.#slots = Math.max(slot + 1, this.#slots * 2, FIRST_SLOTS);
    const { cursor } = this.#cells;
    const before = cursor.offset;
    const size = this.#slots * this.#cellSize;
    this.#cells.reserve(size - before);
    this.#cells.bytes.fill(0, before, size);
    cursor.offset = size;
  }
}

function cellFor(bytes: number): number {
  return Math.min(Math.max(2 ** Math.ceil(Math.log2(bytes * HEADROOM)), MIN_CELL), MAX_CELL);
}
