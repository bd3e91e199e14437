/**
 * The versions of the room index for its contract suite, each with a clock that a test steps. Redis has a clock of its own;
 * there a step makes everything that is stored with a time so much older.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster, Redis } from 'ioredis';
import { MemoryRoomIndex } from '../../src/matchmaking/memory-room-index.ts';
import type { ProcessRegistry, ProcessReport } from '../../src/matchmaking/process-registry.ts';
import { RedisRoomIndex } from '../../src/matchmaking/redis-room-index.ts';
import type { IndexTimes, Listing, RoomIndex, RoomListings } from '../../src/matchmaking/room-index.ts';
import { type Counters, createCounters } from '../../src/observability/counters.ts';
import { KEYS } from '../../src/redis/keys.ts';
import { startRedis, type TestRedis } from './redis.ts';
import { until } from './until.ts';

export type AnyIndex = RoomIndex & RoomListings & ProcessRegistry;

export interface IndexStore {
  /** Another view on the same rooms, as another process has it (in memory there is one). */
  open(times?: Partial<IndexTimes>): AnyIndex;
  readonly meter: Counters;
  /** Lets time pass. */
  step(ms: number): Promise<void>;
  /** Nothing is listed and nobody holds a lease. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export interface RedisIndexStore extends IndexStore {
  readonly redis: TestRedis;
  readonly client: Redis;
}

export const INDEX_STORES: Readonly<Record<string, () => Promise<IndexStore>>> = {
  'in memory': openMemoryStore,
  'in Redis': openRedisIndexStore,
  'in a Redis Cluster': openRedisClusterStore,
};

export async function openMemoryStore(): Promise<IndexStore> {
  const meter = createCounters();
  const clock = { at: 0, now: () => clock.at };
  let index: MemoryRoomIndex | undefined;
  return {
    meter,
    open: (times) => {
      index ??= new MemoryRoomIndex({ clock, meter }, times);
      return index;
    },
    async step(ms) {
      clock.at += ms;
    },
    async reset() {
      index = undefined;
    },
    async stop() {},
  };
}

export async function openRedisIndexStore(): Promise<RedisIndexStore> {
  const redis = await startRedis();
  const client = new Redis(redis.url, { retryStrategy: () => 20 });
  client.on('error', () => {});
  return { redis, client, ...storeOn(client, () => redis.stop()) };
}

/** One node that has all slots: it refuses scripts whose keys are not all in one of them. */
async function openRedisClusterStore(): Promise<IndexStore> {
  const dir = await mkdtemp(join(tmpdir(), 'hypogeum-redis-'));
  const redis = await startRedis(['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1', '--dir', dir]);
  const node = new Redis(redis.url);
  await node.cluster('ADDSLOTSRANGE', 0, 16383);
  await until('the cluster is up', async () => (await node.cluster('INFO')).includes('cluster_state:ok'), 10_000);
  node.disconnect();
  const client = new Cluster([{ host: '127.0.0.1', port: redis.port }]);
  await until('the client knows the cluster', () => client.status === 'ready');
  return storeOn(client, async () => {
    await redis.stop();
    await rm(dir, { recursive: true });
  });
}

function storeOn(client: Redis | Cluster, stop: () => Promise<void>): IndexStore {
  const meter = createCounters();
  client.defineCommand('age', { numberOfKeys: 1, lua: AGE });
  const commands = client as unknown as { age(key: string, ms: number): Promise<unknown> };
  return {
    meter,
    open: (times) => new RedisRoomIndex({ client, meter }, times),
    step: async (ms) => void (await commands.age(KEYS.rows, ms)),
    reset: async () => void (await client.flushall()),
    async stop() {
      client.disconnect();
      await stop();
    },
  };
}

const AGE = `
local ms = tonumber(ARGV[1])
for _, key in ipairs(redis.call('KEYS', '{' .. KEYS[1] .. '}:*')) do
  local ttl = redis.call('PTTL', key)
  if ttl >= 0 and ttl <= ms then redis.call('DEL', key)
  elseif ttl >= 0 then redis.call('PEXPIRE', key, ttl - ms) end
end
local function is_timed(key)
  for _, timed in ipairs({ '${KEYS.claims}', '${KEYS.leases}', '${KEYS.creating}', '${KEYS.waiting}' }) do
    if string.sub(key, 1, #timed) == timed then return true end
  end
end
for _, key in ipairs(redis.call('KEYS', '{' .. KEYS[1] .. '}:*')) do
  if is_timed(key) and redis.call('TYPE', key).ok == 'zset' then
    for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do redis.call('ZINCRBY', key, -ms, member) end
  end
end
for _, key in ipairs({ '${KEYS.renewed}', '${KEYS.grace}' }) do
  if redis.call('EXISTS', key) == 1 then redis.call('DECRBY', key, ms) end
end
`;

/** What a process says of itself that has nothing to say. */
export function reportOf(processId: string): ProcessReport {
  return { processId, address: '127.0.0.1:1', players: 0, rooms: 0, busyShare: 0, takesRooms: true };
}

const FIRST_CREATED = Date.UTC(2026, 0, 1);
let listed = 0;

/** A listing as a room of Colyseus has it, each younger than the one before. */
export function listingOf(given: Partial<Listing> & Pick<Listing, 'roomId'>): Listing {
  return {
    name: 'arena',
    processId: 'p1',
    clients: 0,
    maxClients: 16,
    locked: false,
    private: false,
    unlisted: false,
    metadata: {},
    createdAt: new Date(FIRST_CREATED + ++listed),
    ...given,
  };
}

/** `c0`, `c1` ... */
export function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}
