/**
 * The real thing on several processes: ecosystem.config.js under a PM2 of its own, one Redis, nginx in front. Players are
 * stock SDK clients. The parts of this file build on each other's processes but not on each other's rooms.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type Room } from '@colyseus/sdk';
import { WebSocket } from 'ws';
import type { ManagedProcess, Pm2 } from '../../deploy/pm2.ts';
import { findFreePorts } from '../../deploy/ports.ts';
import type { ArenaInput, ArenaState } from '../../rooms/arena/state.ts';
import { ERRORS } from '../../src/kernel/errors.ts';
import { startNginx } from '../support/nginx.ts';
import { privatePm2 } from '../support/pm2.ts';
import { disposedAfterwards, isGone, passive, ROOT, waitFor } from '../support/processes.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

interface Seat {
  readonly roomId: string;
  readonly sessionId: string;
  readonly processId: string;
  readonly publicAddress: string;
}

interface Listed {
  readonly roomId: string;
  readonly name: string;
}

type Arena = Room<unknown, ArenaState>;

const DRAIN_MS = 3000;
const MAY_TRY_RECONNECT = 4010;
const CONFIG = join(ROOT, 'ecosystem.config.js');
const WAIT = { timeoutMs: 10_000 };

describe('several processes behind one address', function () {
  this.timeout(30_000);
  const stack = disposedAfterwards();
  let redis: TestRedis;
  let pm2: Pm2;
  let front = '';
  /** The processes' own addresses, which players do not use. */
  let origins: string[] = [];

  before(async function () {
    this.timeout(60_000);
    redis = stack.use(await startRedis());
    const port = await findFreePorts(3);
    const ports = [port + 1, port + 2];
    const publicHost = `localhost:${port}`;
    const own = stack.use(
      await privatePm2({
        REDIS_URL: redis.url,
        WEB_CONCURRENCY: String(ports.length),
        HYPOGEUM_PORT: String(ports[0]),
        HYPOGEUM_PUBLIC_ADDRESS: publicHost,
        HYPOGEUM_DRAIN_TIMEOUT_MS: String(DRAIN_MS),
        HYPOGEUM_ARENA_FILL: '2',
      }),
    );
    pm2 = own.pm2;
    await pm2.start(CONFIG);
    front = stack.use(await startNginx(port, ports, publicHost)).origin;
    origins = ports.map((each) => `http://127.0.0.1:${each}`);
  });

  const get = async (url: string) => {
    const response = await fetch(url);
    return { status: response.status, text: await response.text() };
  };
  const post = async (origin: string, path: string) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${origin}/matchmake/${path}`, { method: 'POST', headers, body: '{}' });
    return { status: response.status, body: await response.json() };
  };
  const isReady = async (index: number) => (await get(`${origins[index]}/readyz`)).status === 200;
  const processOf = (seat: Seat): number => Number(/\/p(\d+)$/.exec(seat.publicAddress)?.[1]);

  async function create(origin: string, room = 'arena'): Promise<Seat> {
    const { status, body } = await post(origin, `create/${room}`);
    assert.equal(status, 200, JSON.stringify(body));
    return body as Seat;
  }

  /** A fresh room on the wanted process. Rooms go where the fewest are, as told once a second, so it may take a few. */
  function createOn(index: number, origin: string, room = 'arena'): Promise<Seat> {
    const probe = async () => {
      const seat = await create(origin, room);
      return processOf(seat) === index ? seat : undefined;
    };
    return waitFor(`a new ${room} on process ${index}`, probe, { ...WAIT, everyMs: 200 });
  }

  async function take(seat: Seat, client = new Client(front)): Promise<Arena> {
    const room: Arena = await client.consumeSeatReservation<ArenaState>({ ...seat, name: 'arena' });
    stack.defer(() => room.connection.close());
    return passive(room);
  }

  const mine = (room: Arena) => room.state.players?.get(room.sessionId);

  /** Runs to the right, or else to the left (a wall may be near), until the server says that the body moved. */
  async function play(room: Arena): Promise<void> {
    const { x } = await waitFor('the own player is in the state', () => mine(room), WAIT);
    const input = room.input<ArenaInput>();
    let sent = 0;
    const moved = () => {
      input.data.moveX = sent++ < 30 ? 127 : -127;
      input.send();
      return Math.abs((mine(room)?.x ?? x) - x) > 20;
    };
    await waitFor('the own player moves', moved, { ...WAIT, everyMs: 33 });
  }

  /** Resolves when two more patches have come. */
  async function goesOn(room: Arena): Promise<void> {
    let patches = 0;
    room.onStateChange(() => {
      patches++;
    });
    await waitFor('patches go on', () => patches >= 2, WAIT);
  }

  async function managed(index: number): Promise<ManagedProcess> {
    const found = (await pm2.list()).find(({ name }) => name === `hypogeum-${index}`);
    assert.ok(found, `PM2 knows process ${index}`);
    return found;
  }

  async function back(index: number): Promise<void> {
    await waitFor(`process ${index} is ready again`, () => isReady(index), WAIT);
  }

  it('are all online under PM2, each ready at a port of its own', async () => {
    const list = await pm2.list();
    assert.deepEqual(
      list.map(({ name, status, restarts }) => ({ name, status, restarts })),
      [0, 1].map((i) => ({ name: `hypogeum-${i}`, status: 'online', restarts: 0 })),
    );
    for (const origin of origins) {
      assert.deepEqual(await get(`${origin}/readyz`), { status: 200, text: '{"ready":true}' });
      assert.equal((await get(`${origin}/healthz`)).status, 200);
    }
  });

  it('serve the page through the public address', async () => {
    const { status, text } = await get(`${front}/`);
    assert.equal(status, 200);
    assert.match(text, /<title>.*Hypogeum/i);
  });

  it('a player asks one process for a seat, gets it in a room of another, and plays', async () => {
    const there = await createOn(1, origins[0]!);
    const here = await createOn(0, origins[0]!);
    assert.notEqual(there.processId, here.processId);

    const { body } = await post(origins[0]!, `joinById/${there.roomId}`);
    const seat = body as Seat;
    assert.deepEqual([seat.processId, processOf(seat)], [there.processId, 1]);
    await play(await take(seat));
  });

  it('a socket that reaches the wrong process is forwarded to the one that has the room', async () => {
    const there = await createOn(1, origins[0]!);
    const { publicAddress: _, ...seat } = (await post(origins[0]!, `joinById/${there.roomId}`)).body as Seat;
    await play(await take(seat as Seat, new Client(origins[0]!)));
    const gone = { ...seat, roomId: 'gone' } as Seat;
    assert.equal(await closeCodeAt(origins[0]!, gone), 4002, 'nobody has such a room');
  });

  it('a room of either is played through the public address alone', async () => {
    for (const index of [0, 1]) await play(await take(await createOn(index, front)));
  });

  it('rooms of each are in the list that either shows, from the start and as they come', async () => {
    const before = [await createOn(0, front), await createOn(1, front)];
    const lobbies = await Promise.all([createOn(0, origins[1]!, 'lobby'), createOn(1, origins[0]!, 'lobby')]);
    const lists = await Promise.all(lobbies.map(watchLobby));
    const later = [await createOn(0, front), await createOn(1, front)];
    for (const listed of lists) {
      for (const { roomId } of [...before, ...later]) {
        await waitFor(`room ${roomId} is listed`, () => listed.get(roomId) === 'arena', WAIT);
      }
    }
  });

  /** The ids and names of the rooms that a lobby shows, kept up to date. */
  async function watchLobby(seat: Seat): Promise<Map<string, string>> {
    const listed = new Map<string, string>();
    const lobby = await new Client(front).consumeSeatReservation({ ...seat, name: 'lobby' });
    stack.defer(() => lobby.connection.close());
    passive(lobby);
    lobby.onMessage<Listed[]>('rooms', (rooms) => {
      for (const { roomId, name } of rooms) listed.set(roomId, name);
    });
    lobby.onMessage<[string, Listed]>('+', ([roomId, { name }]) => listed.set(roomId, name));
    lobby.onMessage<string>('-', (roomId) => listed.delete(roomId));
    return listed;
  }

  it('one that is told to stop takes nobody, sends its players back to try again, and is gone in time; the other goes on', async () => {
    const [leaving, staying] = [await take(await createOn(0, front)), await take(await createOn(1, front))];
    await play(leaving);
    const { pid } = await managed(0);
    const dropped = new Promise<number>((resolve) => leaving.onDrop((code) => resolve(code)));

    const stopped = pm2.stop('hypogeum-0');
    const began = performance.now();
    assert.equal(await dropped, MAY_TRY_RECONNECT);
    const { status } = await post(origins[0]!, 'create/arena').catch(() => ({ status: 0 }));
    assert.ok(status === 503 || status === 0, `a seat was answered with ${status}`);
    await waitFor('its process is gone', () => isGone(pid), { timeoutMs: DRAIN_MS + 1000 });
    assert.ok(performance.now() - began < DRAIN_MS + 500);
    await stopped;

    await goesOn(staying);
    for (let i = 0; i < 4; i++) assert.equal(processOf(await create(front)), 1);
    assert.equal(await isReady(1), true);
    await pm2.start(CONFIG);
    await back(0);
  });

  it('a reload of one after the other refuses no player at the public address', async () => {
    let reloading = true;
    const refused: unknown[] = [];
    let seats = 0;
    const arrivals = (async () => {
      while (reloading) {
        const { status, body } = await post(front, 'joinOrCreate/arena');
        if (status === 200) seats++;
        else refused.push(body);
        await sleep(20);
      }
    })();
    const pids = [(await managed(0)).pid, (await managed(1)).pid];
    for (const index of [0, 1]) await pm2.reload(`hypogeum-${index}`);
    reloading = false;
    await arrivals;
    assert.deepEqual(refused, []);
    assert.ok(seats > 10, `${seats} seats`);
    for (const index of [0, 1]) assert.notEqual((await managed(index)).pid, pids[index]);
    await play(await take(await createOn(0, front)));
  });

  it('without Redis are alive but not ready, and say why; matches go on; with Redis back they take players again', async () => {
    const players = [await take(await createOn(0, front)), await take(await createOn(1, front))];
    const pids = (await pm2.list()).map(({ pid }) => pid);
    await redis.kill();
    for (const origin of origins) {
      const reason = await waitFor('it is not ready', () => reasonOf(origin), WAIT);
      assert.match(reason, /redis/i);
      assert.equal((await get(`${origin}/healthz`)).status, 200);
      assert.equal((await post(origin, 'joinOrCreate/arena')).status, 503);
    }
    for (const player of players) await play(player);

    await redis.restart();
    for (const index of [0, 1]) await back(index);
    await play(await take(await create(front)));
    assert.deepEqual(
      (await pm2.list()).map(({ pid }) => pid),
      pids,
      'no process ended over it',
    );
  });

  it('one that is told to stop while Redis stalls says so, sends its players back all the same, and is gone in time', async () => {
    const leaving = await take(await createOn(0, front));
    const { pid } = await managed(0);
    const dropped = new Promise<number>((resolve) => leaving.onDrop((code) => resolve(code)));
    redis.pause();
    try {
      const stopped = pm2.stop('hypogeum-0');
      const reason = await waitFor('it is not ready', () => reasonOf(origins[0]!), WAIT);
      const began = performance.now();
      assert.equal(reason, 'stopping');
      assert.equal((await get(`${origins[0]}/healthz`)).status, 200);
      const { status, body } = await post(origins[0]!, 'joinOrCreate/arena');
      assert.deepEqual([status, body.code, body.retryable], [503, ERRORS.STOPPING.code, true]);
      assert.equal(await dropped, MAY_TRY_RECONNECT);
      await waitFor('its process is gone', () => isGone(pid), { timeoutMs: DRAIN_MS + 1000 });
      assert.ok(performance.now() - began < DRAIN_MS + 500);
      await stopped;
    } finally {
      redis.resume();
    }
    await pm2.start(CONFIG);
    await back(0);
    await play(await take(await createOn(0, front)));
  });

  async function reasonOf(origin: string): Promise<string | undefined> {
    const { status, text } = await get(`${origin}/readyz`);
    return status === 503 ? (JSON.parse(text) as { reason: string }).reason : undefined;
  }
});

/** How a process closes a connection that comes with a seat: to be refused, the room has to be elsewhere. */
function closeCodeAt(origin: string, { processId, roomId, sessionId }: Seat): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/${processId}/${roomId}?sessionId=${sessionId}`);
    socket.once('close', (code) => resolve(code));
    socket.once('error', reject);
  });
}
