/**
 * One server process put together: rooms made ready, matchmaking on its store, HTTP and sockets on one port. No logic
 * of its own. Colyseus's match maker is one per process, so there is one server per process.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthContext, matchMaker, type Presence, type RegisteredHandler } from '@colyseus/core';
import { setLogger } from '@colyseus/core/Logger';
import type { RequestHandler } from 'express';
import type { Settings } from './config/settings.ts';
import { createNonces } from './delivery/node-nonces.ts';
import { Forwarder } from './gateway/forwarder.ts';
import { httpxyTunnels } from './gateway/httpxy-tunnel.ts';
import { clusterKey } from './gateway/node-cluster-key.ts';
import { createHttpApp } from './http/app.ts';
import { createListener } from './http/listener.ts';
import type { MatchmakeRequest } from './http/matchmake.ts';
import { Refusals } from './http/refusals.ts';
import { lastWords } from './http/reply.ts';
import { loadTls, watchTls } from './http/tls.ts';
import type { RoomClass } from './isolation/colyseus-guard.ts';
import { colyseusLogger } from './isolation/colyseus-logger.ts';
import { FaultLog } from './isolation/fault-log.ts';
import { attachGameSockets, type GameSockets } from './isolation/ws-transport.ts';
import { CloseCodes, ERRORS } from './kernel/errors.ts';
import type { Clock, Logger, Meter } from './kernel/ports.ts';
import { planRooms } from './matchmaking/colyseus-host.ts';
import { createMatchmaking, type Matchmaking } from './matchmaking/colyseus-matchmaking.ts';
import { METHODS, type Method } from './matchmaking/matchmaker.ts';
import type { MatchStore } from './matchmaking/store.ts';
import { hostRoom } from './roomkit/host-room.ts';
import { countedAs, tellAddress } from './security/addresses.ts';
import { createDoors, type DoorDeps, type Doors } from './security/doors.ts';
import { BudgetGate } from './security/frame-gate.ts';
import { LimitLog } from './security/limit-log.ts';
import { originCheck } from './security/origins.ts';
import type { OpenRate } from './security/rate-limit.ts';
import { memoryRates } from './security/rate-windows.ts';
import { Reconnections } from './security/reconnections.ts';
import { createNodeTimer } from './tick/node-timer.ts';
import { TickDriver } from './tick/tick-driver.ts';

export type Store = MatchStore<Presence>;

export type DefineRoom = (name: string, Room: RoomClass, options?: object) => RegisteredHandler;

export interface ServerDeps {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly store: Store;
  /** How often an address may do what, counted for all processes; left out, each counts for itself. */
  readonly sharedRates?: OpenRate;
  readonly page: RequestHandler;
  /** 5 s when left out. */
  readonly lookAtTlsFilesEveryMs?: number;
  /** Names the rooms there are. */
  readonly defineRooms: (define: DefineRoom) => void;
}

export interface RunningServer {
  readonly port: number;
  readonly processId: string;
  /** That TLS was started with, PEM. */
  readonly certificate: Buffer | undefined;
  readonly ticks: TickDriver;
  /** No new seats, players told to come back elsewhere, rooms ended, all closed; twice is fine. */
  stop(): Promise<void>;
}

/** Both far longer than what a healthy owner takes: it pings every 3 s. */
const FORWARDING = { connectTimeoutMs: 2000, idleTimeoutMs: 120_000 };
/** Of the drain time, what is kept for closing handshakes and the store. */
const CLOSING_SHARE = 0.2;

/** Starts to take players. @throws when the store or the port cannot be had; nothing is left open then. */
export async function startServer(deps: ServerDeps): Promise<RunningServer> {
  const { settings, store, logger } = deps;
  const tlsFiles = settings.tlsCert === '' ? undefined : { cert: settings.tlsCert, key: settings.tlsKey };
  const tls = tlsFiles && loadTls(tlsFiles);
  setLogger(colyseusLogger(deps));
  const state: State = { phase: 'starting', port: 0, clusterKey: '' };
  const limits = new LimitLog(deps);
  const originAllowed = originCheck(settings.corsOrigins);
  const doors = openDoors(deps, { log: limits, originAllowed });
  const matchmaking = createMatchmaking({
    ...deps,
    ...settings,
    roomWaitMs: (address) => doors.roomWaitMs(address),
    full: () => limits.bit('rooms'),
    address: () => internalAddress(settings, state.port),
    takesRooms: () => state.phase !== 'stopping',
    lost: async () => {
      state.clusterKey = await agreedKey(deps, state.clusterKey);
    },
  });
  const { keeper, writer } = matchmaking;
  const ticks = new TickDriver({ ...deps, timer: createNodeTimer(), heldUp: (now) => keeper.heldUp(now) });
  const faults = new FaultLog(deps);
  const reconnections = new Reconnections({ ...deps, log: limits }, settings);
  const stays = staysOf(settings, limits);
  const seats = { seats: doors.seats, log: limits, seatTimeoutMs: settings.seatTimeoutMs };
  const lines = { deps: { ...deps, nonces: createNonces() }, options: settings };
  deps.defineRooms((name, Room, options) =>
    matchMaker.defineRoomType(name, hostRoom(Room, { ticks, faults, lines, claims: writer, seats, ...stays }), options),
  );
  planRooms(store.index);
  const refusals = new Refusals(deps);
  const http = createListener(createApp(deps, matchmaking, { state, refusals, reconnections, doors }), settings, {
    refusals,
    tls,
  });
  doors.watch(http);
  const forwarder = createForwarder(deps, matchmaking, doors, () => state.clusterKey);
  const sockets = attachGameSockets(http, settings, (upgrade, door) => forwarder.route(upgrade, door), {
    gateOf: (socket) => new BudgetGate({ ...deps, log: limits }, settings, (why) => socket.eject(why)),
    reconnections: {
      isRefused: (req) => reconnections.isRefused(countedAs(toldAddress(req))),
      failed: (req) => reconnections.failed(countedAs(toldAddress(req))),
    },
  });
  const parts = { http, sockets, forwarder, matchmaking };
  try {
    state.clusterKey = await agreedKey(deps, '');
    await matchmaking.setUp(settings.publicAddress || undefined);
    await listen(http, settings);
    state.port = (http.address() as AddressInfo).port;
    await matchMaker.accept();
    await keeper.start();
    state.phase = 'running';
    http.on('error', (cause) => logger.error('the server cannot accept a connection', {}, cause));
  } catch (cause) {
    await stopAll(deps, parts);
    throw cause;
  }
  const unwatch =
    tlsFiles &&
    watchTls(tlsFiles, (renewed) => (http as TlsServer).setSecureContext(renewed), logger, deps.lookAtTlsFilesEveryMs);
  let stopped: Promise<void> | undefined;
  logger.debug('taking players', { processId: matchMaker.processId });
  return {
    port: state.port,
    processId: matchMaker.processId,
    certificate: tls?.cert,
    ticks,
    stop() {
      state.phase = 'stopping';
      unwatch?.();
      stopped ??= stopAll(deps, parts);
      return stopped;
    },
  };
}

interface State {
  phase: 'starting' | 'running' | 'stopping';
  /** 0 until it is known. */
  port: number;
  clusterKey: string;
}

/** Where the other processes reach this one. */
function internalAddress({ internalAddress: given, host }: Settings, port: number): string {
  if (given !== '') return /:\d+$/.test(given) ? given : `${given}:${port}`;
  if (host === '0.0.0.0' || host === '::') return `127.0.0.1:${port}`;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** After a Redis came back empty the processes propose the key that they have, and agree on it again. */
function agreedKey({ settings, store }: ServerDeps, current: string): Promise<string> {
  if (settings.clusterKey !== '') return Promise.resolve(settings.clusterKey);
  return clusterKey('', (proposal) => store.agree('cluster-key', current || proposal));
}

function openDoors(
  { settings, sharedRates, ...deps }: ServerDeps,
  shared: Pick<DoorDeps, 'log' | 'originAllowed'>,
): Doors {
  const ownRates = memoryRates(deps.clock);
  return createDoors(
    {
      ...deps,
      ...shared,
      answer: lastWords,
      ownRates,
      sharedRates: sharedRates ?? ownRates,
      hasSeat: ({ roomId, sessionId, reconnectionToken }) =>
        matchMaker.getLocalRoomById(roomId)?.hasReservedSeat(sessionId, reconnectionToken) ?? false,
    },
    settings,
  );
}

function createForwarder(deps: ServerDeps, { ownerOf }: Matchmaking, doors: Doors, key: () => string): Forwarder {
  return new Forwarder(
    {
      ...deps,
      ownerOf,
      isLocal: (roomId) => matchMaker.getLocalRoomById(roomId) !== undefined,
      addressOf: toldAddress,
      admit: (upgrade, door, signed) => doors.entrance.admit(upgrade, door, signed),
      key,
      now: () => Date.now(),
      openTunnel: httpxyTunnels(deps.settings.tlsCert !== ''),
    },
    { maxForwarded: deps.settings.maxForwarded, ...FORWARDING },
  );
}

/** What was put into the headers of an admitted socket, where rooms are told it from. */
function toldAddress({ headers }: IncomingMessage): string {
  return String(headers['x-real-ip']);
}

/** How long who sends nothing may stay: before the join is acknowledged, and after. */
function staysOf({ joinTimeoutMs, idleTimeoutSeconds }: Settings, limits: LimitLog) {
  return {
    joins: { joinTimeoutMs, closed: () => limits.bit('joins') },
    idle: { idleTimeoutMs: idleTimeoutSeconds * 1000, left: () => limits.bit('idle') },
  };
}

interface AppParts {
  readonly state: State;
  readonly refusals: Refusals;
  readonly reconnections: Reconnections;
  readonly doors: Doors;
}

function createApp(deps: ServerDeps, { matchmaker }: Matchmaking, parts: AppParts) {
  const { state, refusals, reconnections, doors } = parts;
  const { settings, store, page } = deps;
  const match = ({ method, room, options, headers, address }: MatchmakeRequest): Promise<object> => {
    tellAddress(headers, address);
    const context = createAuthContext({ headers });
    const counted = countedAs(address);
    const attempt = (): Promise<object> => matchmaker.match(method as Method, room, options, context, counted);
    return method === 'reconnect' ? reconnections.attempt(counted, attempt) : attempt();
  };
  const app = {
    page,
    refusals,
    originAllowed: doors.originAllowed,
    notReady: () => (state.phase === 'running' ? store.away() : state.phase),
    matchmaking: {
      methods: METHODS,
      match,
      addressOf: doors.addressOf,
      waitMs: doors.matchWaitMs,
      unavailable: () => {
        if (state.phase === 'stopping') return ERRORS.STOPPING;
        return state.phase === 'starting' || store.away() !== undefined ? ERRORS.STORE_AWAY : undefined;
      },
    },
  };
  return createHttpApp(app, { ...settings, tls: settings.tlsCert !== '' });
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

interface Parts {
  readonly http: Server;
  readonly sockets: GameSockets;
  readonly forwarder: Forwarder;
  readonly matchmaking: Matchmaking;
}

/** In reverse order of the start. Each part has its share of the drain time; what a room holds up is cut off. */
async function stopAll(
  { settings, store, logger }: ServerDeps,
  { http, sockets, forwarder, matchmaking: { keeper } }: Parts,
): Promise<void> {
  const closingMs = settings.drainTimeoutMs * CLOSING_SHARE;
  void keeper.retire();
  await within(settings.drainTimeoutMs - 2 * closingMs, matchMaker.gracefullyShutdown()).catch((cause) => {
    logger.warn('rooms did not end in time', { cause: String(cause) });
    // Colyseus has a word with the store before it tells the rooms: players hear of it also when the store is away.
    void Promise.allSettled(matchMaker.disconnectAll(CloseCodes.mayTryReconnect));
  });
  http.close();
  forwarder.stop();
  await sockets.stop(closingMs);
  http.closeAllConnections();
  await within(closingMs / 2, keeper.stop()).catch((cause) =>
    logger.warn('the lease was not ended', { cause: String(cause) }),
  );
  await within(closingMs / 2, store.stop()).catch((cause) =>
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
