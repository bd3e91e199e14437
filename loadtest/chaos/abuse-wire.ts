/** Frames of Colyseus 0.18 as its SDK writes them, made once and sent many times. */
import { encode } from '@colyseus/schema';
import { Protocol } from '@colyseus/sdk';
import { clientFrame, Opcode } from '../bots/frames.ts';

/** A type's name, or a number, and its prefix. */
const MOST_TYPE_BYTES = 65_536 + 9;

/** The payload of a WebSocket message: `[code] [request id] type body`. */
export function roomMessage(
  code: number,
  type: string | number,
  body: Uint8Array = NOTHING,
  requestId?: number,
): Buffer {
  const head = Buffer.alloc(MOST_TYPE_BYTES);
  const at = { offset: 1 };
  head[0] = code;
  if (requestId !== undefined) encode.number(head, requestId, at);
  if (typeof type === 'string') encode.string(head, type, at);
  else encode.number(head, type, at);
  return Buffer.concat([head.subarray(0, at.offset), body]);
}

const NOTHING = new Uint8Array(0);

/** A text as msgpack writes it, of less than 65,536 bytes. */
export function packText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([0xda, bytes.length >> 8, bytes.length & 255]), bytes]);
}

export function messageFrame(type: string | number, body?: Uint8Array): Buffer {
  return clientFrame(Opcode.binary, roomMessage(Protocol.ROOM_DATA, type, body));
}

export function requestFrame(id: number, type: string | number, body?: Uint8Array): Buffer {
  return clientFrame(Opcode.binary, roomMessage(Protocol.ROOM_REQUEST, type, body, id));
}

/** Of a WebSocket payload that is any bytes at all. */
export function rawFrame(payload: Uint8Array): Buffer {
  return clientFrame(Opcode.binary, payload);
}

/** So many of a frame in a row: one write instead of thousands. */
export function batch(frame: Buffer, count: number): Buffer {
  const all = Buffer.allocUnsafe(frame.length * count);
  for (let i = 0; i < count; i++) all.set(frame, i * frame.length);
  return all;
}
