/** A real server in this process, on a free loopback port, with the rooms a test names. Stop it in `after`. */
import { Client } from '@colyseus/sdk';
import { OPEN_DOORS } from '../../loadtest/open-doors.ts';
import { parseEnvironment } from '../../src/config/parse.ts';
import { openLocalStore } from '../../src/matchmaking/colyseus-local-store.ts';
import { type Counters, createCounters } from '../../src/observability/counters.ts';
import { type DefineRoom, type RunningServer, type ServerDeps, startServer } from '../../src/server.ts';
import { type LogLine, recordingLogger } from './recording-logger.ts';

export interface TestServer extends RunningServer {
  readonly client: Client;
  readonly url: string;
  readonly counters: Counters;
  readonly lines: LogLine[];
}

export interface TestServerOptions {
  readonly rooms: (define: DefineRoom) => void;
  readonly env?: { readonly [name: string]: string };
  readonly deps?: Partial<ServerDeps>;
}

export async function startTestServer({ rooms, env = {}, deps = {} }: TestServerOptions): Promise<TestServer> {
  const parsed = parseEnvironment({ HYPOGEUM_PORT: '0', HYPOGEUM_HOST: '127.0.0.1', ...OPEN_DOORS, ...env });
  if (!parsed.ok) throw new Error(parsed.mistakes.join('\n'));
  const lines: LogLine[] = [];
  const counters = createCounters();
  const server = await startServer({
    settings: parsed.settings,
    clock: performance,
    logger: recordingLogger(lines),
    meter: counters,
    store: openLocalStore({ clock: performance, meter: counters }),
    page: (_req, _res, next) => next(),
    defineRooms: rooms,
    ...deps,
  });
  const url = `${parsed.settings.tlsCert === '' ? 'http' : 'https'}://127.0.0.1:${server.port}`;
  return { ...server, client: new Client(url), url, counters, lines };
}
