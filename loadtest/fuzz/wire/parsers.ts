/**
 * The parsers that are reached before anybody is known, as far as they can be called without a network: each with what may
 * come, and what must hold whatever comes.
 */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import fc from 'fast-check';
import * as ws from 'ws';
import { Forwarder } from '../../../src/gateway/forwarder.ts';
import { FORWARDED_HEADER, sign, verify } from '../../../src/gateway/signature.ts';
import { boundedReason } from '../../../src/isolation/close-reason.ts';
import { isReadableInput } from '../../../src/isolation/colyseus-input-frame.ts';
import { noMeter, silentLogger } from '../../../src/kernel/ports.ts';
import { clientFrame } from '../../bots/frames.ts';
import { doorParsers } from './door-parsers.ts';
import { applyEdits, edit, type Parser, quickly, text } from './inputs.ts';
import type { FrameTarget } from './room-frames.ts';
import { SAMPLES } from './samples.ts';

const MAX_REASON_BYTES = 123;
const MAX_PAYLOAD = 4096;
const SIGNING = { key: 'a key of at least sixteen characters', now: 1_800_000_000_000 };
const SIGNED_TARGET = '/p/r';

const byte = fc.integer({ min: 0, max: 255 });
/** Right but for a few changes, or nothing but chance behind a code that exists. */
const frame: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...SAMPLES), fc.array(edit, { maxLength: 5 })).map(applyEdits) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 10, max: 22 }), fc.uint8Array({ maxLength: 40 }))
      .map(([code, rest]) => Buffer.concat([Buffer.of(code), rest])),
  },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 80 }).map((bytes) => Buffer.from(bytes)) },
);

const socketBytes = fc
  .tuple(
    fc.array(fc.tuple(byte, frame), { maxLength: 4 }),
    fc.array(edit, { maxLength: 4 }),
    fc.array(fc.nat(60), { maxLength: 4 }),
  )
  .map(([frames, edits, cuts]) => ({
    bytes: applyEdits([Buffer.concat(frames.map(([opcode, payload]) => socketFrame(opcode, payload))), edits]),
    cuts,
  }));

const word = fc.oneof(
  text,
  fc.tuple(fc.constantFrom('', '1', '1800000000000', '-1', '1e3', '９'), text, text).map((parts) => parts.join('.')),
  fc.tuple(fc.ipV4(), fc.array(edit, { minLength: 1, maxLength: 3 })).map(([address, edits]) => {
    const genuine = Buffer.from(sign({ address, target: SIGNED_TARGET }, SIGNING));
    return applyEdits([genuine, edits]).toString('latin1');
  }),
);
const target = fc.oneof(
  fc.webUrl().map((url) => new URL(url).pathname),
  text.map((path) => `/${path}`),
  fc.tuple(text, text).map(([process, room]) => `/${process}/${room}?sessionId=x`),
  fc.constantFrom(
    SIGNED_TARGET,
    SIGNED_TARGET,
    '//',
    '/:',
    '/a/b',
    '/%00/%00',
    '/..//..',
    '/a/b/c/d',
    '/\\[',
    '/?#',
    `/${'x/'.repeat(200)}`,
  ),
);

/** `target` for frames of a joined client is made by who calls, because it changes the console while it is there. */
export async function parsersOf(room: FrameTarget): Promise<readonly Parser[]> {
  return [
    {
      name: 'frames of a joined client',
      weight: 4,
      property: fc.property(frame, (bytes) => quickly(() => room.take(bytes))),
    },
    {
      name: 'lengths of input frames',
      weight: 2,
      property: fc.property(frame, fc.boolean(), (bytes, both) =>
        quickly(() => {
          const timeline = both ? { snapshot: true, reckon: true } : undefined;
          assert.equal(typeof isReadableInput(bytes, { _timelineMode: () => timeline }), 'boolean');
        }),
      ),
    },
    {
      name: 'WebSocket frames',
      weight: 2,
      property: fc.property(socketBytes, (given) => quickly(() => receive(given))),
    },
    {
      name: 'close reasons',
      weight: 1,
      property: fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (reason) => {
        assert.ok(Buffer.byteLength(boundedReason(reason)) <= MAX_REASON_BYTES);
      }),
    },
    { name: 'words of other processes', weight: 1, property: fc.property(word, target, believe) },
    {
      name: 'targets of upgrades',
      weight: 2,
      property: fc.property(target, word, (path, said) => quickly(() => knock(path, said))),
    },
    ...(await doorParsers()),
  ];
}

function socketFrame(first: number, payload: Buffer): Buffer {
  const made = clientFrame(first & 0x0f, payload);
  made[0] = first;
  return made;
}

interface ReceiverLike extends NodeJS.WritableStream {
  destroy(): void;
}
/** ws exports it; its types do not know. */
const { Receiver } = ws as unknown as { Receiver: new (options: object) => ReceiverLike };

/** Nothing is believed but what was signed, for the target it was signed for. */
function believe(value: string, path: string): void {
  const address = verify(value, path, SIGNING);
  if (address === undefined) return;
  const genuine = sign({ address, target: SIGNED_TARGET }, SIGNING);
  assert.equal(path, SIGNED_TARGET);
  assert.deepEqual(value.split('.', 2), genuine.split('.', 2));
}

/** The reader of a socket, fed in pieces; it may say that a frame is wrong. */
function receive({ bytes, cuts }: { readonly bytes: Buffer; readonly cuts: readonly number[] }): void {
  const receiver = new Receiver({ isServer: true, maxPayload: MAX_PAYLOAD });
  let wrong = false;
  receiver.on('error', () => {
    wrong = true;
  });
  receiver.on('message', (message: Buffer) => assert.ok(message.length <= MAX_PAYLOAD));
  let at = 0;
  for (const cut of [...cuts, bytes.length]) {
    if (!wrong && at < bytes.length) receiver.write(bytes.subarray(at, at + cut));
    at += cut;
  }
  receiver.destroy();
}

/** One socket asks for a room that is played here, or nowhere. It is let through a door once at most. */
function knock(url: string, said: string): void {
  if (!URL.canParse(`ws://server${url}`)) return;
  let doors = 0;
  const door = { accept: () => void doors++, turnAway: () => void doors++ };
  const forwarder = new Forwarder(
    {
      ownerOf: async () => undefined,
      isLocal: () => true,
      addressOf: () => undefined,
      key: () => SIGNING.key,
      now: () => SIGNING.now,
      admit: (_upgrade, door) => door,
      openTunnel: () => {
        throw new Error('nothing is elsewhere');
      },
      logger: silentLogger,
      meter: noMeter,
    },
    { maxForwarded: 1, connectTimeoutMs: 1, idleTimeoutMs: 1 },
  );
  const headers: Record<string, string> = { upgrade: 'websocket', [FORWARDED_HEADER]: said };
  const req = { method: 'GET', url, headers, socket: {} } as unknown as IncomingMessage;
  const socket = Object.assign(new EventEmitter(), { destroyed: false, destroy() {}, end() {} }) as unknown as Duplex;
  forwarder.route({ req, socket, head: Buffer.alloc(0) }, door);
  assert.equal(doors, 1);
  assert.equal(headers[FORWARDED_HEADER], undefined, 'what another process says stays with us');
}
