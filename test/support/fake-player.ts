/**
 * The far end of a Line in a unit test: keeps what was written, reads it as fast as the test says, and answers the pings
 * it has read, as a WebSocket does. Time is the test's.
 */
import type { Wire } from '../../src/delivery/line.ts';
import type { Nonces } from '../../src/delivery/marks.ts';
import type { Done } from '../../src/delivery/message-queue.ts';

export interface Frame {
  readonly ping: boolean;
  readonly body: Buffer;
}

export class FakePlayer implements Wire {
  /** Everything written, in order. */
  readonly frames: Frame[] = [];
  closed: { readonly code: number; readonly reason: string } | undefined;
  writes = 0;
  #read = 0;

  write(frames: Buffer, done?: Done): void {
    if (this.closed) throw new Error('written to after the close');
    this.writes++;
    this.frames.push(...parseFrames(frames));
    done?.();
  }

  writeBoth(first: Buffer, second: Buffer, done?: Done): void {
    this.write(first);
    this.write(second, done);
  }

  close(code: number, reason: string): void {
    if (this.closed) throw new Error('closed twice');
    this.closed = { code, reason };
  }

  /** Messages written, pings left out. */
  get messages(): Buffer[] {
    return this.frames.filter(({ ping }) => !ping).map(({ body }) => body);
  }

  /** Bytes written and not read. */
  get unreadBytes(): number {
    return this.frames.slice(this.#read).reduce((sum, { body }) => sum + headerBytes(body.length) + body.length, 0);
  }

  /** Reads up to `count` more frames; returns the answers to the pings among them. */
  read(count = Number.POSITIVE_INFINITY): Buffer[] {
    const from = this.#read;
    this.#read = Math.min(this.frames.length, from + count);
    return this.frames
      .slice(from, this.#read)
      .filter(({ ping }) => ping)
      .map(({ body }) => body);
  }
}

/** Nonces that count: predictable, as a test needs them. */
export function countingNonces(): Nonces {
  let next = 0;
  return { write: (target, at) => void target.writeBigUInt64LE(BigInt(++next), at) };
}

function headerBytes(length: number): number {
  if (length < 126) return 2;
  return length < 65_536 ? 4 : 10;
}

/** Unmasked frames, by the letter of RFC 6455. @throws on anything but whole binary messages and pings. */
export function parseFrames(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  let at = 0;
  while (at < bytes.length) {
    const [first, second] = [bytes[at]!, bytes[at + 1]!];
    if (first !== 0x82 && first !== 0x89) throw new Error(`a frame that begins with ${first}`);
    const length =
      second < 126 ? second : second === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    at += headerBytes(length);
    if (second >= 128 || at + length > bytes.length) throw new Error('a frame that is cut or masked');
    frames.push({ ping: first === 0x89, body: bytes.subarray(at, at + length) });
    at += length;
  }
  return frames;
}
