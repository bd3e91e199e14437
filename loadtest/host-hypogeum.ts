/** A Hypogeum server with rooms of a measurement's own, in this process, as `npm start` runs it otherwise; without a page. */
import { matchMaker } from '@colyseus/core';
import { parseEnvironment } from '../src/config/parse.ts';
import { silentLogger } from '../src/kernel/ports.ts';
import { openLocalStore } from '../src/matchmaking/colyseus-local-store.ts';
import { openRedisStore } from '../src/matchmaking/redis-store.ts';
import { type Counters, createCounters } from '../src/observability/counters.ts';
import { type ServerDeps, type Store, startServer } from '../src/server.ts';
import type { Host } from './host.ts';
import { OPEN_DOORS } from './open-doors.ts';

const REDIS_START_TIMEOUT_MS = 5000;

export interface HypogeumHost extends Host {
  /** What the server counted. */
  readonly meter: Counters;
}

/** On a free port of this machine only. `settings`: environment names and values besides the defaults. */
export async function hostHypogeum(
  defineRooms: ServerDeps['defineRooms'],
  settings: Readonly<Record<string, string>> = {},
): Promise<HypogeumHost> {
  const parsed = parseEnvironment({ HYPOGEUM_PORT: '0', HYPOGEUM_HOST: '127.0.0.1', ...OPEN_DOORS, ...settings });
  if (!parsed.ok) throw new Error(parsed.mistakes.join('\n'));
  const meter = createCounters();
  const services = { clock: performance, logger: silentLogger, meter };
  const server = await startServer({
    ...services,
    settings: parsed.settings,
    store: await openStore(parsed.settings.redisUrl, services),
    page: (_request, response) => void response.sendStatus(404),
    defineRooms,
  });
  return {
    meter,
    port: server.port,
    createRoom: async (name, options) => (await matchMaker.createRoom(name, options)).roomId,
    stop: () => server.stop(),
  };
}

async function openStore(url: string, services: Pick<ServerDeps, 'clock' | 'logger' | 'meter'>): Promise<Store> {
  return url === ''
    ? openLocalStore(services)
    : openRedisStore({ url, startTimeoutMs: REDIS_START_TIMEOUT_MS }, services);
}
