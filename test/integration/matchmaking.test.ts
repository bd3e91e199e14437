/** Matchmaking over three real processes on one real Redis: what stands still, dies or is restarted empty. */
import assert from 'node:assert/strict';
import { Client, type Room } from '@colyseus/sdk';
import { Redis } from 'ioredis';
import { WebSocket } from 'ws';
import { CloseCodes, ERRORS } from '../../src/kernel/errors.ts';
import { noMeter } from '../../src/kernel/ports.ts';
import { RedisRoomIndex } from '../../src/matchmaking/redis-room-index.ts';
import { disposedAfterwards, passive, type ServerProcess, startServerProcess, waitFor } from '../support/processes.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { listingOf, reportOf } from '../support/room-indexes.ts';

interface Seat {
  readonly roomId: string;
  readonly processId: string;
}
interface Answer {
  readonly status: number;
  readonly ms: number;
  readonly body: Seat & { readonly code?: number; readonly retryable?: boolean };
}

const LEASE_MS = 2000;
const FAILED_TO_RECONNECT = 4003;
const WAIT = { timeoutMs: 10_000, everyMs: 20 };

describe('matchmaking over processes that stall and die', function () {
  this.timeout(40_000);
  const stack = disposedAfterwards();
  const servers: ServerProcess[] = [];
  let redis: TestRedis;
  let store: Redis;

  const start = async (): Promise<ServerProcess> => {
    const server = await startServerProcess({
      REDIS_URL: redis.url,
      HYPOGEUM_ARENA_FILL: '2',
      HYPOGEUM_LOG_LEVEL: 'error',
    });
    stack.defer(() => server.child.stop('SIGKILL'));
    return server;
  };

  before(async () => {
    redis = stack.use(await startRedis());
    store = new Redis(redis.url, { retryStrategy: () => 50 });
    store.on('error', () => {});
    stack.defer(() => store.disconnect());
    servers.push(...(await Promise.all([start(), start(), start()])));
    await waitFor('all know each other', async () => (await store.zcard('{roomcaches}:leases')) === 3, WAIT);
  });

  async function ask({ origin }: ServerProcess, path: string): Promise<Answer> {
    const began = performance.now();
    const response = await fetch(`${origin}/matchmake/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    const body = (await response.json()) as Answer['body'];
    return { status: response.status, ms: performance.now() - began, body };
  }

  const rows = async (): Promise<Seat[]> =>
    Object.values(await store.hgetall('roomcaches')).map((row) => JSON.parse(row));
  const isListed = async ({ roomId }: Seat) => (await store.hexists('roomcaches', roomId)) === 1;

  /** A room of another process than the one that is asked, and that process. */
  async function roomElsewhere(asked: ServerProcess): Promise<{ seat: Seat; owner: ServerProcess }> {
    const known = async () => (await store.hlen('{roomcaches}:processes')) >= servers.length;
    await waitFor('all know each other', known, WAIT);
    const names = new Map<string, ServerProcess>();
    for (const [processId, text] of Object.entries(await store.hgetall('{roomcaches}:processes'))) {
      const { address } = JSON.parse(text) as { address: string };
      const server = servers.find(({ port }) => address.endsWith(`:${port}`));
      if (server !== undefined) names.set(processId, server);
    }
    const probe = async () => {
      const { status, body } = await ask(asked, 'create/arena');
      assert.equal(status, 200, JSON.stringify(body));
      const owner = names.get(body.processId);
      return owner === undefined || owner === asked ? undefined : { seat: body, owner };
    };
    return waitFor('a room at another process', probe, { timeoutMs: 10_000, everyMs: 300 });
  }

  async function take({ origin }: ServerProcess, seat: Seat): Promise<Room> {
    const room = await new Client(origin).consumeSeatReservation({ ...seat, name: 'arena' } as never);
    stack.defer(() => room.connection.close());
    return passive(room as Room);
  }

  async function goesOn(room: Room): Promise<void> {
    let patches = 0;
    room.onStateChange(() => void patches++);
    await waitFor('patches go on', () => patches >= 3, WAIT);
  }

  it('L2, L4: a process that stood still is not offered, and is listed again within a second of its return', async () => {
    const [front] = servers as [ServerProcess];
    const { seat, owner } = await roomElsewhere(front);
    const player = await take(owner, seat);
    owner.child.signal('SIGSTOP');
    await waitFor('its rooms are off the list', async () => !(await isListed(seat)), WAIT);
    for (let i = 0; i < 5; i++) {
      const { status, ms, body } = await ask(front, 'joinOrCreate/arena');
      assert.equal(status, 200, JSON.stringify(body));
      assert.notEqual(body.processId, seat.processId);
      assert.ok(ms < 1000, `${ms} ms`);
    }
    owner.child.signal('SIGCONT');
    const began = performance.now();
    await waitFor('its rooms are back', () => isListed(seat), WAIT);
    const tookMs = performance.now() - began;
    assert.ok(tookMs < 1000, `${tookMs} ms`);
    assert.equal((await rows()).filter(({ roomId }) => roomId === seat.roomId).length, 1);
    await goesOn(player);
    assert.equal((await ask(front, `joinById/${seat.roomId}`)).status, 200);
  });

  it('L4, L5: a process that stood still until another took its room over stops it, and tells its players', async () => {
    const [front] = servers as [ServerProcess];
    const { seat, owner } = await roomElsewhere(front);
    const player = await take(owner, seat);
    const left = new Promise<number>((resolve) => player.onLeave(resolve));
    player.reconnection.enabled = false;
    owner.child.signal('SIGSTOP');
    await waitFor('its rooms are off the list', async () => !(await isListed(seat)), WAIT);
    const index = new RedisRoomIndex({ client: store, meter: noMeter });
    await index.renew(reportOf('heir'));
    const taken = listingOf({ roomId: seat.roomId, processId: 'heir', epoch: 1, locked: true });
    assert.equal(await index.list(taken), true);
    owner.child.signal('SIGCONT');
    assert.equal(await left, CloseCodes.mayTryReconnect);
    assert.equal((await index.get([seat.roomId])).get(seat.roomId)?.processId, 'heir');
    await index.leave('heir');
  });

  it('C2: a stop shorter than the lease costs a joiner at most a coded, retryable refusal', async () => {
    const [front] = servers as [ServerProcess];
    const { seat, owner } = await roomElsewhere(front);
    owner.child.signal('SIGSTOP');
    const { status, body, ms } = await ask(front, `joinById/${seat.roomId}`);
    owner.child.signal('SIGCONT');
    assert.deepEqual([status, body.code, body.retryable], [ERRORS.SEAT_TIMEOUT.status, ERRORS.SEAT_TIMEOUT.code, true]);
    assert.ok(ms < 2000, `${ms} ms`);
    assert.equal((await ask(front, `joinById/${seat.roomId}`)).status, 200);
  });

  it('L2, C2: after kill -9 nobody waits, nobody is refused, and the rooms of the dead are gone', async () => {
    const [front] = servers as [ServerProcess];
    const { seat, owner } = await roomElsewhere(front);
    owner.child.signal('SIGKILL');
    const diedAt = performance.now();
    while (performance.now() - diedAt < LEASE_MS + 1500) {
      const askedAt = performance.now();
      const { status, ms, body } = await ask(front, 'joinOrCreate/arena');
      assert.equal(status, 200, JSON.stringify(body));
      assert.ok(ms < 1000, `${ms} ms`);
      if (askedAt - diedAt > LEASE_MS) assert.notEqual(body.processId, seat.processId);
    }
    assert.deepEqual(
      (await rows()).filter(({ processId }) => processId === seat.processId),
      [],
    );
    servers[servers.indexOf(owner)] = await start();
  });

  it('O1 to O3: Redis killed and restarted empty: matches go on, joins are refused with a code, all is listed again', async () => {
    const [front] = servers as [ServerProcess];
    const { seat, owner } = await roomElsewhere(front);
    const player = await take(owner, seat);
    const before = (await rows()).map(({ roomId }) => roomId);
    await redis.kill();
    const { status, body, ms } = await ask(front, 'joinOrCreate/arena');
    assert.deepEqual([status, body.code, body.retryable], [503, ERRORS.STORE_AWAY.code, true]);
    assert.ok(ms < 2000, `${ms} ms`);
    await goesOn(player);
    await redis.restart();
    const backAt = performance.now();
    await waitFor('the room is listed', () => isListed(seat).catch(() => false), WAIT);
    await waitFor('joins work', async () => (await ask(front, 'joinOrCreate/arena')).status === 200, WAIT);
    const tookMs = performance.now() - backAt;
    assert.ok(tookMs < 3000, `${tookMs} ms`);
    // Those whose seats nobody took end by themselves meanwhile; none is listed that was not.
    assert.ok((await rows()).some(({ roomId }) => before.includes(roomId)));
    await goesOn(player);
  });

  it('G4, O2: a player who comes back to a room that is not listed yet, after Redis was empty, is to try again', async () => {
    const [front] = servers as [ServerProcess];
    const { seat, owner } = await roomElsewhere(front);
    owner.child.signal('SIGSTOP');
    try {
      await redis.kill();
      await waitFor('that to be known', async () => !(await isReady(front)), WAIT);
      await redis.restart();
      await waitFor('Redis to be back', () => isReady(front), WAIT);
      assert.equal(await closeCodeAt(front, seat), CloseCodes.mayTryReconnect);
      const { body } = await ask(front, `joinById/${seat.roomId}`);
      assert.deepEqual([body.code, body.retryable], [ERRORS.STORE_AWAY.code, true]);
    } finally {
      owner.child.signal('SIGCONT');
    }
    await waitFor('the room is listed', () => isListed(seat).catch(() => false), WAIT);
    const gone = async () => (await closeCodeAt(front, { ...seat, roomId: 'gone' })) === FAILED_TO_RECONNECT;
    await waitFor('an unknown room to be known as such', gone, WAIT);
  });

  const isReady = async ({ origin }: ServerProcess) => (await fetch(`${origin}/readyz`)).ok;

  /** How a process closes the socket of a player who comes back. */
  const closeCodeAt = ({ origin }: ServerProcess, { processId, roomId }: Seat) =>
    new Promise<number>((resolve, reject) => {
      const target = `${processId}/${roomId}?sessionId=s&reconnectionToken=t`;
      const socket = new WebSocket(`${origin.replace('http', 'ws')}/${target}`);
      socket.once('close', (code) => resolve(code));
      socket.once('error', reject);
    });

  it('G1: a player may come through any process, also one that was started later', async () => {
    const [front] = servers as [ServerProcess];
    const { seat } = await roomElsewhere(front);
    await goesOn(await take(front, seat));
  });

  it('passes on the code with which a room elsewhere refuses to be made', async () => {
    const [front] = servers as [ServerProcess];
    for (let i = 0; i < 6; i++) {
      const response = await fetch(`${front.origin}/matchmake/create/arena`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'x'.repeat(500) }),
      });
      const { code } = (await response.json()) as { code: number };
      assert.equal(code, ERRORS.INVALID_NAME.code);
    }
  });
});
