/**
 * Inputs that ended a process, held it up or filled its log once, here or at stock Colyseus: done to a real server again,
 * by the means of `npm run fuzz -- wire`. What that finds comes here, under a name.
 */
import assert from 'node:assert/strict';
import { clientFrame, Opcode } from '../../loadtest/bots/frames.ts';
import { AbuseServer } from '../../loadtest/chaos/abuse-server.ts';
import { messageFrame, packText, requestFrame } from '../../loadtest/chaos/abuse-wire.ts';
import { doCase } from '../../loadtest/fuzz/wire/doer.ts';
import { LIMITS, Sentinel } from '../../loadtest/fuzz/wire/sentinel.ts';
import type { WireCase } from '../../loadtest/fuzz/wire/wire-case.ts';

const WAIT_MS = 5000;

interface Named {
  readonly writes: readonly (string | Buffer)[];
  readonly room?: string;
  readonly opened?: WireCase['opened'];
}

const binary = (...bytes: number[]): Buffer => clientFrame(Opcode.binary, Uint8Array.from(bytes));
const request = (...lines: string[]): string => `${lines.join('\r\n')}\r\n\r\n`;
const upgrade = (target: string): string =>
  request(
    `GET ${target} HTTP/1.1`,
    'Host: x',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  );
/** A request of a type whose bytes are no UTF-8: the decoder tells the console about each. */
const notUtf8 = [21, 1, 0xa6, 145, 145, 145, 145, 145, 145];

const CASES: Readonly<Record<string, Named>> = {
  'a type nobody registered, too long for a close reason': { room: 'pen', writes: [messageFrame('x'.repeat(87))] },
  'an input ring whose length leads back to itself': { room: 'arena', writes: [binary(20, 1, 255)] },
  'an input ring with four billion stamps': { room: 'arena', writes: [binary(148, 206, 0, 0, 0, 255, 0, 0, 0, 0, 1)] },
  'names that are no UTF-8': { room: 'pen', writes: [binary(...notUtf8)] },
  'a message of a gigabyte, it says': {
    room: 'pen',
    writes: [Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4])],
  },
  'msgpack that says it holds four billion entries': {
    room: 'pen',
    writes: [messageFrame('note', Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff]))],
  },
  'a request of a type that every object has': { room: 'pen', writes: [requestFrame(1, '__proto__', packText('x'))] },
  'a close code that may not be sent': { room: 'pen', writes: [clientFrame(Opcode.close, Uint8Array.of(3, 237))] },
  'a control frame in fragments': { room: 'pen', writes: [Buffer.from([0x09, 0x80, 0, 0, 0, 0])] },
  TRACE: { writes: [request('TRACE / HTTP/1.1', 'Host: x')] },
  'a host that is no host': { writes: [request('GET / HTTP/1.1', 'Host: [')] },
  'an upgrade for a port that cannot be': { writes: [upgrade('*:99999')] },
  'a target that is an address of nothing': { writes: [request('GET http://[ HTTP/1.1', 'Host: x')] },
  'a body that says it is longer than it is': {
    writes: [request('POST /matchmake/joinOrCreate/pen HTTP/1.1', 'Host: x', 'Content-Length: 99999'), '{'],
  },
};

describe('wire cases', () => {
  let server: AbuseServer;
  let sentinel: Sentinel;
  before(async () => {
    server = await AbuseServer.start('hypogeum');
    sentinel = await Sentinel.post(server, { ...LIMITS, waitMs: WAIT_MS });
  });
  after(async () => {
    sentinel.stop();
    await server[Symbol.asyncDispose]();
  });

  let number = 0;
  for (const [name, { writes, room, opened = room === undefined ? undefined : 'joined' }] of Object.entries(CASES)) {
    it(name, async () => {
      const from = `127.9.9.${++number}`;
      const one: WireCase = { kind: name, from, room, opened, writes: writes.map((text) => text.toString('latin1')) };
      const came = await doCase(server.port, one);
      assert.notEqual(came, 'not possible');
      assert.equal(server.ended, undefined);
      assert.ok(await server.answers(), 'it answers');
      assert.equal(sentinel.broken, undefined);
    });
  }

  it('a thousand complaints of a decoder are a line of log', async () => {
    const before = server.log.bytes;
    const flood = Buffer.concat(Array.from({ length: 50 }, () => binary(...notUtf8)));
    for (let i = 0; i < 20; i++) {
      const from = `127.9.8.${i + 1}`;
      await doCase(server.port, {
        kind: 'flood',
        from,
        room: 'pen',
        opened: 'joined',
        writes: [flood.toString('latin1')],
      });
    }
    assert.ok(server.log.bytes - before < 10_000, `${server.log.bytes - before} bytes:\n${server.output.slice(-1000)}`);
    assert.equal(sentinel.broken, undefined);
  });
});
