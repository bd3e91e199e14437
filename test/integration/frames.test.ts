/** What connected clients may send, over real sockets: floods of every kind, joins never acknowledged, players who do nothing. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { matchMaker } from '@colyseus/core';
import { ERRORS } from '../../src/kernel/errors.ts';
import { ERROR, matchmake, RawClient, roomData, type Seat } from '../support/raw-client.ts';
import {
  AnyTypeRoom,
  LimitedGameRoom,
  LimitedStockRoom,
  NoSchemaLaterRoom,
  NoSchemaRoom,
  SlowAuthRoom,
} from '../support/rooms/limited-rooms.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const BURST = 120;
const PING = 18;
const INPUT = 19;
const FLOOD = 20_000;
const JOIN_TIMEOUT_MS = 300;

interface Joined {
  readonly client: RawClient;
  readonly room: LimitedRoom;
  /** WebSocket pings answered so far. */
  readonly pongs: () => number;
}

type LimitedRoom = LimitedStockRoom | LimitedGameRoom;

describe('what a connected client may send', () => {
  let server: TestServer;
  const open: RawClient[] = [];

  before(async () => {
    server = await startTestServer({
      env: { HYPOGEUM_JOIN_TIMEOUT_MS: `${JOIN_TIMEOUT_MS}`, HYPOGEUM_IDLE_TIMEOUT_SECONDS: '1' },
      rooms: (define) => {
        define('stock', LimitedStockRoom);
        define('game', LimitedGameRoom);
        define('slow', SlowAuthRoom);
        define('noSchema', NoSchemaRoom);
        define('noSchemaLater', NoSchemaLaterRoom);
        define('anyType', AnyTypeRoom);
      },
    });
  });
  after(() => server.stop());
  afterEach(() => {
    for (const client of open.splice(0)) client.close();
  });

  const hits = (limit: string): number => server.counters.total('hypogeum_limit_hits_total', { limit });

  async function join(name: string): Promise<Joined> {
    const seat = (await matchmake(server.url, 'create', name)).body as unknown as Seat;
    const client = new RawClient(server.url, seat);
    open.push(client);
    let pongs = 0;
    client.socket.on('pong', () => pongs++);
    await until('the handshake', () => client.frames.length > 0);
    client.send(Buffer.of(10));
    await until('the state', () => client.frames.length > 1);
    return { client, room: matchMaker.getLocalRoomById(seat.roomId) as LimitedRoom, pongs: () => pongs };
  }

  /** Below ws: bytes as they are. */
  const tcp = (client: Pick<RawClient, 'socket'>): Socket => (client.socket as unknown as { _socket: Socket })._socket;
  /** A masked frame with a mask of zeros. */
  const masked = (first: number, payload: Buffer = Buffer.alloc(0)): Buffer =>
    Buffer.concat([Buffer.of(first, 0x80 | payload.length, 0, 0, 0, 0), payload]);
  const repeat = (frame: Buffer, times: number): Buffer => Buffer.concat(Array.from({ length: times }, () => frame));

  /** The same with a length of two bytes. */
  const masked16 = (payload: Buffer): Buffer =>
    Buffer.concat([Buffer.of(0x82, 0xfe, payload.length >> 8, payload.length & 255, 0, 0, 0, 0), payload]);
  const answersTo =
    (code: number) =>
    ({ client }: Joined) =>
      client.frames.filter((frame) => frame[0] === code).length;

  async function assertThrownOut({ client, room }: Joined, what: string): Promise<void> {
    const startedAt = performance.now();
    const { code, reason } = await client.whenClosed();
    assert.deepEqual([code, reason], [ERRORS.TOO_MANY_FRAMES.code, ERRORS.TOO_MANY_FRAMES.message], what);
    await until('the room to know', () => room.left.length === 1);
    assert.ok(performance.now() - startedAt < 2000, `${what}: gone within 2 s`);
    assert.equal(room.left[0], 4002, `${what}: no seat is kept`);
  }

  for (const kind of ['stock', 'game']) {
    describe(`in a ${kind} room`, () => {
      /** What is sent, and what of it may get through: counted by the room, or by the client as answers. */
      const large = Buffer.concat([Buffer.of(0xc5, 4000 >> 8, 4000 & 255), Buffer.alloc(4000)]);
      const floods: [what: string, frames: Buffer, got?: (joined: Joined) => number, most?: number][] = [
        ['F1: messages', repeat(masked(0x82, roomData('say')), FLOOD), ({ room }) => room.state.count],
        ['F6: WebSocket pings', repeat(masked(0x89), FLOOD), ({ pongs }) => pongs()],
        ['F6: pings of the room protocol', repeat(masked(0x82, Buffer.of(PING)), FLOOD), answersTo(PING)],
        ['F6: pongs nobody asked for', repeat(masked(0x8a, Buffer.alloc(8, 1)), FLOOD)],
        ['F4: empty frames', repeat(masked(0x82), FLOOD)],
        ['F4: frames of no known kind', repeat(masked(0x82, Buffer.of(5)), FLOOD)],
        [
          'F4: messages of no known type',
          repeat(masked(0x82, roomData('nobody')), FLOOD),
          answersTo(ERROR),
          BURST / 10,
        ],
        ['F3: bytes', repeat(masked16(roomData('say', large)), 500), ({ room }) => room.state.count, 32],
      ];
      it(`F5, F8: floods pass as a burst, then the sender is gone, and its seat: ${floods.map(([what]) => what)}`, async () => {
        await Promise.all(
          floods.map(async ([what, frames, got, most = BURST]) => {
            const joined = await join(kind);
            tcp(joined.client).write(frames);
            await assertThrownOut(joined, what);
            const count = got?.(joined);
            assert.ok(count === undefined || (count >= most - 1 && count <= most + 5), `${what}: ${count} got through`);
          }),
        );
      });

      it('F2: a client that stood still for 2 s sends all its inputs at once, and each is used', async () => {
        const { client, room } = await join(kind);
        const inputs = 2 * 30;
        tcp(client).write(repeat(masked(0x82, Buffer.of(INPUT, 128, 5)), inputs));
        await until('all of them', () => room.inputsHeard >= Math.min(inputs, 32));
        client.send(roomData('say'));
        await until('a message after them', () => room.state.count === 1);
        assert.equal(client.closed, undefined);
      });

      it('F7: more pieces than a frame needs end the connection', async () => {
        const { client } = await join(kind);
        tcp(client).write(Buffer.concat([masked(0x02), repeat(masked(0x00), FLOOD)]));
        const { code } = await client.whenClosed();
        assert.ok([1006, 1008].includes(code), `${code}`);
      });

      it('F8: a client that never acknowledged its join is closed with a code, and its seat is free', async () => {
        const before = hits('joins');
        const seat = (await matchmake(server.url, 'create', kind)).body as unknown as Seat;
        const silent = new RawClient(server.url, seat);
        await until('the handshake', () => silent.frames.length > 0);
        const room = matchMaker.getLocalRoomById(seat.roomId) as LimitedRoom;
        assert.equal(room.clients.length, 1);
        const { code } = await silent.whenClosed();
        assert.equal(code, ERRORS.JOIN_NOT_ACKNOWLEDGED.code);
        await until('the seat to be free', () => room.clients.length === 0);
        assert.equal(hits('joins'), before + 1);
      });
    });
  }

  it('F5: requests whose answers are never read: answered as far as the limit goes, and no more is kept', async () => {
    const joined = await join('stock');
    joined.client.socket.pause();
    const request = Buffer.concat([Buffer.of(17, 1, 0xa4), Buffer.from('echo'), Buffer.alloc(100)]);
    const before = process.memoryUsage().arrayBuffers;
    tcp(joined.client).write(repeat(masked(0x82, request), FLOOD));
    await until('the room to know', () => joined.room.left.length === 1);
    assert.ok(process.memoryUsage().arrayBuffers - before < 32 * 1024 * 1024);
    joined.client.socket.terminate(); // it reads nothing, the end of its connection either
  });

  it('F6: sockets that only measure latency are answered as far as the limit goes; so few they need are', async () => {
    const [polite, hostile] = [0, 1].map(() => new RawClient(server.url, { processId: '', roomId: '', sessionId: '' }));
    open.push(polite!, hostile!);
    await until('both to be open', () => [polite, hostile].every((client) => client!.socket.readyState === 1));
    for (let i = 0; i < 10; i++) polite!.send(Buffer.of(PING));
    tcp(hostile!).write(repeat(masked(0x82, Buffer.of(PING)), FLOOD));
    const { code } = await hostile!.whenClosed();
    assert.equal(code, ERRORS.TOO_MANY_FRAMES.code);
    assert.ok(hostile!.frames.length <= BURST + 5, `${hostile!.frames.length} answers`);
    assert.equal(polite!.frames.length, 10);
    assert.equal((await polite!.whenClosed()).code, 1000);
  });

  it('F5: who is thrown out is not read any more: of 20 MB next to nothing', async () => {
    const { client, room } = await join('stock');
    const inside = tcp({ socket: room.clients[0]!.ref as unknown as RawClient['socket'] });
    tcp(client).write(Buffer.alloc(21_000_000, masked(0x89)));
    await client.whenClosed();
    assert.ok(inside.bytesRead < 1_000_000, `${inside.bytesRead} bytes were read`);
  });

  it('F5: floods of a client that is being closed, and of one that waits to be let in, are not read on', async () => {
    const slow = (await matchmake(server.url, 'create', 'slow')).body as unknown as Seat;
    const waiting = new RawClient(server.url, slow);
    const closing = await join('stock');
    open.push(waiting);
    await until('it is open', () => waiting.socket.readyState === 1);
    tcp(waiting).write(repeat(masked(0x82, Buffer.of(PING)), FLOOD));
    const { code } = await waiting.whenClosed();
    assert.equal(code, ERRORS.TOO_MANY_FRAMES.code);
    const before = hits('frames');
    closing.room.clients[0]!.leave(4000);
    tcp(closing.client).write(repeat(masked(0x82, Buffer.of(PING)), FLOOD));
    await until('the flood to be noticed', () => hits('frames') > before);
    await closing.client.whenClosed();
  });

  it('F13: a message that does not fit its schema is told with a code; a request is answered with the reasons', async () => {
    const room = await server.client.create('game');
    const refused = room.request('echo' as never, { text: 5 } as never);
    await assert.rejects(refused, (error: { code: number; message: string }) => {
      assert.match(error.message, /text: /);
      return error.code === ERRORS.INVALID_MESSAGE.code;
    });
    assert.equal(await room.request('echo' as never, { text: 'hello' } as never), 'hello');
    const told: (number | undefined)[] = [];
    room.onError((code) => void told.push(code));
    room.send('echo' as never, { text: 'hello', more: 1 } as never);
    await until('the error', () => told.length > 0);
    assert.deepEqual(told, [ERRORS.INVALID_MESSAGE.code]);
    await room.leave();
  });

  it('F13: a GameRoom whose handler has no schema is refused to whoever makes it, with the handler named', async () => {
    for (const [name, words] of [
      ['noSchema', /handler of "say" has no schema/],
      ['noSchemaLater', /handler of "say" has no schema/],
      ['anyType', /no handler for all types/],
    ] as const) {
      const { status, body } = await matchmake(server.url, 'create', name);
      assert.deepEqual([status, body.code], [526, ERRORS.ROOM_FAILED.code]);
      assert.match(String(body.error), words);
    }
  });

  it('F14: a player of a GameRoom who does nothing leaves with a code; one who sends stays; stock rooms keep theirs', async () => {
    const [idle, busy, stock] = [await join('game'), await join('game'), await join('stock')];
    const playing = setInterval(() => busy.client.send(Buffer.of(INPUT)), 100);
    const { code, reason } = await idle.client.whenClosed();
    clearInterval(playing);
    assert.deepEqual([code, reason], [ERRORS.IDLE.code, ERRORS.IDLE.message]);
    assert.deepEqual(idle.room.left, [4002]);
    assert.deepEqual([busy.client.closed, stock.client.closed], [undefined, undefined]);
    assert.equal(hits('idle'), 1);
  });

  describe('afterwards', () => {
    it('F12: the floods above are logged in a line a limit', () => {
      const lines = server.lines.filter(({ message }) => message === 'a limit was reached');
      assert.ok(lines.length > 0 && lines.length <= 7, `${lines.length} lines`);
      assert.ok(hits('frames') === 21);
    });
  });
});
