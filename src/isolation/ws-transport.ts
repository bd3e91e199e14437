/**
 * Colyseus's WebSocket transport on an HTTP server of ours: upgrades that cannot be read are answered with 400 before
 * Colyseus sees them, sockets are guarded and pinged a few at a time, and what is left of them at a stop is ended.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { SharedReads } from './node-shared-read.ts';
import { type Pingable, PingSweep } from './ping-sweep.ts';
import { readDirectly } from './ws-direct-frames.ts';
import { GuardedSocket } from './ws-guarded-socket.ts';

export interface GameSockets {
  /** No new sockets; those that do not close by themselves within `graceMs` are cut. */
  stop(graceMs: number): Promise<void>;
}

export interface GameSocketOptions {
  readonly maxMessageBytes: number;
}

/**
 * What ws waits for the other side of a closing handshake, 30 s by itself: whoever does not read would keep what is
 * under way, and their room would hear of the end that late. Not among the types of ws yet (8.23.0 has it).
 */
const CLOSING = { closeTimeout: 3000 };

/** A WebSocket that was asked for and not answered yet. `head`: what followed the request already. */
export interface Upgrade {
  readonly req: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** What can be done with an upgrade here. */
export interface GameDoor {
  /** Colyseus has it. */
  accept(upgrade: Upgrade): void;
  /** Completes the upgrade only to close it, because SDKs hear nothing but a close code. Never throws. */
  turnAway(upgrade: Upgrade, code: number, reason: string): void;
}

/** Asked for every upgrade that can be read; it may take its time, and need not come through the door at all. */
export type Route = (upgrade: Upgrade, door: GameDoor) => void;

const straightIn: Route = (upgrade, door) => door.accept(upgrade);

/** Takes the server's WebSocket upgrades. */
export function attachGameSockets(server: Server, options: GameSocketOptions, route = straightIn): GameSockets {
  const transport = new Transport({
    WebSocket: GuardedSocket,
    noServer: true,
    maxPayload: options.maxMessageBytes,
    ...CLOSING,
  });
  // All of them are left to the listener below, which can wait; Colyseus's own filter cannot.
  transport.attachToServer(server, { filter: () => false });
  server.on('upgrade', (req, socket, head) => {
    if (isReadable(req)) route({ req, socket, head }, transport);
    else refuse(socket);
  });
  return { stop: (graceMs) => transport.stop(graceMs) };
}

/** Colyseus parses the target as a URL, without a net. */
function isReadable(req: IncomingMessage): boolean {
  return (req.url ?? '').startsWith('/') && URL.canParse(`ws://server${req.url}`);
}

/** Does not wait for the other side to end as well: it need not. */
function refuse(socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}

const POLL_MS = 20;
/** A round of pings is cut into slices about this long. */
const PING_SLICE_MS = 50;

const NO_HEAD = Buffer.alloc(0);

class Transport extends WebSocketTransport implements GameDoor {
  readonly #reads = new SharedReads();

  /** As stock's own listener does it. */
  accept({ req, socket, head }: Upgrade): void {
    if (socket.destroyed) return;
    this.wss.handleUpgrade(req, socket, head, (ws) => {
      readDirectly(ws, socket, this.#reads);
      this.wss.emit('connection', ws, req);
    });
  }

  turnAway({ req, socket }: Upgrade, code: number, reason: string): void {
    if (socket.destroyed) return;
    this.wss.handleUpgrade(req, socket, NO_HEAD, (ws) => {
      ws.on('error', () => {});
      ws.close(code, reason);
    });
  }

  /** Stock's heartbeat, called by it with its own options; its handler of pongs sets `pingCount` back. */
  protected override autoTerminateUnresponsiveClients(pingInterval: number, pingMaxRetries: number): void {
    const slicesPerRound = Math.max(1, Math.round(pingInterval / PING_SLICE_MS));
    const sockets = this.wss.clients as unknown as ReadonlySet<Pingable>;
    const sweep = new PingSweep(sockets, { slicesPerRound, maxUnanswered: pingMaxRetries });
    this.pingInterval = setInterval(() => sweep.next(), pingInterval / slicesPerRound);
  }

  async stop(graceMs: number): Promise<void> {
    this.shutdown();
    const { clients } = this.wss;
    for (let waited = 0; clients.size > 0 && waited < graceMs; waited += POLL_MS) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    for (const socket of clients) socket.terminate();
  }
}
