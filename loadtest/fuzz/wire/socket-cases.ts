/** Upgrades that are nearly right, and what is written on sockets that were opened: frames of WebSocket and of Colyseus. Seeded. */
import type { Random } from '../../../src/kernel/random.ts';
import { mutatedFrame, randomBytes } from '../../chaos/abuse-mutate.ts';
import { extraHeader, lineOf } from './http-cases.ts';
import { SAMPLES } from './samples.ts';
import type { CaseBody } from './wire-case.ts';
import { garbled, mostly, pieces, word } from './words.ts';

const ROOMS = ['arena', 'pen', 'game-pen'];
const TARGET = '/{processId}/{roomId}?sessionId={sessionId}';
const QUERIES = ['', '&skipHandshake=1', '&reconnectionToken=', '&_authToken=', '&sessionId=again', '&%00=%', '#x'];
const EXTENSIONS = [
  'permessage-deflate',
  'permessage-deflate; server_max_window_bits=99',
  'permessage-deflate; client_max_window_bits; client_max_window_bits',
  ';;;',
  'x'.repeat(500),
];
const MOST_FRAMES = 40;

export function socketCase(random: Random): CaseBody {
  const room = random.pick(ROOMS);
  if (random.int(3) === 0) return { kind: 'upgrade', room, writes: pieces(upgradeOf(random), random) };
  const opened = random.int(4) === 0 ? 'joining' : 'joined';
  const frames = Array.from({ length: 1 + random.int(MOST_FRAMES) }, () => frameOf(random));
  return { kind: `frames, ${opened}`, room, opened, writes: frames.flatMap((bytes) => pieces(bytes, random)) };
}

function upgradeOf(random: Random): string {
  const target = garbled(TARGET, random) + random.pick(QUERIES) + (random.int(3) === 0 ? word(random) : '');
  const line = random.int(10) === 0 ? lineOf(random) : `GET ${mostly(random, target)} HTTP/1.1`;
  const headers = [
    `Host: ${mostly(random, 'localhost')}`,
    `Connection: ${mostly(random, 'Upgrade')}`,
    `Upgrade: ${mostly(random, 'websocket')}`,
    `Sec-WebSocket-Version: ${mostly(random, '13')}`,
    `Sec-WebSocket-Key: ${mostly(random, 'dGhlIHNhbXBsZSBub25jZQ==')}`,
  ];
  if (random.int(3) === 0) headers.push(`Sec-WebSocket-Extensions: ${mostly(random, random.pick(EXTENSIONS))}`);
  if (random.int(4) === 0) headers.push(`Sec-WebSocket-Protocol: ${word(random)}, ${word(random)}`);
  for (let more = random.int(4); more > 0; more--) headers.push(extraHeader(random));
  const behind = random.int(4) === 0 ? frameOf(random) : '';
  return `${garbled([line, ...headers].join('\r\n'), random)}\r\n\r\n${behind}`;
}

/** Mostly a whole, masked, binary frame around a nearly right message; sometimes wrong in its own head. */
function frameOf(random: Random): string {
  const payload = mutatedFrame(SAMPLES, random);
  const right = random.int(3) > 0;
  const first = right
    ? 0x82
    : random.pick([0x02, 0x80, 0x81, 0x83, 0x88, 0x89, 0x8a, 0x00, 0xc2, 0x09, 0x8f, random.int(256)]);
  const said =
    right || random.int(2) === 0 ? payload.length : random.pick([0, 1, 125, 126, 65_535, 65_536, 2 ** 31, 2 ** 53]);
  const masked = right || random.int(3) > 0;
  const mask = masked ? randomBytes(random, 4) : Buffer.alloc(0);
  const body = masked ? Buffer.from(payload.map((byte, i) => byte ^ mask[i & 3]!)) : payload;
  return Buffer.concat([Buffer.of(first), lengthOf(said, masked, random), mask, body]).toString('latin1');
}

function lengthOf(length: number, masked: boolean, random: Random): Buffer {
  const bit = masked ? 0x80 : 0;
  const wide = length > 65_535 || random.int(20) === 0;
  if (!wide && length < 126) return Buffer.of(bit | length);
  const bytes = Buffer.alloc(wide ? 9 : 3);
  bytes[0] = bit | (wide ? 127 : 126);
  if (wide) bytes.writeBigUInt64BE(BigInt(length), 1);
  else bytes.writeUInt16BE(length, 1);
  return bytes;
}
