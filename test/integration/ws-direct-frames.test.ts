/** Reading frames where they arrive makes no difference to what ws hears: the same bytes are sent to both. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { WebSocket, WebSocketServer } from 'ws';
import '../support/properties.ts';
import { SharedReads } from '../../src/isolation/node-shared-read.ts';
import { readDirectly } from '../../src/isolation/ws-direct-frames.ts';
import { until } from '../support/until.ts';

const MAX_PAYLOAD = 400;
const MASK = Buffer.of(0x5a, 0x01, 0xff, 0x80);

const [BINARY, TEXT, MORE, CLOSE, PING, PONG] = [2, 1, 0, 8, 9, 10];

/** A server that writes down what its sockets tell. */
class Listener {
  readonly #http: Server = createServer();
  readonly sockets: WebSocket[] = [];
  /** Of the newest socket. */
  events: unknown[] = [];

  constructor(reads?: SharedReads) {
    const server = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD });
    this.#http.on('upgrade', (req, socket, head) =>
      server.handleUpgrade(req, socket, head, (ws) => {
        if (reads !== undefined) readDirectly(ws, socket, reads);
        this.#note(ws);
      }),
    );
  }

  #note(socket: WebSocket): void {
    this.sockets.push(socket);
    const events: unknown[] = [];
    this.events = events;
    const note = (...event: unknown[]): void => void events.push(event);
    socket.on('message', (data: Buffer, isBinary) => note('message', data.toString('hex'), isBinary));
    for (const name of ['ping', 'pong'] as const) socket.on(name, (data) => note(name, data.toString('hex')));
    socket.on('error', (error: NodeJS.ErrnoException) => note('error', error.code));
    socket.on('close', (code, reason) => note('close', code, reason.toString()));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  /** Sends the chunks after a handshake, ends, and answers with all that was heard on both sides. */
  async hear(chunks: readonly Buffer[]): Promise<{ events: unknown[]; answer: string }> {
    const client = await open(this.port, chunks[0]!);
    const answer: Buffer[] = [];
    client.on('data', (bytes: Buffer) => void answer.push(bytes));
    for (const chunk of chunks.slice(1)) {
      if (client.writable) client.write(chunk);
      await new Promise(setImmediate);
    }
    client.end();
    const socket = this.sockets.at(-1)!;
    if (socket.readyState !== WebSocket.CLOSED) await new Promise((resolve) => socket.on('close', resolve));
    client.destroy();
    return { events: this.events, answer: Buffer.concat(answer).toString('hex') };
  }

  close(): void {
    for (const socket of this.sockets) socket.terminate();
    this.#http.close();
    this.#http.closeAllConnections();
  }
}

/** `first` is sent with the request, as a client may that does not wait for the answer. */
async function open(port: number, first: Buffer): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  const head = [
    'GET / HTTP/1.1',
    'Host: a',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ];
  socket.setNoDelay();
  socket.write(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), first]));
  let answer = '';
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('data', function hear(chunk) {
      answer += chunk.toString('latin1');
      const end = answer.indexOf('\r\n\r\n');
      if (end < 0) return;
      socket.off('data', hear);
      socket.off('error', reject);
      socket.on('error', () => {});
      socket.unshift(Buffer.from(answer.slice(end + 4), 'latin1'));
      resolve();
    });
  });
  return socket;
}

/** As a client sends it, or wrong in one of the ways there are. */
function frame(opcode: number, payload: Buffer, { fin = true, masked = true, reserved = 0, mask = MASK } = {}): Buffer {
  const length = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 255];
  length[0]! |= masked ? 0x80 : 0;
  const body = masked ? payload.map((byte, i) => byte ^ mask[i & 3]!) : payload;
  return Buffer.concat([Buffer.of((fin ? 0x80 : 0) | reserved | opcode, ...length), masked ? mask : Buffer.of(), body]);
}

const bytes = (maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const mask = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((array) => Buffer.from(array));
const good = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(bytes(125), mask).map(([payload, key]) => frame(BINARY, payload, { mask: key })) },
  { weight: 2, arbitrary: bytes(20).map((payload) => frame(PONG, payload)) },
  { weight: 2, arbitrary: bytes(20).map((payload) => frame(PING, payload)) },
  { weight: 2, arbitrary: bytes(300).map((payload) => frame(BINARY, payload)) },
  { weight: 1, arbitrary: fc.string().map((text) => frame(TEXT, Buffer.from(text))) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(bytes(50), bytes(20), bytes(50))
      .map(([a, ping, b]) => Buffer.concat([frame(BINARY, a, { fin: false }), frame(PING, ping), frame(MORE, b)])),
  },
);
const bad = fc.oneof(
  bytes(20).map((payload) => frame(BINARY, payload, { masked: false })),
  bytes(20).map((payload) => frame(BINARY, payload, { reserved: 0x40 })),
  bytes(20).map((payload) => frame(MORE, payload)),
  bytes(20).map((payload) => Buffer.concat([frame(BINARY, payload, { fin: false }), frame(BINARY, payload)])),
  bytes(20).map((payload) => frame(PONG, payload, { fin: false })),
  fc.constant(frame(BINARY, Buffer.alloc(MAX_PAYLOAD + 1))),
  fc.constant(frame(TEXT, Buffer.of(0xff, 0xff))),
  fc.constant(frame(CLOSE, Buffer.of(0x03, 0xe8))),
  fc.constant(frame(CLOSE, Buffer.of())),
  bytes(40),
);
/** Frames in order; where something wrong is among them, it is near the end. */
const stream = fc
  .tuple(fc.array(good, { maxLength: 12 }), fc.array(bad, { maxLength: 1 }), fc.array(good, { maxLength: 3 }))
  .map((parts) => Buffer.concat(parts.flat()));
const cuts = fc.array(fc.nat(400), { maxLength: 8 });

function chunked(all: Buffer, at: readonly number[]): Buffer[] {
  const ends = [...at.map((cut) => cut % (all.length + 1)).toSorted((a, b) => a - b), all.length];
  return ends.map((end, i) => all.subarray(ends[i - 1] ?? 0, end));
}

describe('frames read where they arrive', () => {
  const [stock, direct] = [new Listener(), new Listener(new SharedReads())];

  before(async () => {
    await Promise.all([stock.listen(), direct.listen()]);
  });

  after(() => {
    stock.close();
    direct.close();
  });

  it('tell what ws tells of any stream of frames, right or wrong, cut anywhere', async function () {
    this.timeout(30_000);
    await fc.assert(
      fc.asyncProperty(stream, cuts, async (all, at) => {
        const chunks = chunked(all, at);
        const [expected, heard] = await Promise.all([stock.hear(chunks), direct.hear(chunks)]);
        assert.deepEqual(heard, expected);
      }),
      { numRuns: 150 },
    );
  });

  it('spare ws its receiver, which still gets those that are long or in parts', async () => {
    const client = await open(direct.port, Buffer.of());
    const socket = direct.sockets.at(-1) as unknown as { readonly _receiver: { write(chunk: Buffer): boolean } };
    const { _receiver: receiver } = socket;
    const given: number[] = [];
    const write = receiver.write.bind(receiver);
    receiver.write = (chunk) => {
      given.push(chunk.length);
      return write(chunk);
    };
    const long = frame(BINARY, Buffer.alloc(200));
    for (let i = 0; i < 20; i++) client.write(frame(BINARY, Buffer.of(i)));
    await until('twenty messages', () => direct.events.length === 20);
    assert.deepEqual(given, []);
    client.write(long);
    await until('the long one', () => direct.events.length === 21);
    assert.deepEqual(given, [long.length]);
    client.destroy();
  });

  it('leave each message memory of its own', async () => {
    const client = await open(direct.port, Buffer.of());
    const kept: Buffer[] = [];
    direct.sockets.at(-1)!.on('message', (data: Buffer) => void kept.push(data));
    const payloads = [3, 150, 5].map((length, i) => Buffer.alloc(length, i + 1));
    for (const [i, payload] of payloads.entries()) {
      client.write(frame(BINARY, payload));
      await until('it is heard', () => kept.length === i + 1);
    }
    assert.deepEqual(kept, payloads);
    client.destroy();
  });

  it('stop while the socket is paused, and go on after', async () => {
    const client = await open(direct.port, Buffer.of());
    const socket = direct.sockets.at(-1)!;
    socket.pause();
    client.write(frame(BINARY, Buffer.of(1)));
    await stock.hear([Buffer.of()]);
    assert.deepEqual(direct.events, []);
    socket.resume();
    await until('it is heard', () => direct.events.length === 1);
    client.destroy();
  });

  it('come through memory that all sockets share, where Node has it', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const heard: Buffer[] = [];
    let shared: boolean | undefined;
    server.on('connection', (socket) => {
      shared = new SharedReads().read(socket, (chunk) => void heard.push(Buffer.from(chunk)));
    });
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.write('some bytes');
    await until('they are heard', () => heard.length > 0);
    client.destroy();
    server.close();
    assert.equal(shared, true);
    assert.equal(String(heard[0]), 'some bytes');
  });
});
