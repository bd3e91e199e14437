/** A small process for gateway tests: HTTP, the real way of sockets to Colyseus, and a forwarder in front of it. */
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createAuthContext } from '@colyseus/core';
import { Forwarder, type ForwarderDeps, type ForwarderOptions } from '../../src/gateway/forwarder.ts';
import { httpxyTunnels } from '../../src/gateway/httpxy-tunnel.ts';
import { attachGameSockets } from '../../src/isolation/ws-transport.ts';
import { type Counters, createCounters } from '../../src/observability/counters.ts';
import { type LogLine, recordingLogger } from './recording-logger.ts';

export interface TestGateway extends AsyncDisposable {
  readonly port: number;
  /** `host:port` */
  readonly address: string;
  readonly forwarder: Forwarder;
  readonly counters: Counters;
  readonly lines: LogLine[];
  /** Open connections of players. */
  readonly connections: ReadonlySet<Socket>;
  /** What reached Colyseus here: the request targets. */
  readonly accepted: readonly string[];
}

export const KEY = 'a key that only the processes know';

/** Knows of no room, unless told otherwise. */
export async function startGateway(
  deps: Partial<ForwarderDeps> = {},
  options: Partial<ForwarderOptions> = {},
): Promise<TestGateway> {
  const counters = createCounters();
  const lines: LogLine[] = [];
  const forwarder = new Forwarder(
    {
      ownerOf: async () => undefined,
      isLocal: () => false,
      addressOf: (req) => createAuthContext({ headers: headersOf(req), remoteAddress: req.socket.remoteAddress }).ip,
      admit: (_upgrade, door) => door,
      key: () => KEY,
      now: () => Date.now(),
      openTunnel: httpxyTunnels(false),
      logger: recordingLogger(lines),
      meter: counters,
      ...deps,
    },
    { maxForwarded: 1000, connectTimeoutMs: 2000, idleTimeoutMs: 10_000, ...options },
  );
  const http = createServer();
  const connections = new Set<Socket>();
  http.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  const accepted: string[] = [];
  const sockets = attachGameSockets(http, { maxMessageBytes: 1_000_000 }, (upgrade, door) =>
    forwarder.route(upgrade, {
      accept(taken) {
        accepted.push(taken.req.url ?? '');
        door.accept(taken);
      },
      turnAway: (...args) => door.turnAway(...args),
    }),
  );
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    port,
    address: `127.0.0.1:${port}`,
    forwarder,
    counters,
    lines,
    connections,
    accepted,
    async [Symbol.asyncDispose]() {
      forwarder.stop();
      await sockets.stop(0);
      for (const socket of connections) socket.destroy();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function headersOf({ headers }: { headers: object }): Record<string, string | undefined> {
  return headers as Record<string, string | undefined>;
}
