/**
 * A growing run of bytes, written from the front and forgotten as a whole. What is written is remembered by offsets:
 * the memory behind them moves when it grows.
 */

/** As @colyseus/schema's encoders want it: they write at `offset` and move it. */
export interface Cursor {
  offset: number;
}

/** The encoders do not look where the memory ends; each may write this much before somebody looks. */
const MARGIN = 1024;
const FIRST_SIZE = 16 * 1024;
/** Up to this many bytes a loop over words is faster than a call. */
const LOOP_LIMIT = 96;
const WORD = 4;
/** Up to this many bytes of foreign memory a loop over bytes is. */
const BYTE_LOOP_LIMIT = 48;
/** Memory that frames are cut from. */
const SLAB_SIZE = 64 * 1024;
/** Spare bytes at the end of the memory, for copies that go on to the end of a few words. */
const SPARE = 16;

/**
 * Copies whole words, so that up to three bytes too many are read and written: what is written next goes over them, and
 * arenas end with a spare word. For ranges of tens of bytes this is several times faster than a call of the engine.
 */
export function copyWords(from: DataView, start: number, end: number, to: DataView, at: number): void {
  for (let read = start, write = at; read < end; read += WORD, write += WORD) {
    to.setUint32(write, from.getUint32(read, true), true);
  }
}

export class ByteArena {
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_SIZE);
  view = new DataView(this.bytes.buffer);
  readonly cursor: Cursor = { offset: 0 };
  /** Where what counts begins: behind what was cut off, and behind the room in front of it. */
  #start = 0;
  /** What is before was cut off. */
  #cut = 0;
  #isSlab = false;

  get length(): number {
    return this.cursor.offset - this.#start;
  }

  clear(): void {
    this.cursor.offset = 0;
  }

  /**
   * Begins anew behind what was written, which is not written to again: for buffers that are handed out where they stand,
   * instead of copies of them. The memory goes when the last of them does. `room` bytes are left free in front.
   */
  begin(room: number): void {
    this.#isSlab = true;
    this.#cut = this.cursor.offset;
    this.reserve(room);
    this.cursor.offset += room;
    this.#start = this.cursor.offset;
  }

  /** Hands out what was written since `begin`: `wrap` is told where it begins and ends. */
  cutOff(wrap: (bytes: Buffer, start: number, end: number) => Buffer): Buffer {
    return wrap(this.bytes, this.#start, this.cursor.offset);
  }

  /** What was written since `begin` is not handed out. */
  drop(): void {
    this.cursor.offset = this.#cut;
  }

  /** Makes room for so many bytes. Writes of unknown length go through `write`. */
  reserve(more: number): void {
    const { cursor, bytes } = this;
    if (cursor.offset + more + SPARE <= bytes.length) return;
    const kept = cursor.offset - this.#cut;
    const least = this.#isSlab ? SLAB_SIZE : bytes.length * 2;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * kept + more + SPARE, least));
    bytes.copy(larger, 0, this.#cut, cursor.offset);
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
    cursor.offset = kept;
    this.#start -= this.#cut;
    this.#cut = 0;
  }

  /**
   * Runs `encode`, which writes to `bytes` at `cursor`, again with more memory whenever it wrote past the end (typed
   * arrays ignore such writes). It must write the same each time. Returns where its bytes begin.
   */
  write<T>(encode: (arena: ByteArena, what: T) => void, what: T): number {
    this.reserve(MARGIN);
    for (;;) {
      const start = this.cursor.offset;
      encode(this, what);
      const end = this.cursor.offset;
      if (end + SPARE <= this.bytes.length) return start;
      this.cursor.offset = start;
      this.reserve(2 * (end - start));
    }
  }

  /** Appends bytes of another arena. */
  append(source: ByteArena, start: number, end: number): void {
    const length = end - start;
    const { cursor } = this;
    if (length > LOOP_LIMIT) {
      this.reserve(length);
      source.bytes.copy(this.bytes, cursor.offset, start, end);
    } else {
      this.reserve((length + WORD - 1) & -WORD);
      copyWords(source.view, start, end, this.view, cursor.offset);
    }
    cursor.offset += length;
  }

  /** Makes room for so many ranges of at most so many bytes, copied in whole words. */
  reserveRanges(ranges: number, longest: number): void {
    this.reserve(ranges * (longest + WORD));
  }

  appendAll(source: Uint8Array): void {
    const { length } = source;
    const { cursor } = this;
    this.reserve(length);
    const { bytes } = this;
    const { offset } = cursor;
    if (length > BYTE_LOOP_LIMIT) bytes.set(source, offset);
    else for (let i = 0; i < length; i++) bytes[offset + i] = source[i]!;
    cursor.offset = offset + length;
  }
}
