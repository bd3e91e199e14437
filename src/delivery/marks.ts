/**
 * How many bytes are on their way to a client, known from what it acknowledges. A mark is a ping whose payload cannot be
 * guessed, sent behind other bytes; a WebSocket answers a ping when it has read that far, so the answer acknowledges all
 * that went before it. A client that answers without reading does not know the payload. Pure: time and nonces come in.
 */
import { NONCE_BYTES } from './frames.ts';

/** Unpredictable bytes. */
export interface Nonces {
  /** Writes NONCE_BYTES of them at `at`. */
  write(target: Buffer, at: number): void;
}

/** Marks that may be open at a time. */
export const MAX_OPEN_MARKS = 16;

export class Marks {
  readonly #nonces: Nonces;
  #sent = 0;
  #acknowledged = 0;
  #marked = 0;
  #markedAtMs = Number.NEGATIVE_INFINITY;
  #answeredAtMs = Number.NEGATIVE_INFINITY;
  /** Open marks, a ring: the halves of their nonces, how many bytes had been sent with each, and when. */
  #oldest = 0;
  #open = 0;
  readonly #low: number[] = new Array(MAX_OPEN_MARKS).fill(0);
  readonly #high: number[] = new Array(MAX_OPEN_MARKS).fill(0);
  readonly #upTo: number[] = new Array(MAX_OPEN_MARKS).fill(0);
  readonly #at: number[] = new Array(MAX_OPEN_MARKS).fill(0);

  constructor(nonces: Nonces) {
    this.#nonces = nonces;
  }

  /** Bytes sent and not known to have been read. */
  get underWay(): number {
    return this.#sent - this.#acknowledged;
  }

  /** Bytes sent since the newest mark. */
  get unmarked(): number {
    return this.#sent - this.#marked;
  }

  get open(): number {
    return this.#open;
  }

  /** When the newest mark was placed, in the caller's milliseconds. */
  get markedAtMs(): number {
    return this.#markedAtMs;
  }

  /** Since when an answer is owed; undefined when none is. */
  get owedSinceMs(): number | undefined {
    return this.#open === 0 ? undefined : Math.max(this.#at[this.#oldest]!, this.#answeredAtMs);
  }

  sent(bytes: number): void {
    this.#sent += bytes;
  }

  /** Opens a mark behind all that was sent: its nonce goes to `target`. With none left, the newest gives way. */
  place(target: Buffer, at: number, nowMs: number): void {
    this.#nonces.write(target, at);
    if (this.#open < MAX_OPEN_MARKS) this.#open++;
    const slot = (this.#oldest + this.#open - 1) % MAX_OPEN_MARKS;
    this.#low[slot] = target.readUInt32LE(at);
    this.#high[slot] = target.readUInt32LE(at + 4);
    this.#upTo[slot] = this.#marked = this.#sent;
    this.#at[slot] = this.#markedAtMs = nowMs;
  }

  /** The payload of an answer; returns how long its mark was open in ms, or undefined if it answers none of ours. */
  acknowledge(payload: Uint8Array, nowMs: number): number | undefined {
    if (payload.length !== NONCE_BYTES) return undefined;
    const view = Buffer.from(payload.buffer, payload.byteOffset, NONCE_BYTES);
    const low = view.readUInt32LE(0);
    const high = view.readUInt32LE(4);
    for (let i = 0; i < this.#open; i++) {
      const slot = (this.#oldest + i) % MAX_OPEN_MARKS;
      if (this.#low[slot] !== low || this.#high[slot] !== high) continue;
      this.#acknowledged = this.#upTo[slot]!;
      this.#answeredAtMs = nowMs;
      this.#oldest = (slot + 1) % MAX_OPEN_MARKS;
      this.#open -= i + 1;
      return nowMs - this.#at[slot]!;
    }
    return undefined;
  }
}
