/** The versions of the ban store for their contract suite. */
import { noMeter, silentLogger } from '../../src/kernel/ports.ts';
import { inTime } from '../../src/matchmaking/redis-away.ts';
import { openRedisStore } from '../../src/matchmaking/redis-store.ts';
import { type BanStore, MemoryBanStore } from '../../src/security/bans.ts';
import { RedisBanStore } from '../../src/security/redis-bans.ts';
import { startRedis, type TestRedis } from './redis.ts';

export interface BanStores {
  /** Another view on the same bans, as another process has it (in memory there is one). */
  open(): Promise<BanStore>;
  /** Everything is forgotten. */
  lose(): Promise<void>;
  stop(): Promise<void>;
}

export interface RedisBanStores extends BanStores {
  readonly redis: TestRedis;
}

export const BAN_STORES: Readonly<Record<string, () => Promise<BanStores>>> = {
  'in memory': openMemoryBanStores,
  'in Redis': openRedisBanStores,
};

export async function openMemoryBanStores(): Promise<BanStores> {
  let store = new MemoryBanStore();
  return {
    open: async () => store,
    async lose() {
      store = new MemoryBanStore();
    },
    async stop() {},
  };
}

export async function openRedisBanStores(): Promise<RedisBanStores> {
  const redis = await startRedis();
  const opened: { stop(): Promise<void> }[] = [];
  return {
    redis,
    async open() {
      const deps = { logger: silentLogger, meter: noMeter };
      const store = await openRedisStore({ url: redis.url, startTimeoutMs: 5000 }, deps);
      opened.push(store);
      return new RedisBanStore({ ...store, inTime });
    },
    lose: () => redis.restart(),
    async stop() {
      await Promise.all(opened.map((store) => store.stop()));
      await redis.stop();
    },
  };
}
