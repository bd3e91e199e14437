/**
 * The process at the other end for gateway tests: takes every WebSocket, and says what reached it. To be called in a
 * describe block; its sockets end with each test, and it with the block.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { until } from './until.ts';

export interface Arrival {
  readonly ws: WebSocket;
  readonly req: IncomingMessage;
}

export interface GatewayOwner {
  /** `host:port`, from `before` on. */
  readonly address: string;
  readonly connections: ReadonlySet<Socket>;
  /** A player's socket, opened at a gateway, with what the owner has of it. */
  open(
    gateway: { port: number },
    target?: string,
    headers?: Record<string, string>,
  ): Promise<{ player: WebSocket; atOwner: Arrival }>;
}

/** Of a player who comes back. */
export const SEAT = '/process/room?sessionId=a%20b&reconnectionToken=t';

export function gatewayOwner(): GatewayOwner {
  const arrivals: Arrival[] = [];
  const connections = new Set<Socket>();
  const http = createServer();
  const sockets = new WebSocketServer({ server: http, maxPayload: 10_000_000 });
  sockets.on('connection', (ws, req) => {
    ws.on('error', () => {});
    arrivals.push({ ws, req });
  });
  http.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  let address = '';
  before(async () => {
    address = await listen(http);
  });
  afterEach(async () => {
    for (const { ws } of arrivals.splice(0)) ws.terminate();
    await until('the owner to be rid of all', () => connections.size === 0);
  });
  after(() => void http.close());
  return {
    connections,
    get address() {
      return address;
    },
    async open({ port }, target = SEAT, headers = {}) {
      const seen = arrivals.length;
      const player = new WebSocket(`ws://127.0.0.1:${port}${target}`, { headers });
      player.on('error', () => {});
      const atOwner = await until('the socket at the owner', () => arrivals[seen]);
      await until('the socket to open', () => player.readyState === WebSocket.OPEN);
      return { player, atOwner };
    },
  };
}

/** On a free port of the loopback; resolves with `host:port`. */
export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
