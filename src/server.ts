/**
 * One server process put together: rooms made ready, matchmaking on its store, HTTP and sockets on one port. No logic
 * of its own. Colyseus's match maker is one per process, so there is one server per process.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createAuthContext,
  type MatchMakerDriver,
  matchMaker,
  type Presence,
  type RegisteredHandler,
} from '@colyseus/core';
import { setLogger } from '@colyseus/core/Logger';
import type { RequestHandler } from 'express';
import type { Settings } from './config/settings.ts';
import { createNonces } from './delivery/node-nonces.ts';
import { createHttpApp } from './http/app.ts';
import type { MatchmakeRequest } from './http/matchmake.ts';
import type { RoomClass } from './isolation/colyseus-guard.ts';
import { colyseusLogger } from './isolation/colyseus-logger.ts';
import { FaultLog } from './isolation/fault-log.ts';
import { attachGameSockets, type GameSockets } from './isolation/ws-transport.ts';
import { CloseCodes, ERRORS } from './kernel/errors.ts';
import type { Clock, Logger, Meter } from './kernel/ports.ts';
import { hostRoom } from './roomkit/host-room.ts';
import { createNodeTimer } from './tick/node-timer.ts';
import { TickDriver } from './tick/tick-driver.ts';

/** Where listings and messages between processes live: in this process, or in Redis. */
export interface Store {
  readonly presence: Presence;
  readonly driver: MatchMakerDriver;
  /** Why it cannot be used now; undefined while it can. */
  away(): string | undefined;
  stop(): Promise<void>;
}

export type DefineRoom = (name: string, Room: RoomClass, options?: object) => RegisteredHandler;

export interface ServerDeps {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly store: Store;
  readonly page: RequestHandler;
  /** Names the rooms there are. */
  readonly defineRooms: (define: DefineRoom) => void;
}

export interface RunningServer {
  readonly port: number;
  readonly processId: string;
  readonly ticks: TickDriver;
  /** No new seats, players told to come back elsewhere, rooms ended, all closed; twice is fine. */
  stop(): Promise<void>;
}

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;
/** Of the drain time, what is kept for closing handshakes and the store. */
const CLOSING_SHARE = 0.2;

/** Starts to take players. @throws when the store or the port cannot be had; nothing is left open then. */
export async function startServer(deps: ServerDeps): Promise<RunningServer> {
  const { settings, store, logger } = deps;
  setLogger(colyseusLogger(deps));
  const ticks = new TickDriver({ ...deps, timer: createNodeTimer() });
  const faults = new FaultLog(deps);
  const lines = { deps: { ...deps, nonces: createNonces() }, options: settings };
  deps.defineRooms((name, Room, options) =>
    matchMaker.defineRoomType(name, hostRoom(Room, { ticks, faults, lines }), options),
  );
  const state = { stopping: false };
  const http = createServer({ headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS });
  const sockets = attachGameSockets(http, settings);
  http.on('request', createApp(deps, state));
  try {
    await matchMaker.setup(store.presence, store.driver, settings.publicAddress || undefined);
    await matchMaker.accept();
    await listen(http, settings);
    http.on('error', (cause) => logger.error('the server cannot accept a connection', {}, cause));
  } catch (cause) {
    await stopAll(deps, http, sockets);
    throw cause;
  }
  let stopped: Promise<void> | undefined;
  logger.debug('taking players', { processId: matchMaker.processId });
  return {
    port: (http.address() as AddressInfo).port,
    processId: matchMaker.processId,
    ticks,
    stop() {
      state.stopping = true;
      stopped ??= stopAll(deps, http, sockets);
      return stopped;
    },
  };
}

function createApp({ settings, store, page, logger }: ServerDeps, state: { readonly stopping: boolean }) {
  return createHttpApp({
    page,
    logger,
    maxBodyBytes: settings.maxBodyBytes,
    notReady: () => (state.stopping ? 'stopping' : store.away()),
    matchmaking: {
      methods: matchMaker.controller.exposedMethods,
      match,
      unavailable: () => (state.stopping ? ERRORS.STOPPING : store.away() && ERRORS.STORE_AWAY) || undefined,
    },
  });
}

function match({ method, room, options, headers, remoteAddress }: MatchmakeRequest): Promise<object> {
  return matchMaker.controller.invokeMethod(method, room, options, createAuthContext({ headers, remoteAddress }));
}

function listen(http: Server, { port, host }: Settings): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, () => {
      http.removeListener('error', reject);
      resolve();
    });
  });
}

/** In reverse order of the start. Each part has its share of the drain time; what a room holds up is cut off. */
async function stopAll({ settings, store, logger }: ServerDeps, http: Server, sockets: GameSockets): Promise<void> {
  const closingMs = settings.drainTimeoutMs * CLOSING_SHARE;
  await within(settings.drainTimeoutMs - 2 * closingMs, matchMaker.gracefullyShutdown()).catch((cause) => {
    logger.warn('rooms did not end in time', { cause: String(cause) });
    // Colyseus has a word with the store before it tells the rooms: players hear of it also when the store is away.
    void Promise.allSettled(matchMaker.disconnectAll(CloseCodes.mayTryReconnect));
  });
  http.close();
  await sockets.stop(closingMs);
  http.closeAllConnections();
  await within(closingMs, store.stop()).catch((cause) =>
    logger.warn('the store did not stop', { cause: String(cause) }),
  );
}

async function within(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timeout = setTimeout(() => reject(new Error(`not done within ${Math.round(timeoutMs)} ms`)), timeoutMs);
  try {
    await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timeout);
  }
}
