/**
 * WebSocket frames (RFC 6455), as far as a thin bot needs them: reading what a server sends, and client frames made once
 * and sent many times. They are masked with zeros, which every server accepts and which leaves the payload as it is; what
 * masking is for, proxies that can be fooled, is not between a load test and its server.
 */

export const Opcode = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Called for each whole message or control frame; `payload` is only lent until the call returns. */
export type FrameSink = (opcode: number, payload: Buffer) => void;

const FINAL = 0x80;
const MASKED = 0x80;
const MASK_BYTES = 4;

/** A whole frame from a client, with `payload` of at most 65,535 bytes. */
export function clientFrame(opcode: number, payload: Uint8Array): Buffer {
  const short = payload.length < 126;
  const header = short ? [payload.length | MASKED] : [126 | MASKED, payload.length >> 8, payload.length & 255];
  const frame = Buffer.alloc(1 + header.length + MASK_BYTES + payload.length);
  frame[0] = FINAL | opcode;
  frame.set(header, 1);
  frame.set(payload, 1 + header.length + MASK_BYTES);
  return frame;
}

/** Takes frames out of a stream of bytes. Usually a read holds whole frames, and nothing is copied. */
export class FrameReader {
  readonly #sink: FrameSink;
  /** The beginning of a frame whose rest has not come yet. */
  #rest: Buffer | undefined;
  /** Parts of a message that came in several frames, and its opcode. */
  #parts: Buffer[] = [];
  #opcode = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** `bytes` is only read until this returns. */
  feed(bytes: Buffer): void {
    const data = this.#rest === undefined ? bytes : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    for (let end = frameEnd(data, at); end <= data.length; end = frameEnd(data, at)) {
      this.#take(data[at]!, data.subarray(payloadStart(data, at), end));
      at = end;
    }
    this.#rest = at < data.length ? Buffer.from(data.subarray(at)) : undefined;
  }

  #take(first: number, payload: Buffer): void {
    const opcode = first & 0x0f;
    if (opcode >= Opcode.close || (opcode !== 0 && this.#parts.length === 0 && (first & FINAL) !== 0)) {
      this.#sink(opcode, payload);
      return;
    }
    if (opcode !== 0) this.#opcode = opcode;
    this.#parts.push(Buffer.from(payload));
    if ((first & FINAL) === 0) return;
    const whole = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#sink(this.#opcode, whole);
  }
}

/** Where the frame that begins at `at` ends; Infinity while its header is not all there. Servers do not mask. */
function frameEnd(data: Buffer, at: number): number {
  if (data.length < at + 2) return Number.POSITIVE_INFINITY;
  const start = payloadStart(data, at);
  if (data.length < start) return Number.POSITIVE_INFINITY;
  const length = data[at + 1]! & 0x7f;
  if (length < 126) return start + length;
  return start + (length === 126 ? data.readUInt16BE(at + 2) : Number(data.readBigUInt64BE(at + 2)));
}

function payloadStart(data: Buffer, at: number): number {
  const length = data[at + 1]! & 0x7f;
  return at + 2 + (length < 126 ? 0 : length === 126 ? 2 : 8);
}
