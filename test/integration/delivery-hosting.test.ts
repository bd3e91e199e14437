/** How delivery is put into Colyseus: the seams are there, and around them everything is as in stock. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { type Client, matchMaker, Room, SchemaSerializer, ServerError } from '@colyseus/core';
import { type SchemaType, schema, t } from '@colyseus/schema';
import { WebSocketClient } from '@colyseus/ws-transport';
import { WebSocket, WebSocketServer } from 'ws';
import { INTERNAL_METHODS, internalsOf } from '../../src/delivery/colyseus-room-internals.ts';
import { SkippingSerializer } from '../../src/delivery/colyseus-skipping-serializer.ts';
import { frame } from '../../src/delivery/frames.ts';
import { GameClient } from '../../src/delivery/ws-game-client.ts';
import { tcpSocketOf, WsWire } from '../../src/delivery/ws-wire.ts';
import { lineOf } from '../../src/roomkit/index.ts';
import { JOIN_ROOM, matchmake, RawClient, type Seat } from '../support/raw-client.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, { version: string }>;
};

const State = schema({ n: t.uint8().default(0) }, 'DeliveryHostingState');

interface JoinOptions {
  readonly refuse?: boolean;
  readonly late?: boolean;
}

/** Hosted and, under another name, as stock Colyseus runs it. */
class DoorRoom extends Room {
  state = new State();
  left: number[] = [];

  async onJoin(client: Client, { refuse, late }: JoinOptions) {
    client.send('welcome', 'before the join is acknowledged');
    if (late) await wait(100);
    if (refuse) throw new ServerError(4242, 'not you');
  }
  onLeave(_client: Client, code: number) {
    this.left.push(code);
  }
}

class OwnSerializer extends SchemaSerializer<SchemaType<typeof State>> {}

class OwnSerializerRoom extends Room {
  onCreate() {
    const state = new State();
    const own = new OwnSerializer();
    this.state = state;
    own.reset(state);
    this.setSerializer(own as never);
  }
}

describe('delivery inside Colyseus', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({
      rooms: (define) => {
        define('hosted', DoorRoom);
        define('own', OwnSerializerRoom);
        matchMaker.defineRoomType('stock', DoorRoom);
      },
    });
  });
  after(() => server.stop());

  it('touches what is there in the versions it was written for; after an update read src/delivery again', () => {
    const version = (name: string): string | undefined => lock.packages[`node_modules/${name}`]?.version;
    const versions = ['@colyseus/core', '@colyseus/schema', '@colyseus/ws-transport', 'ws'].map(version);
    assert.deepEqual(versions, ['0.18.17', '5.0.34', '0.18.4', '8.23.0']);
    for (const name of INTERNAL_METHODS) {
      assert.equal(typeof internalsOf(Room.prototype as Room)[name], 'function', name);
    }
  });

  it('makes every player of a hosted room a GameClient, and no other', async () => {
    for (const [name, Class] of [
      ['hosted', GameClient],
      ['own', GameClient],
      ['stock', WebSocketClient],
    ] as const) {
      const client = await RawClient.join(server.url, name);
      const [room] = await matchMaker.query({ name });
      const [inner] = matchMaker.getLocalRoomById(room!.roomId).clients;
      assert.equal(inner!.constructor, Class, name);
      assert.equal(lineOf(inner!)?.state, Class === GameClient ? 'live' : undefined);
      client.close();
    }
  });

  it('leaves the fields of its clients where V8 finds them fast, whatever Colyseus deletes of them', async () => {
    setFlagsFromString('--allow-natives-syntax');
    const isFast = new Function('object', 'return %HasFastProperties(object)') as (object: object) => boolean;
    const players = await Promise.all([1, 2, 3].map(() => RawClient.join(server.url, 'hosted')));
    await until('the states', () => players.every(({ frames }) => frames.length >= 3));
    const rooms = await matchMaker.query({ name: 'hosted' });
    const clients = rooms.flatMap(({ roomId }) => [...matchMaker.getLocalRoomById(roomId).clients]);
    assert.ok(clients.length >= 3);
    for (const client of clients) assert.ok(isFast(client) && isFast(client.ref));
    const stock = await RawClient.join(server.url, 'stock');
    await until('the state', () => stock.frames.length >= 3);
    const [room] = await matchMaker.query({ name: 'stock' });
    assert.ok(!isFast(matchMaker.getLocalRoomById(room!.roomId).clients[0]!), 'Colyseus deletes no more: this can go');
    for (const player of [...players, stock]) player.close();
  });

  it("exchanges Colyseus's serializer, and keeps a room's own", async () => {
    const serializer = async (name: string): Promise<unknown> => {
      const { body } = await matchmake(server.url, 'create', name);
      const room = matchMaker.getLocalRoomById((body as unknown as Seat).roomId);
      return (room as unknown as { _serializer: unknown })._serializer;
    };
    assert.ok((await serializer('hosted')) instanceof SkippingSerializer);
    assert.ok(!((await serializer('own')) instanceof SkippingSerializer));
    assert.equal(((await serializer('stock')) as object).constructor, SchemaSerializer);
  });

  /** What a client and the room see of a way in, in stock and here. */
  const WAYS: { [way: string]: (name: string) => Promise<unknown> } = {
    'a join, messages sent in onJoin': async (name) => {
      const client = await RawClient.join(server.url, name);
      await until('state and message', () => client.frames.length >= 3);
      const frames = client.frames.slice(0, 3).map((bytes) => bytes.subarray(0, 1).toString('hex'));
      client.close();
      return frames;
    },
    'a seat kept for a client, before it has acknowledged its join and after': async (name) => {
      const taken = await seat(name);
      const client = new RawClient(server.url, taken);
      await until('the handshake', () => client.frames.length > 0);
      const room = matchMaker.getLocalRoomById(taken.roomId);
      const keep = (): Promise<string> => {
        const kept = room.allowReconnection(room.clients[0]!, 20).then(String, (error: Error) => error.message);
        return Promise.race([kept, wait(50, 'kept')]);
      };
      const before = await keep();
      client.send(Buffer.from([JOIN_ROOM]));
      await until('the state', () => client.frames.length >= 3);
      const after = await keep();
      client.close();
      return [before, after];
    },
    'a join that onJoin refuses': async (name) => attempt(await seat(name, { refuse: true })),
    'a join that onJoin refuses late': async (name) => attempt(await seat(name, { refuse: true, late: true })),
    'a seat taken twice': async (name) => {
      const taken = await seat(name);
      const first = new RawClient(server.url, taken);
      await until('the first one', () => first.frames.length > 0);
      const second = await attempt(taken);
      first.close();
      return second;
    },
    'a token that is not known': async (name) =>
      attempt({ ...(await seat(name)), sessionId: 'nobody' }, '&reconnectionToken=unknown'),
    'a room that is not there': async (name) => attempt({ ...(await seat(name)), roomId: 'nowhere' }),
    'a socket that closes while onJoin runs': async (name) => {
      const taken = await seat(name, { late: true });
      const room = matchMaker.getLocalRoomById(taken.roomId) as unknown as DoorRoom;
      const client = new RawClient(server.url, taken);
      await until('the socket', () => client.socket.readyState === WebSocket.OPEN);
      client.close();
      await until('the room to hear of it', () => room.left.length > 0);
      return [room.left, room.clients.length];
    },
  };

  async function seat(name: string, options: JoinOptions = {}): Promise<Seat> {
    return (await matchmake(server.url, 'create', name, options)).body as unknown as Seat;
  }

  async function attempt(taken: Seat, query = ''): Promise<unknown> {
    const client = new RawClient(server.url, taken, query);
    const { code, reason } = await client.whenClosed();
    return [code, reason, client.frames.map((bytes) => bytes.toString('latin1'))];
  }

  for (const [way, run] of Object.entries(WAYS)) {
    it(`behaves as stock: ${way}`, async () => {
      assert.deepEqual(await run('hosted'), await run('stock'));
    });
  }
});

describe('WsWire', () => {
  let server: WebSocketServer;
  before(async () => {
    server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
    await new Promise((listening) => server.once('listening', listening));
  });
  after(() => server.close());

  async function connected(): Promise<{ near: WebSocket; far: WebSocket; got: string[] }> {
    const { port } = server.address() as { port: number };
    const far = new WebSocket(`ws://127.0.0.1:${port}`);
    const got: string[] = [];
    far.on('message', (bytes: Buffer) => void got.push(bytes.toString()));
    far.on('ping', (bytes) => void got.push(`ping ${bytes.toString()}`));
    far.on('pong', (bytes) => void got.push(`pong ${bytes.toString()}`));
    const opened = new Promise((open) => far.once('open', open));
    const [near] = await new Promise<[WebSocket]>((resolve) =>
      server.once('connection', (socket) => resolve([socket])),
    );
    await opened;
    return { near, far, got };
  }
  const framed = (text: string) => frame(Buffer.from(text));

  it('D1: writes whole frames to the socket below, in order with those of ws itself', async () => {
    const { near, far, got } = await connected();
    const wire = new WsWire(near);
    near.send('a');
    wire.write(framed('b'));
    near.ping('c');
    wire.writeBoth(framed('d'.repeat(70_000)), framed('e'));
    near.pong('f');
    wire.write(Buffer.concat([framed('g'), framed('h')]));
    near.send('i');
    await until('all frames', () => got.length === 9);
    assert.deepEqual(got, ['a', 'b', 'ping c', 'd'.repeat(70_000), 'e', 'pong f', 'g', 'h', 'i']);
    far.terminate();
  });

  it('D17: tells when a frame was handed over, and refuses what comes after the close', async () => {
    const { near, far } = await connected();
    const wire = new WsWire(near);
    assert.equal(await new Promise((done) => wire.write(framed('x'), done)), undefined);
    wire.close(4010, 'bye');
    for (const write of [
      (done: (error?: Error) => void) => wire.write(framed('late'), done),
      (done: (error?: Error) => void) => wire.writeBoth(framed('late'), framed('late'), done),
    ]) {
      assert.ok((await new Promise((done) => write(done))) instanceof Error);
    }
    wire.write(framed('late'));
    wire.writeBoth(framed('late'), framed('late'));
    assert.equal(await new Promise((closed) => far.once('close', closed)), 4010);
  });

  it('D1: keeps the order also of what the kernel does not take at once', async () => {
    const { near, far, got } = await connected();
    const wire = new WsWire(near);
    assert.equal(tcpSocketOf(near).remoteAddress, '127.0.0.1', 'what ws calls _socket');
    tcpSocketOf(far).pause();
    const large = 'x'.repeat(20_000_000);
    wire.write(framed(large));
    wire.write(framed('a'));
    near.send('b');
    near.ping('c');
    const told = new Promise((done) => wire.write(framed('d'), done));
    wire.write(framed('e'));
    wire.writeBoth(framed('f'), framed('g'));
    near.close(4000);
    const closed = new Promise((resolve) => far.once('close', resolve));
    tcpSocketOf(far).resume();
    assert.equal(await told, undefined);
    assert.equal(await closed, 4000);
    assert.equal(got.shift()!.length, large.length);
    assert.deepEqual(got, ['a', 'b', 'ping c', 'd', 'e', 'f', 'g']);
  });

  it('D17: a socket that fails under a write is closed, and nothing else happens', async () => {
    const { near, far } = await connected();
    const wire = new WsWire(near);
    const failed = new Promise((closed) => near.once('close', closed));
    near.on('error', () => {});
    tcpSocketOf(far).pause();
    wire.write(framed('x'.repeat(20_000_000)));
    tcpSocketOf(far).resetAndDestroy();
    assert.equal(await failed, 1006);
    wire.write(framed('late'));
  });
});
