/**
 * Listings and messages between processes in Redis: Colyseus's driver and presence on one connection of ours, which
 * knows when Redis is away and is the one place that closes it.
 */
import { RedisDriver } from '@colyseus/redis-driver';
import { RedisPresence } from '@colyseus/redis-presence';
import type { Logger } from '../kernel/ports.ts';
import { connectRedis, type RedisOptions } from './redis-connection.ts';

export interface RedisStore {
  readonly presence: RedisPresence;
  readonly driver: RedisDriver;
  /** Why Redis cannot be used now; undefined while it can. */
  away(): string | undefined;
  stop(): Promise<void>;
}

/** @throws Error when Redis does not answer in time. */
export async function openRedisStore(options: RedisOptions, logger: Logger): Promise<RedisStore> {
  const redis = await connectRedis(options, logger);
  const presence = new Presence(redis.client);
  const stop = async (): Promise<void> => {
    presence.disconnect();
    await redis.stop();
  };
  return { presence, driver: new RedisDriver(redis.client), away: redis.away, stop };
}

/** Its own shutdown says QUIT, which fails while Redis is away, and on the connection that the driver quits as well. */
class Presence extends RedisPresence {
  disconnect(): void {
    this.sub.disconnect();
  }
}
