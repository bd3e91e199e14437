/** A real server in this process, on a free loopback port, with the rooms a test names. Stop it in `after`. */
import { LocalDriver, LocalPresence, type Room } from '@colyseus/core';
import { Client } from '@colyseus/sdk';
import { parseEnvironment } from '../../src/config/parse.ts';
import type { LogFields, Logger } from '../../src/kernel/ports.ts';
import { type Counters, createCounters } from '../../src/observability/counters.ts';
import { type DefineRoom, type RunningServer, type ServerDeps, startServer } from '../../src/server.ts';

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields;
  readonly cause: unknown;
}

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
  const parsed = parseEnvironment({ HYPOGEUM_PORT: '0', HYPOGEUM_HOST: '127.0.0.1', ...env });
  if (!parsed.ok) throw new Error(parsed.mistakes.join('\n'));
  const lines: LogLine[] = [];
  const counters = createCounters();
  const server = await startServer({
    settings: parsed.settings,
    clock: performance,
    logger: recordingLogger(lines),
    meter: counters,
    store: { presence: new LocalPresence(), driver: new LocalDriver(), away: () => undefined, stop: async () => {} },
    page: (_req, _res, next) => next(),
    defineRooms: rooms,
    ...deps,
  });
  const url = `http://127.0.0.1:${server.port}`;
  return { ...server, client: new Client(url), url, counters, lines };
}

export function recordingLogger(lines: LogLine[]): Logger {
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}, cause?: unknown): void =>
      void lines.push({ level, message, fields, cause });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** The only room of this process by that id. */
export type RoomOf<T> = T extends new () => infer R ? R & Room : never;
