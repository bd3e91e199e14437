/** A server process of the matchmaking bench: one side, on the Redis it is told. It is killed when done. */
import { matchMaker } from '@colyseus/core';
import { ROWS } from '../../src/redis/keys.ts';
import type { Host } from '../host.ts';
import { Hall } from './matchmaking-hall.ts';
import { type FromServer, ROOM_NAME, type Side, type ToServer } from './matchmaking-join-messages.ts';

const OPENED_AT_ONCE = 50;

let host: Host | undefined;

process.on('disconnect', () => process.exit(1));
process.on('SIGINT', () => {});
process.on('message', (message: ToServer) => void obey(message));

async function obey(message: ToServer): Promise<void> {
  switch (message.type) {
    case 'start':
      host = await start(message.side, message.redisUrl);
      return tell({ type: 'ready', port: host.port });
    case 'open':
      await open(message.rooms);
      return tell({ type: 'opened' });
    case 'count':
      return tell({ type: 'counted', rooms: await matchMaker.presence.hlen(ROWS) });
  }
}

/** Only what the side needs is loaded. */
async function start(side: Side, redisUrl: string): Promise<Host> {
  switch (side) {
    case 'stock':
      return (await import('../host-stock.ts')).hostStock({ [ROOM_NAME]: Hall }, await stockServices(redisUrl));
    case 'hypogeum':
      return startHypogeum(redisUrl);
  }
}

/** Each on connections of its own, as Colyseus's documentation has it. */
async function stockServices(redisUrl: string) {
  const { RedisDriver } = await import('@colyseus/redis-driver');
  const { RedisPresence } = await import('@colyseus/redis-presence');
  return { driver: new RedisDriver(redisUrl), presence: new RedisPresence(redisUrl) };
}

async function startHypogeum(redisUrl: string): Promise<Host> {
  const { hostHypogeum } = await import('../host-hypogeum.ts');
  return hostHypogeum((define) => void define(ROOM_NAME, Hall), { REDIS_URL: redisUrl });
}

async function open(rooms: number): Promise<void> {
  if (host === undefined) throw new Error('rooms were asked for before the server was started');
  for (let opened = 0; opened < rooms; opened += OPENED_AT_ONCE) {
    const some = Array.from({ length: Math.min(OPENED_AT_ONCE, rooms - opened) }, () => ROOM_NAME);
    await Promise.all(some.map((name) => host?.createRoom(name, {})));
  }
}

function tell(message: FromServer): void {
  process.send?.(message);
}
