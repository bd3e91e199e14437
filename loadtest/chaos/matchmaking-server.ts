/**
 * A server process of `chaos -- matchmaking`, `burst`: `node loadtest/chaos/matchmaking-server.ts hypogeum` or `stock`, on
 * the Redis that REDIS_URL names. Says where it is ready, as src/main.ts does. It is killed when the run is over.
 */
import type { Host } from '../host.ts';
import { Chamber, ROOM_NAME } from './matchmaking-room.ts';

const { port } = await start(process.argv[2]);
process.stdout.write(`The chamber is ready: http://127.0.0.1:${port}\n`);

/** Only what the side needs is loaded. */
async function start(side: string | undefined): Promise<Host> {
  const { REDIS_URL = '', HYPOGEUM_PORT = '0' } = process.env;
  if (side === 'stock')
    return (await import('../host-stock.ts')).hostStock({ [ROOM_NAME]: Chamber }, await stockServices(REDIS_URL));
  const { hostHypogeum } = await import('../host-hypogeum.ts');
  return hostHypogeum((define) => void define(ROOM_NAME, Chamber), { REDIS_URL, HYPOGEUM_PORT });
}

/** Each on connections of its own, as Colyseus's documentation has it. */
async function stockServices(redisUrl: string) {
  const { RedisDriver } = await import('@colyseus/redis-driver');
  const { RedisPresence } = await import('@colyseus/redis-presence');
  return { driver: new RedisDriver(redisUrl), presence: new RedisPresence(redisUrl) };
}
