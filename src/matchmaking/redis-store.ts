/**
 * What processes share, in Redis: on one connection of ours, which knows when Redis is away and is the one place that
 * closes it, and one more to listen.
 */
import type { Redis } from 'ioredis';
import type { Logger, Meter } from '../kernel/ports.ts';
import { KEYS } from '../redis/keys.ts';
import { connectRedis, type RedisOptions } from '../redis/redis-connection.ts';
import { inTime } from './redis-away.ts';
import { RedisPresence } from './redis-presence.ts';
import { RedisRoomIndex } from './redis-room-index.ts';
import type { MatchStore } from './store.ts';

export interface RedisStoreDeps {
  readonly logger: Logger;
  readonly meter: Meter;
}

export interface RedisStore extends MatchStore<RedisPresence> {
  /** For what else processes share: it is closed with the store. */
  readonly client: Redis;
}

/** @throws Error when Redis does not answer in time. */
export async function openRedisStore(options: RedisOptions, { logger, meter }: RedisStoreDeps): Promise<RedisStore> {
  const { client, away, stop } = await connectRedis(options, logger);
  const presence = new RedisPresence(client, { logger });
  await presence.start();
  return {
    client,
    index: new RedisRoomIndex({ client, meter }),
    calls: presence,
    presence,
    away,
    async agree(name, proposal) {
      await inTime(client.set(KEYS.agreed + name, proposal, 'NX'));
      return (await inTime(client.get(KEYS.agreed + name))) ?? proposal;
    },
    async stop() {
      presence.disconnect();
      await stop();
    },
  };
}
