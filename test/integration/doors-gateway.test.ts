/** Doors of two processes on one Redis: sockets enter at one, and their room is at the other. */
import assert from 'node:assert/strict';
import { type AuthContext, type Client, matchMaker, Room } from '@colyseus/core';
import { WebSocket } from 'ws';
import { openRedisStore, type RedisStore } from '../../src/matchmaking/redis-store.ts';
import { createCounters } from '../../src/observability/counters.ts';
import { redisRates } from '../../src/security/redis-rates.ts';
import { disposedAfterwards, startServerProcess } from '../support/processes.ts';
import { matchmake, type Seat } from '../support/raw-client.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { startRedis } from '../support/redis.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

class Hall extends Room {
  override onAuth(_client: Client, _options: unknown, { ip }: AuthContext): object {
    return { ip };
  }
}

const LIMITS = {
  HYPOGEUM_MAX_SOCKETS_PER_ADDRESS: '2',
  HYPOGEUM_MAX_CONNECTIONS_PER_ADDRESS: '4',
  HYPOGEUM_SOCKET_RATE: '20',
  HYPOGEUM_ROOM_RATE: '1000',
};

describe('the doors of two processes', () => {
  const stack = disposedAfterwards();
  let owner: TestServer;
  let entry = '';

  before(async () => {
    const redis = stack.use(await startRedis());
    const services = { logger: recordingLogger([]), meter: createCounters(), clock: performance };
    const store: RedisStore = await openRedisStore({ url: redis.url, startTimeoutMs: 5000 }, services);
    owner = await startTestServer({
      rooms: (define) => void define('hall', Hall),
      env: LIMITS,
      deps: { store, sharedRates: redisRates({ client: store.client, ...services }) },
    });
    stack.defer(() => owner.stop());
    const process = await startServerProcess({ ...LIMITS, REDIS_URL: redis.url, HYPOGEUM_LOG_LEVEL: 'error' });
    stack.defer(() => process.child.stop('SIGKILL'));
    entry = process.origin;
  });

  const open = (target: string, localAddress: string, at = entry) =>
    new Promise<{ status: number; socket: WebSocket }>((resolve) => {
      const socket = new WebSocket(`${at.replace('http', 'ws')}${target}`, { localAddress });
      stack.defer(() => socket.terminate());
      socket.on('open', () => resolve({ status: 101, socket }));
      socket.on('unexpected-response', (_req, { statusCode = 0 }) => resolve({ status: statusCode, socket }));
      socket.on('error', () => resolve({ status: 0, socket }));
    });
  const targetOf = ({ processId, roomId, sessionId }: Seat) => `/${processId}/${roomId}?sessionId=${sessionId}`;
  const seat = async (): Promise<Seat> => {
    const { roomId } = await matchMaker.handleCreateRoom('hall', {});
    const { status, body } = await matchmake(owner.url, 'joinById', roomId);
    assert.equal(status, 200, JSON.stringify(body));
    return body as unknown as Seat;
  };

  it("D3, D7, D15: count a forwarded socket where it entered, and tell the room its player's address", async () => {
    for (let player = 1; player <= 6; player++) {
      const address = `127.0.2.${player}`;
      const own = await seat();
      assert.equal((await open(targetOf(own), address)).status, 101);
      const client = await until('the player', () => matchMaker.getLocalRoomById(own.roomId)?.clients[0]);
      assert.deepEqual(client.auth, { ip: address });
    }
    assert.equal(owner.counters.total('hypogeum_player_sockets'), 0);
    const own = await seat();
    assert.equal((await open(targetOf(own), '127.0.2.1')).status, 101, 'the second of this address');
    assert.equal((await open(targetOf(await seat()), '127.0.2.1')).status, 429, 'the third');
    assert.equal((await open(targetOf(await seat()), '127.0.2.1', owner.url)).status, 101, 'at a door of its own');
    assert.equal(owner.counters.total('hypogeum_player_sockets'), 1);
  });

  it('D6, D9: know the address that guesses at either, when it guessed at one', async () => {
    const { processId, roomId } = await seat();
    const guess = { processId, roomId, sessionId: 'guess' };
    const address = '127.0.3.1';
    for (let i = 0; i < 6; i++) {
      const { status, socket } = await open(targetOf(guess), address);
      if (status === 101) await new Promise((resolve) => socket.on('close', resolve));
    }
    assert.ok(owner.counters.total('hypogeum_limit_hits_total', { limit: 'wrong_seats' }) >= 5);
    const right = targetOf(await seat());
    await until('both to refuse', async () => {
      const statuses = [(await open(right, address)).status, (await open(right, address, owner.url)).status];
      return statuses.every((status) => status === 429);
    });
    assert.equal((await open(targetOf(await seat()), '127.0.3.2')).status, 101);
  });
});
