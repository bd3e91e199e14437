/**
 * Colyseus's WebSocket transport on an HTTP server of ours: upgrades that cannot be read are answered with 400 before
 * Colyseus sees them, sockets are guarded and pinged a few at a time, and what is left of them at a stop is ended.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCode, Protocol } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import type { WebSocket } from 'ws';
import { CloseCodes, ERRORS } from '../kernel/errors.ts';
import { hangUp, LAST_WORDS_MS } from '../kernel/hang-up.ts';
import type { FrameGate } from '../kernel/ports.ts';
import { seatTargetOf } from '../kernel/seat-target.ts';
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

/** No SDK cuts its small frames up; each piece costs as much to read as a whole one, and no limit on messages sees it. */
const MAX_FRAGMENTS = 16;
/** A frame may come in pieces of this size on average, besides a few. */
const LEAST_CHUNK_BYTES = 128;
const FREE_CHUNKS = 64;

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

/** Watches who comes in, and what they send. */
export interface SocketWatch {
  /** Frames came, and are looked at next. */
  beforeFrames(): void;
  /** A listener of a socket threw; the socket is cut. */
  failed(thrown: unknown): void;
  /** A gate for the frames of this socket, which it may end. */
  gateOf(socket: GuardedSocket): FrameGate;
  /** Of those that come back with a token. */
  readonly reconnections: {
    /** Whether one is refused without looking. */
    isRefused(req: IncomingMessage): boolean;
    /** The token was wrong, or its seat is gone. */
    failed(req: IncomingMessage): void;
  };
}

/** Takes the server's WebSocket upgrades. Without a watch everybody may send what they like. */
export function attachGameSockets(
  server: Server,
  { maxMessageBytes }: GameSocketOptions,
  route = straightIn,
  watch?: SocketWatch,
): GameSockets {
  const limits = {
    maxPayload: maxMessageBytes,
    maxFragments: MAX_FRAGMENTS,
    maxBufferedChunks: FREE_CHUNKS + Math.ceil(maxMessageBytes / LEAST_CHUNK_BYTES),
  };
  const autoPong = watch === undefined;
  const transport = new Transport({ WebSocket: GuardedSocket, noServer: true, autoPong, ...limits, ...CLOSING });
  transport.watch = watch;
  // All of them are left to the listener below, which can wait; Colyseus's own filter cannot.
  transport.attachToServer(server, { filter: () => false });
  server.on('upgrade', (req, socket, head) => {
    try {
      if (isReadable(req)) route({ req, socket, head }, transport);
      else hangUp(socket, UNREADABLE);
    } catch (thrown) {
      socket.on('error', () => {});
      socket.destroy();
      watch?.failed(thrown);
    }
  });
  return { stop: (graceMs) => transport.stop(graceMs) };
}

/** Colyseus parses the target as a URL, without a net. */
function isReadable(req: IncomingMessage): boolean {
  return (req.url ?? '').startsWith('/') && URL.canParse(`ws://server${req.url}`);
}

const UNREADABLE = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

const POLL_MS = 20;
/** Of a socket that only measures latency. */
const PING_UTILITY_MS = 1000;
/** A round of pings is cut into slices about this long. */
const PING_SLICE_MS = 50;

/** Colyseus's utility for measuring latency, which asks for no room and no seat. */
function isForNobody({ url = '' }: IncomingMessage): boolean {
  return seatTargetOf(url) === undefined;
}

/** As Colyseus does it, but no more than the gate allows. */
function answerPings(socket: WebSocket): void {
  const timeout = setTimeout(() => socket.close(CloseCode.NORMAL_CLOSURE), PING_UTILITY_MS);
  const answer = Uint8Array.of(Protocol.PING);
  socket.on('error', () => {});
  socket.on('close', () => clearTimeout(timeout));
  if (socket instanceof GuardedSocket) socket.heard();
  socket.on('message', () => {
    if (!(socket instanceof GuardedSocket) || (socket.gate?.ping() ?? true)) socket.send(answer);
  });
}

/** As Colyseus reads it. */
function hasToken({ url = '' }: IncomingMessage): boolean {
  return Boolean(new URL(`ws://server${url}`).searchParams.get('reconnectionToken'));
}

const NO_HEAD = Buffer.alloc(0);

class Transport extends WebSocketTransport implements GameDoor {
  watch: SocketWatch | undefined;
  readonly #reads = new SharedReads(() => this.watch?.beforeFrames());

  /** As stock's own listener does it, with the socket watched from its first byte on. */
  accept(upgrade: Upgrade): void {
    const { req, socket, head } = upgrade;
    if (socket.destroyed) return;
    const isBack = hasToken(req);
    if (isBack && this.watch?.reconnections.isRefused(req)) {
      this.turnAway(upgrade, CloseCodes.mayTryReconnect, ERRORS.TOO_MANY_RECONNECTIONS.message);
      return;
    }
    this.#upgrade(upgrade, head, (ws) => {
      readDirectly(ws, socket, this.#reads);
      this.#watch(ws, isBack ? req : undefined);
      if (isForNobody(req)) answerPings(ws);
      else this.wss.emit('connection', ws, req);
    });
  }

  turnAway(upgrade: Upgrade, code: number, reason: string): void {
    if (upgrade.socket.destroyed) return;
    this.#upgrade(upgrade, NO_HEAD, (ws) => {
      this.#watch(ws);
      ws.on('error', () => {});
      ws.close(code, reason);
    });
  }

  /** What ws refuses, which it does at once, it leaves open until its answer is read. */
  #upgrade({ req, socket }: Upgrade, head: Buffer, take: (ws: WebSocket) => void): void {
    let isTaken = false;
    this.wss.handleUpgrade(req, socket, head, (ws) => {
      isTaken = true;
      take(ws);
    });
    if (!isTaken) setTimeout(() => socket.destroy(), LAST_WORDS_MS).unref();
  }

  #watch(socket: WebSocket, back?: IncomingMessage): void {
    const { watch } = this;
    if (watch === undefined || !(socket instanceof GuardedSocket)) return;
    socket.onFault = (thrown) => watch.failed(thrown);
    socket.watch(watch.gateOf(socket));
    if (back !== undefined) socket.onReconnectionRefused = () => watch.reconnections.failed(back);
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
