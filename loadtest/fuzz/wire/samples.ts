/** Frames of Colyseus's protocol that are right, of every kind a client sends: where generators of wrong ones begin. */
import { InputEncoder } from '@colyseus/schema/input';
import { Protocol } from '@colyseus/sdk';
import { ArenaInput } from '../../../rooms/arena/state.ts';
import { packText, roomMessage } from '../../chaos/abuse-wire.ts';

const { ROOM_DATA, ROOM_REQUEST, ROOM_DATA_BYTES, ROOM_INPUT_RELIABLE, ROOM_INPUT_UNRELIABLE } = Protocol;
const TIMED = 0x80;

/** What msgpack can say, and what it can say wrongly: lengths of gigabytes, depth, extensions, keys of prototypes. */
const BODIES: readonly Buffer[] = [
  [0xc0],
  [0xc1],
  [0x93, 1, 2, 3],
  [0x81, 0xa1, 0x61, 0x01],
  [0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0],
  [0xdd, 0xff, 0xff, 0xff, 0xff],
  [0xdf, 0xff, 0xff, 0xff, 0xff],
  [0xdb, 0x7f, 0xff, 0xff, 0xff],
  [0xc6, 0xff, 0xff, 0xff, 0xff, 1],
  [0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 0x01],
  [0xd6, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0xc7, 0xff, 0x65, 1],
  [0xd4, 0x69, 0x00],
  [0x81, 0xa9, ...Buffer.from('__proto__'), 0x81, 0xa1, 0x61, 1],
  Array.from({ length: 1000 }, () => 0x91),
  Array.from({ length: 900 }, (_, i) => [0x81, 0xa1, 0x61][i % 3]!),
].map((bytes) => Buffer.from(bytes));

export const SAMPLES: readonly Buffer[] = [
  Buffer.of(Protocol.JOIN_ROOM),
  Buffer.of(Protocol.PING),
  Buffer.of(Protocol.LEAVE_ROOM),
  ...['note', 'echo', 'rename', 'toString', '__proto__', '*', 'x'.repeat(87), 'x'.repeat(300)].flatMap((type) => [
    roomMessage(ROOM_DATA, type, packText('a text')),
    roomMessage(ROOM_REQUEST, type, packText('a text'), 1),
  ]),
  ...BODIES.flatMap((body) => [roomMessage(ROOM_DATA, 'note', body), roomMessage(ROOM_REQUEST, 'echo', body, 2 ** 31)]),
  roomMessage(ROOM_DATA, 7, packText('a text')),
  roomMessage(ROOM_REQUEST, -1, packText('a text'), 0.5),
  roomMessage(ROOM_DATA_BYTES, 'bytes', Buffer.alloc(40, 7)),
  ...inputs(),
  ...[0, 1, 11, 14, 15, 16, 22, 31, 255].map((code) => Buffer.of(code, 1, 2, 3)),
];

function inputs(): Buffer[] {
  const input = new ArenaInput().assign({ moveX: 127, moveY: -1, aim: 1.5, buttons: 3 });
  const reliable = new InputEncoder(input).encode();
  const encoder = new InputEncoder(input, { mode: 'unreliable', historySize: 4 });
  encoder.encode();
  input.moveX = 5;
  const ring = encoder.encode();
  return [
    Buffer.concat([Buffer.of(ROOM_INPUT_RELIABLE), reliable]),
    Buffer.concat([Buffer.of(ROOM_INPUT_RELIABLE | TIMED, 33), reliable]),
    Buffer.concat([Buffer.of(ROOM_INPUT_UNRELIABLE), ring]),
    Buffer.concat([Buffer.of(ROOM_INPUT_UNRELIABLE | TIMED, 2, 1, 0, 0, 0, 33), ring]),
    Buffer.of(ROOM_INPUT_UNRELIABLE, 1, 255),
  ];
}
