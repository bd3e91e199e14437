/**
 * WebSocket frames as a server writes them (RFC 6455, 5.2): whole messages, never masked. So one framed message serves
 * every receiver, and a frame with a ping behind it is one buffer. Pure: bytes in, bytes out.
 */

const BINARY = 0x82;
const PING = 0x89;
const LENGTH_IN_16_BITS = 126;
const LENGTH_IN_64_BITS = 127;

/** Colyseus's protocol bytes (Protocol in @colyseus/shared-types 0.18): what a message begins with. */
const ROOM_STATE = 14;
export const ROOM_STATE_PATCH = 15;
const CODE = 0x1f;
const TIMED = 0x80;
const TIMED_PREFIX_BYTES = 8;

export const NONCE_BYTES = 8;
/** A ping that carries a nonce. */
export const PING_BYTES = 2 + NONCE_BYTES;

declare const FRAMED: unique symbol;
/** One whole binary message as it goes out. Several receivers may share it, so it is never written to again. */
export type Framed = Buffer & { readonly [FRAMED]: true };

export function headerBytes(length: number): number {
  if (length < LENGTH_IN_16_BITS) return 2;
  return length < 65_536 ? 4 : 10;
}

/** Writes the header of a binary message of `length` bytes to `target` at `at`; returns where the message goes. */
export function writeHeader(target: Buffer, length: number, at = 0): number {
  target[at] = BINARY;
  if (length < LENGTH_IN_16_BITS) {
    target[at + 1] = length;
    return at + 2;
  }
  if (length < 65_536) {
    target[at + 1] = LENGTH_IN_16_BITS;
    target.writeUInt16BE(length, at + 2);
    return at + 4;
  }
  target[at + 1] = LENGTH_IN_64_BITS;
  target.writeUInt32BE(Math.floor(length / 2 ** 32), at + 2);
  target.writeUInt32BE(length >>> 0, at + 6);
  return at + 10;
}

/** A copy of `message`, framed. */
export function frame(message: Uint8Array): Framed {
  return fill(Buffer.allocUnsafe(headerBytes(message.length) + message.length), message);
}

/** A copy of the first `length` bytes, framed. */
export function frameFirst(bytes: Buffer, length: number): Framed {
  const target = Buffer.allocUnsafe(headerBytes(length) + length);
  bytes.copy(target, writeHeader(target, length), 0, length);
  return target as Framed;
}

/** For messages written where they go out from: room for a header in front of each. */
export const IN_PLACE = {
  room: headerBytes(Number.POSITIVE_INFINITY),
  /** The message that stands in `bytes` from `start` to `end`, framed. */
  wrap(bytes: Buffer, start: number, end: number): Framed {
    const first = start - headerBytes(end - start);
    writeHeader(bytes, end - start, first);
    return bytes.subarray(first, end) as Framed;
  },
};

/** As `frame`, in memory of its own: for what may wait long, or is shared by many. */
export function frameApart(message: Uint8Array): Framed {
  return fill(Buffer.allocUnsafeSlow(headerBytes(message.length) + message.length), message);
}

function fill(target: Buffer, message: Uint8Array): Framed {
  target.set(message, writeHeader(target, message.length));
  return target as Framed;
}

/**
 * A state message for a client that is told the time: `[code | TIMED][uint32 time][uint32 input][rest]`, little-endian,
 * framed. `message` is `[code][rest]`; `timeMs` counts from the room's start, `inputSeq` is the last input used.
 */
export function frameTimed(message: Uint8Array, timeMs: number, inputSeq: number): Framed {
  const length = message.length + TIMED_PREFIX_BYTES;
  const framed = Buffer.allocUnsafe(headerBytes(length) + length);
  const at = writeHeader(framed, length);
  framed.set(message, at + TIMED_PREFIX_BYTES);
  framed[at] = message[0]! | TIMED;
  framed.writeUInt32LE(timeMs >>> 0, at + 1);
  framed.writeUInt32LE(inputSeq >>> 0, at + 5);
  return framed as Framed;
}

/** The message in a frame. */
export function messageOf(framed: Framed): Buffer {
  const length = framed[1]!;
  if (length < LENGTH_IN_16_BITS) return framed.subarray(2);
  return framed.subarray(length === LENGTH_IN_16_BITS ? 4 : 10);
}

/** Writes a ping at `at`, all but its nonce; returns where that goes. */
export function writePing(target: Buffer, at: number): number {
  target[at] = PING;
  target[at + 1] = NONCE_BYTES;
  return at + 2;
}

/** Whether a message carries state: whole, or what changed. Others are handshakes and messages of the game. */
export function isState(message: Uint8Array): boolean {
  const code = message[0]! & CODE;
  return code === ROOM_STATE || code === ROOM_STATE_PATCH;
}

export function isWholeState(message: Uint8Array): boolean {
  return (message[0]! & CODE) === ROOM_STATE;
}
