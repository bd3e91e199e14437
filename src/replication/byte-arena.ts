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

  get length(): number {
    return this.cursor.offset;
  }

  clear(): void {
    this.cursor.offset = 0;
  }

  /** Makes room for so many bytes. Writes of unknown length go through `write`. */
  reserve(more: number): void {
    const needed = this.cursor.offset + more + SPARE;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(larger, 0, 0, Math.min(this.cursor.offset, this.bytes.length));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }

  /**
   * Runs `encode`, which writes to `bytes` at `cursor`, again with more memory whenever it wrote past the end (typed
   * arrays ignore such writes). It must write the same each time. Returns where its bytes begin.
   */
  write<T>(encode: (arena: ByteArena, what: T) => void, what: T): number {
    const start = this.cursor.offset;
    this.reserve(MARGIN);
    for (;;) {
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
    const { offset } = cursor;
    const padded = (length + WORD - 1) & -WORD;
    if (length > LOOP_LIMIT) {
      this.reserve(length);
      source.bytes.copy(this.bytes, offset, start, end);
    } else {
      this.reserve(padded);
      copyWords(source.view, start, end, this.view, offset);
    }
    cursor.offset = offset + length;
  }

  /** Makes room for `ranges` ranges of `source`, each of its bytes at most once, copied in whole words. */
  reserveFor(source: ByteArena, ranges: number): void {
    this.reserve(source.length + ranges * WORD);
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
