/** A Hypogeum server with rooms of a measurement's own, in this process, as `npm start` runs it otherwise; without a page. */
import { LocalDriver, LocalPresence, matchMaker } from '@colyseus/core';
import { parseEnvironment } from '../src/config/parse.ts';
import { silentLogger } from '../src/kernel/ports.ts';
import { type Counters, createCounters } from '../src/observability/counters.ts';
import { type ServerDeps, startServer } from '../src/server.ts';
import type { Host } from './host.ts';

export interface HypogeumHost extends Host {
  /** What the server counted. */
  readonly meter: Counters;
}

/** On a free port of this machine only. `settings`: environment names and values besides the defaults. */
export async function hostHypogeum(
  defineRooms: ServerDeps['defineRooms'],
  settings: Readonly<Record<string, string>> = {},
): Promise<HypogeumHost> {
  const parsed = parseEnvironment({ HYPOGEUM_PORT: '0', HYPOGEUM_HOST: '127.0.0.1', ...settings });
  if (!parsed.ok) throw new Error(parsed.mistakes.join('\n'));
  const meter = createCounters();
  const server = await startServer({
    settings: parsed.settings,
    clock: performance,
    logger: silentLogger,
    meter,
    store: { presence: new LocalPresence(), driver: new LocalDriver(), away: () => undefined, stop: async () => {} },
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
