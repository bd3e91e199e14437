/** The doors of a real server, with real sockets from several addresses of the loopback. Names begin with the rule of the SPEC. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent, get, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { type AuthContext, type Client, ClientState, matchMaker, Room } from '@colyseus/core';
import { WebSocket } from 'ws';
import { ERRORS } from '../../src/kernel/errors.ts';
import type { RoomInternals } from '../../src/security/colyseus-room-internals.ts';
import { disposedAfterwards } from '../support/processes.ts';
import { JOIN_ROOM, matchmake, RawClient, type Seat } from '../support/raw-client.ts';
import { lines, rawRequest, upgradeLines } from '../support/raw-http.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const PING = 18;
/** More than wait to be accepted where nobody says how many may. */
const CROWD = 1200;

class Hall extends Room {
  override maxClients = 8;
  static override async onAuth(_token: string, _options: unknown, { ip, headers }: AuthContext): Promise<unknown> {
    return { ip, claims: [...headers.keys()].filter((name) => /^x-(forwarded|client)/.test(name)) };
  }
  override onAuth(): boolean {
    return true;
  }
  override async onDrop(client: Client): Promise<void> {
    await this.allowReconnection(client, 20);
  }
}

/** Colyseus's own way of knowing an address. */
class Porch extends Room {
  override onAuth(_client: Client, _options: unknown, { ip }: AuthContext): object {
    return { ip };
  }
}

const ENV = {
  HYPOGEUM_TRUSTED_PROXIES: '127.0.0.9',
  HYPOGEUM_MAX_SOCKETS_PER_ADDRESS: '4',
  HYPOGEUM_MAX_CONNECTIONS_PER_ADDRESS: '30',
  HYPOGEUM_CONNECTION_RATE: '2000',
  HYPOGEUM_SOCKET_RATE: '60',
  HYPOGEUM_REQUEST_RATE: '200',
  HYPOGEUM_MATCH_RATE: '40',
  HYPOGEUM_HELD_SEATS_PERCENT: '25',
  HYPOGEUM_MAX_HELD_SEATS: '5',
  HYPOGEUM_SEAT_TIMEOUT_MS: '1500',
  HYPOGEUM_ROOM_RATE: '6',
  HYPOGEUM_MAX_ROOMS: '40',
};

describe('the doors', () => {
  const stack = disposedAfterwards();
  let server: TestServer;
  let hosts = 20;
  /** Nobody else of this file is there. */
  const freshAddress = () => `127.0.1.${++hosts}`;

  before(async () => {
    server = await startTestServer({
      rooms: (define) => {
        define('hall', Hall);
        define('porch', Porch);
      },
      env: ENV,
    });
    stack.defer(() => server.stop());
  });

  interface Reply {
    readonly status: number;
    readonly headers: Record<string, string | string[] | undefined>;
    readonly body: Seat & { readonly code?: number; readonly retryable?: boolean };
  }
  const post = (path: string, localAddress: string, headers = {}) =>
    new Promise<Reply>((resolve, reject) => {
      const options = { method: 'POST', localAddress, headers, agent: false } as const;
      const req = request(`${server.url}/matchmake/${path}`, options, (res) => {
        let text = '';
        res.on('data', (chunk) => {
          text += chunk;
        });
        res.on('end', () => resolve({ status: res.statusCode!, headers: res.headers, body: JSON.parse(text) }));
      });
      req.on('error', reject);
      req.end('{}');
    });

  /** 101, or the status of the refusal with its body; `open` sockets stay so until the end of the test. */
  const open = (target: string, localAddress: string, headers = {}) =>
    new Promise<{ status: number; body: { code?: number }; socket: WebSocket }>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}${target}`, { localAddress, headers });
      stack.defer(() => socket.terminate());
      socket.on('open', () => resolve({ status: 101, body: {}, socket }));
      socket.on('unexpected-response', (_req, res) => {
        res.on('data', (text) => resolve({ status: res.statusCode!, body: JSON.parse(String(text)), socket }));
      });
      socket.on('error', () => {});
    });
  const targetOf = ({ processId, roomId, sessionId }: Seat) => `/${processId}/${roomId}?sessionId=${sessionId}`;
  const seatAt = async (address: string, path = 'create/hall', headers = {}): Promise<Seat> => {
    const { status, body } = await post(path, address, headers);
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };
  const refused = (limit: string) => server.counters.total('hypogeum_limit_hits_total', { limit });
  const sockets = () => server.counters.total('hypogeum_player_sockets');
  const roomOf = ({ roomId }: Seat) => matchMaker.getLocalRoomById(roomId)!;

  it('D3: tells rooms where their players are, at matchmaking and at the socket', async () => {
    const claim = { 'x-forwarded-for': '203.0.113.7', 'x-real-ip': '9.9.9.9', 'x-client-ip': '9.9.9.9' };
    for (const [address, known] of [
      [freshAddress(), undefined],
      ['127.0.0.9', '203.0.113.7'],
    ] as const) {
      const ip = known ?? address;
      const own = await seatAt(address, 'create/hall', claim);
      await open(targetOf(own), address, claim);
      const player = await until('the player', () => roomOf(own).clients[0]);
      assert.deepEqual(player.auth, { ip, claims: [] });
      const other = await seatAt(address, 'create/porch', claim);
      await open(targetOf(other), address, claim);
      assert.deepEqual((await until('the player', () => roomOf(other).clients[0])).auth, { ip });
    }
  });

  it('D18: an address makes so many requests of any kind, and the connection of one more is closed', async () => {
    const localAddress = freshAddress();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (path: string) =>
      new Promise<[status: number, connection: unknown]>((resolve, reject) => {
        const asked = get(server.url + path, { localAddress, agent }, (res) => {
          res.resume().on('end', () => resolve([res.statusCode!, res.headers.connection]));
        });
        asked.on('error', reject);
      });
    for (let i = 0; i < 200; i++) {
      const [path, status] = i % 2 === 0 ? ['/healthz', 200] : ['/nothing', 404];
      assert.deepEqual(await ask(path as string), [status, 'keep-alive']);
    }
    assert.deepEqual(await ask('/healthz'), [429, 'close']);
    assert.equal(refused('request_rate'), 1);
    agent.destroy();
    assert.equal((await post('create/hall', freshAddress())).status, 200);
  });

  it('D4, D7: an address has its places, and has them back however its sockets ended', async () => {
    const address = freshAddress();
    const before = sockets();
    const all = await Promise.all(Array.from({ length: 4 }, () => open('/', address)));
    assert.deepEqual(
      all.map(({ status }) => status),
      [101, 101, 101, 101],
    );
    const fifth = await open('/', address);
    assert.deepEqual([fifth.status, fifth.body.code], [429, ERRORS.TOO_MANY_SOCKETS.code]);
    assert.equal((await open('/', freshAddress())).status, 101, 'somebody else');
    const [closed, cut, wrong, reset] = all.map(({ socket }) => socket);
    closed!.close();
    cut!.terminate();
    (wrong as unknown as { _socket: Socket })._socket.write(Buffer.from([0xff, 0xff, 0xff]));
    (reset as unknown as { _socket: Socket })._socket.resetAndDestroy();
    await until('their ends', () => sockets() <= before + 1);
    // Neither who ends in the middle of the request, nor who never hangs up, is still there afterwards.
    for (let i = 0; i < 6; i++) {
      const half = connect({ port: server.port, host: '127.0.0.1', localAddress: address }, () => {
        half.write(upgradeLines('/process/nowhere?sessionId=s'));
        half.destroy();
      });
      half.on('error', () => {});
    }
    await until('all but the other to be gone', () => sockets() <= before);
    assert.equal((await open('/', address)).status, 101);
  });

  it('D5, D6, D7: refuses other pages and odd targets before it answers, and hangs up by itself', async () => {
    const seat = await seatAt(freshAddress());
    const page = { origin: 'https://evil.example' };
    assert.equal((await open(targetOf(seat), freshAddress(), page)).status, 403);
    assert.equal((await open(targetOf(seat), freshAddress(), { origin: server.url })).status, 101);
    const answer = await Promise.race([
      rawRequest(server.port, upgradeLines('/process/room?sessionId=')),
      new Promise((resolve) => setTimeout(resolve, 2000, 'it waits for the other side')),
    ]);
    assert.match(String(answer), /^HTTP\/1.1 400 Bad Request\r\n[\s\S]*"code":537/);
  });

  it('D6: closes guesses with the code that ends them, and soon the door', async () => {
    const address = freshAddress();
    const seat = await seatAt(freshAddress());
    const code = async (target: string) => {
      const { status, socket } = await open(target, address);
      if (status !== 101) return status;
      return new Promise<number>((resolve) => socket.on('close', resolve));
    };
    const target = targetOf({ ...seat, sessionId: 'guess' });
    assert.deepEqual([await code(target), await code(`${target}&reconnectionToken=t`)], [4002, 4003]);
    const outcomes: number[] = [];
    for (let i = 0; i < 25; i++) outcomes.push(await code(target));
    assert.ok(outcomes.indexOf(429) >= 8 && outcomes.indexOf(429) <= 10, String(outcomes));
    assert.equal(outcomes.at(-1), 429);
    assert.equal((await open(targetOf(seat), address)).status, 429, 'nor the right one');
    assert.equal((await open(targetOf(seat), freshAddress())).status, 101);
  });

  it('D10: answers requests for matches beyond the rate with 429, in the words of the catalogue', async () => {
    const address = freshAddress();
    const replies: Reply[] = [];
    const origin = 'http://localhost:5173';
    for (let i = 0; i < 45; i++) replies.push(await post('join/nowhere', address, { origin }));
    assert.deepEqual([...new Set(replies.slice(0, 40).map(({ status }) => status))], [520]);
    const { status, headers, body } = replies[40]!;
    assert.deepEqual([status, body.code, body.retryable], [429, ERRORS.TOO_MANY_REQUESTS.code, true]);
    assert.ok(Number(headers['retry-after']) >= 1 && Number(headers['retry-after']) <= 10);
    assert.deepEqual([headers.connection, headers['access-control-allow-origin']], ['close', origin]);
    assert.equal((await matchmake(server.url, 'join', 'nowhere')).status, 520);
  });

  it('D12: seats that wait for a socket are a part of a room, until a socket comes', async () => {
    const [owner, attacker, other] = [freshAddress(), freshAddress(), freshAddress()];
    const seat = await seatAt(owner);
    await open(targetOf(seat), owner);
    const join = `joinById/${seat.roomId}`;
    const held = [await seatAt(attacker, join), await seatAt(attacker, join)];
    const { status, headers, body } = await post(join, attacker);
    assert.deepEqual([status, body.code], [429, ERRORS.SEATS_NOT_TAKEN.code]);
    assert.equal(headers['retry-after'], '1');
    const waiting = post(join, attacker);
    await open(targetOf(held[0]!), attacker);
    assert.equal((await waiting).status, 200, 'who waits a moment gets the seat that is free meanwhile');
    assert.equal((await post(join, other)).status, 200, 'somebody else');
  });

  it('D11: such seats are free again in time, in a stock room; a player who dropped keeps theirs', async () => {
    const address = freshAddress();
    const seat = await seatAt(address);
    const player = new RawClient(server.url, seat);
    await until('the handshake', () => player.frames.length > 0);
    player.send(Buffer.from([JOIN_ROOM]));
    player.send(Buffer.from([PING]));
    await until('the answer', () => player.frames.some((frame) => frame[0] === PING));
    const room = roomOf(seat);
    const reserved = () => Object.keys((room as unknown as { _reservedSeats: object })._reservedSeats);
    const { sessionId } = await seatAt(freshAddress(), `joinById/${seat.roomId}`);
    const at = performance.now();
    player.close();
    await until('the seat kept for the player', () => reserved().length === 2);
    await until('the other seat to be free', () => !reserved().includes(sessionId));
    const tookMs = performance.now() - at;
    assert.ok(tookMs > 1000 && tookMs < 2500, `${tookMs} ms`);
    assert.deepEqual(reserved(), [seat.sessionId]);
    await room.disconnect();
  });

  it('D19: an address has so many seats kept, and new ones when those are over', async () => {
    const [address, other] = [freshAddress(), freshAddress()];
    const first = await seatAt(address);
    const room = roomOf(first);
    const reserved = () => Object.keys((room as unknown as { _reservedSeats: object })._reservedSeats);
    const comeAndDrop = async (seat: Seat, from: string) => {
      const { socket } = await open(targetOf(seat), from);
      socket.send(Buffer.from([JOIN_ROOM]));
      const client = await until('the player', () =>
        room.clients.find(({ sessionId }) => sessionId === seat.sessionId),
      );
      await until('them to have joined', () => client.state === ClientState.JOINED);
      socket.terminate();
      await until('them to have dropped', () => room.clients.length === 0);
    };
    await comeAndDrop(first, address);
    const join = `joinById/${first.roomId}`;
    for (let i = 0; i < 5; i++) await comeAndDrop(await seatAt(address, join), address);
    await until('four seats', () => reserved().length === 4);
    assert.equal(refused('kept_seats_of_address'), 2);
    await comeAndDrop(await seatAt(other, join), other);
    await until('the seat of somebody else', () => reserved().length === 5);
    for (const [, wait] of Object.values((room as unknown as RoomInternals)._reconnections)) wait.reject(false);
    await until('all to be over', () => reserved().length === 0);
    const next = await seatAt(address);
    const { socket } = await open(targetOf(next), address);
    socket.send(Buffer.from([JOIN_ROOM]));
    await until('the player', () => roomOf(next).clients[0]?.state === ClientState.JOINED);
    socket.terminate();
    await until('the seat', () => Object.keys((roomOf(next) as unknown as RoomInternals)._reconnections).length === 1);
    assert.equal(refused('kept_seats_of_address'), 2);
  });

  it('D13, D14: rooms are made so often for an address, and so many there are at a time', async () => {
    const [address, other] = [freshAddress(), freshAddress()];
    const made: Reply[] = [];
    for (let i = 0; i < 8; i++) made.push(await post('create/hall', address));
    assert.deepEqual(
      made.map(({ body }) => body.code ?? 'seat'),
      ['seat', 'seat', 'seat', 'seat', 'seat', 550, 551, 551],
      'five seats may wait, six rooms be made',
    );
    assert.ok(Number(made[7]!.headers['retry-after']) > 50);
    const count = matchMaker.stats.local.roomCount;
    for (let i = count; i < 40; i++) await matchMaker.createRoom('porch', {});
    const full = await post('create/hall', other);
    assert.deepEqual([full.status, full.body.code, full.body.retryable], [552, ERRORS.NO_MORE_ROOMS.code, true]);
    assert.deepEqual([refused('rooms'), refused('room_rate')], [1, 2]);
  });

  it('D15: TCP connections beyond the number of an address are cut, and others served', async () => {
    const address = freshAddress();
    const cut: Socket[] = [];
    const flood = Array.from({ length: 60 }, () => {
      const socket = connect({ port: server.port, host: '127.0.0.1', localAddress: address });
      socket.on('error', () => {});
      socket.on('close', () => cut.push(socket));
      stack.defer(() => void socket.destroy());
      return socket;
    });
    await until('half of them to be cut', () => cut.length === 30);
    assert.match(await rawRequest(server.port, lines('GET /healthz', 'Host: x')), /^HTTP\/1.1 200 /);
    assert.equal(refused('connections_of_address'), 30);
    for (const socket of flood) socket.destroy();
    await until('a place', async () => (await post('join/nowhere', address).catch(() => undefined))?.status === 520);
  });

  it('D17: a crowd that connects at once keeps nobody from connecting, however busy the process is', () => {
    const allowed = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));
    const count = Math.min(CROWD, allowed);
    const connected = new Int32Array(new SharedArrayBuffer(8));
    const crowd = new Worker(new URL('../support/crowd.ts', import.meta.url), {
      workerData: { port: server.port, count, withinMs: 800, connected },
    });
    stack.defer(async () => void (await crowd.terminate()));
    // Nothing is accepted meanwhile: this thread is the server's.
    Atomics.wait(connected, 1, 0, 10_000);
    assert.equal(Atomics.load(connected, 0), count, 'others would be asked to try again in a second');
  });

  it('D16: says so once a reason', () => {
    const told = server.lines.filter(({ message }) => message === 'a limit was reached');
    assert.equal(new Set(told.map(({ fields }) => fields.limit)).size, told.length);
    assert.ok(told.length >= 7);
  });
});
