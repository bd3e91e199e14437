/**
 * One server process put together: rooms made ready, matchmaking on its store, HTTP and sockets on one port. No logic
 * of its own. Colyseus's match maker is one per process, so there is one server per process.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestListener, Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import { matchMaker, type Presence, type RegisteredHandler } from '@colyseus/core';
import { setLogger } from '@colyseus/core/Logger';
import type { RequestHandler } from 'express';
import type { Settings } from './config/settings.ts';
import { createNonces } from './delivery/node-nonces.ts';
import { type Admit, admitTo, countedForm, openDoors, toldAddress } from './door-parts.ts';
import { Forwarder } from './gateway/forwarder.ts';
import { httpxyTunnels } from './gateway/httpxy-tunnel.ts';
import { clusterKey } from './gateway/node-cluster-key.ts';
import { ConnectionCount } from './http/connection-count.ts';
import { createListener } from './http/listener.ts';
import { type OpenPort, openPort } from './http/port.ts';
import { Refusals } from './http/refusals.ts';
import { loadTls, watchTls } from './http/tls.ts';
import { createApp } from './http-parts.ts';
import { openAdmin, openAdmission } from './identity-parts.ts';
import type { RoomClass } from './isolation/colyseus-guard.ts';
import { guardHandlerEvents } from './isolation/colyseus-handler-events.ts';
import { colyseusLogger, takeColyseusDebug } from './isolation/colyseus-logger.ts';
import { FaultLog } from './isolation/fault-log.ts';
import { type Owner, Owners } from './isolation/node-owners.ts';
import { attachGameSockets, type GameSockets, type Route } from './isolation/ws-transport.ts';
import { CloseCodes, ERRORS } from './kernel/errors.ts';
import type { Clock, Logger, Meter } from './kernel/ports.ts';
import { planRooms } from './matchmaking/colyseus-host.ts';
import { createMatchmaking, type Matchmaking } from './matchmaking/colyseus-matchmaking.ts';
import type { MatchStore } from './matchmaking/store.ts';
import { nodeTimers } from './matchmaking/timers.ts';
import { hostRoom } from './roomkit/host-room.ts';
import { countedAs } from './security/addresses.ts';
import { adminAnswers } from './security/admin.ts';
import type { BanStore } from './security/bans.ts';
import type { Admission } from './security/colyseus-admission.ts';
import { BudgetGate } from './security/frame-gate.ts';
import { LimitLog } from './security/limit-log.ts';
import { SeatTimes } from './security/node-seat-times.ts';
import { createNodeVitals, type NodeVitals, overloadLimits } from './security/node-vitals.ts';
import { Overload } from './security/overload.ts';
import type { OpenRate } from './security/rate-limit.ts';
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
  /** Where bans are kept, for all processes; left out, in this one. */
  readonly bans?: BanStore;
  /** How often an address may do what, counted for all processes; left out, each counts for itself. */
  readonly sharedRates?: OpenRate;
  readonly page: RequestHandler;
  /** 5 s when left out. */
  readonly lookAtTlsFilesEveryMs?: number;
  /** Names the rooms there are. */
  readonly defineRooms: (define: DefineRoom) => void;
  /** Who knows for whom code runs. */
  readonly owners?: Owners;
  /** The process's own, if left out. */
  readonly vitals?: NodeVitals;
  /** The process cannot be trusted any more, and should be stopped. */
  readonly unsound?: (reason: string) => void;
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

/** Of these a crowd brings hundreds in one turn of the event loop, in which no timer fires. */
const BRING_WORK = ['connection', 'request', 'upgrade', 'checkContinue'] as const;

/** Rooms that are due step before the next piece of what came, and for nobody: whoever sent it is not to blame. */
function letRoomsGoFirst(ticks: TickDriver): () => void {
  const outside = AsyncLocalStorage.snapshot();
  const go = (): void => ticks.goFirst();
  return () => {
    if (ticks.isLate) outside(go);
  };
}

/** Starts to take players. @throws when the store or the port cannot be had; nothing is left open then. */
export async function startServer(deps: ServerDeps): Promise<RunningServer> {
  const { settings, store, logger, owners = new Owners() } = deps;
  const tlsFiles = settings.tlsCert === '' ? undefined : { cert: settings.tlsCert, key: settings.tlsKey };
  const tls = tlsFiles && loadTls(tlsFiles);
  const faults = new FaultLog({ ...deps, timers: nodeTimers });
  const colyseusLog = colyseusLogger({ ...deps, timers: nodeTimers });
  setLogger(colyseusLog);
  takeColyseusDebug(colyseusLog.debug);
  const state: State = { phase: 'starting', port: 0, clusterKey: '' };
  const admission = await openAdmission(deps, countedForm).catch(async (cause) => {
    await store.stop();
    throw cause;
  });
  const { players, bans } = admission;
  const limits = new LimitLog(deps);
  const times = new SeatTimes();
  const doors = openDoors(deps, limits, times);
  const vitals = deps.vitals ?? createNodeVitals();
  const connections = new ConnectionCount();
  const overload = createOverload(deps, vitals, connections);
  const matchmaking = createMatchmaking({
    ...deps,
    ...settings,
    answers: adminAnswers(players, bans),
    roomWaitMs: doors.roomWaitMs,
    noRoomMade: (why) => limits.bit(why === ERRORS.OVERLOADED ? 'overload' : 'rooms'),
    address: () => internalAddress(settings, state.port),
    takesRooms: () => state.phase !== 'stopping',
    refusesRooms: () => {
      if (state.phase === 'stopping') return ERRORS.STOPPING;
      return overload.reason === undefined ? undefined : ERRORS.OVERLOADED;
    },
    lost: async () => {
      state.clusterKey = await agreedKey(deps, state.clusterKey);
      await admission.agreeAgain();
    },
  });
  const { keeper, writer } = matchmaking;
  const ticks = new TickDriver({ ...deps, timer: createNodeTimer(), heldUp: (now) => keeper.heldUp(now) });
  const reconnections = new Reconnections({ ...deps, log: limits }, settings);
  const stays = staysOf(settings, limits);
  const seats = { seats: doors.seats, times, log: limits, seatTimeoutMs: settings.seatTimeoutMs };
  const keptSeats = { kept: doors.keptSeats, log: limits, counted: countedForm };
  const lines = { deps: { ...deps, nonces: createNonces() }, options: settings };
  deps.defineRooms((name, Room, options) => {
    const Hosted = hostRoom(Room, {
      ticks,
      faults,
      owners,
      lines,
      claims: writer,
      players,
      seats,
      keptSeats,
      ...stays,
    });
    return guardHandlerEvents(matchMaker.defineRoomType(name, Hosted, options), faults);
  });
  planRooms(store.index);
  const refusals = new Refusals(deps);
  let app: RequestListener | undefined;
  const answer: RequestListener = (req, res) => owners.run(REQUEST, () => app?.(req, res));
  const http = createListener(answer, settings, { refusals, tls, requestWaitMs: doors.requestWaitMs });
  connections.watch(http);
  doors.watch(http);
  const stepFirst = letRoomsGoFirst(ticks);
  for (const event of BRING_WORK) http.prependListener(event, stepFirst);
  const admit = admitTo(doors, admission);
  const forwarder = createForwarder(deps, matchmaking, admit, () => state.clusterKey);
  const route: Route = (upgrade, door) => owners.run(REQUEST, () => forwarder.route(upgrade, door));
  const sockets = attachGameSockets(http, settings, route, {
    beforeFrames: stepFirst,
    failed: (thrown) => faults.report('player', 'socket', thrown),
    gateOf: (socket) => new BudgetGate({ ...deps, log: limits }, settings, (why) => socket.eject(why)),
    reconnections: {
      isRefused: (req) => reconnections.isRefused(countedAs(toldAddress(req))),
      failed: (req) => reconnections.failed(countedAs(toldAddress(req))),
    },
  });
  const parts: Parts = { http, sockets, forwarder, matchmaking, overload, vitals, admission };
  try {
    state.clusterKey = await agreedKey(deps, '');
    const admin = await openAdmin(deps, admission, matchmaking.everywhere, (req) => countedAs(doors.addressOf(req)));
    app = createApp(deps, {
      matchmaker: matchmaking.matchmaker,
      admission,
      admin,
      state,
      overload,
      faults,
      refusals,
      reconnections,
      doors,
    });
    await matchmaking.setUp(settings.publicAddress || undefined);
    await admission.start();
    parts.port = await openPort(http, settings, () => connections.open);
    state.port = parts.port.port;
    await matchMaker.accept();
    await keeper.start();
    overload.start();
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

const REQUEST: Owner = { kind: 'request', name: 'request' };

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

function createForwarder(deps: ServerDeps, { ownerOf }: Matchmaking, admit: Admit, key: () => string): Forwarder {
  return new Forwarder(
    {
      ...deps,
      ownerOf,
      isLocal: (roomId) => matchMaker.getLocalRoomById(roomId) !== undefined,
      addressOf: toldAddress,
      admit,
      key,
      now: () => Date.now(),
      openTunnel: httpxyTunnels(deps.settings.tlsCert !== ''),
    },
    { maxForwarded: deps.settings.maxForwarded, ...FORWARDING },
  );
}

/** How long who sends nothing may stay: before the join is acknowledged, and after. */
function staysOf({ joinTimeoutMs, idleTimeoutSeconds }: Settings, limits: LimitLog) {
  return {
    joins: { joinTimeoutMs, closed: () => limits.bit('joins') },
    idle: { idleTimeoutMs: idleTimeoutSeconds * 1000, left: () => limits.bit('idle') },
  };
}

function createOverload(deps: ServerDeps, vitals: NodeVitals, connections: ConnectionCount): Overload {
  const { settings, unsound = () => {} } = deps;
  return new Overload(
    { ...deps, timers: nodeTimers, read: () => vitals.read(), connections: () => connections.open, unsound },
    overloadLimits(settings.maxMemoryMb, settings.maxLagMs),
  );
}

interface Parts {
  readonly http: Server;
  /** Undefined before it is opened. */
  port?: OpenPort;
  readonly sockets: GameSockets;
  readonly forwarder: Forwarder;
  readonly matchmaking: Matchmaking;
  readonly overload: Overload;
  readonly vitals: NodeVitals;
  readonly admission: Admission;
}

/** In reverse order of the start. Each part has its share of the drain time; what a room holds up is cut off. */
async function stopAll(
  { settings, store, logger }: ServerDeps,
  { http, port, sockets, forwarder, matchmaking: { keeper }, overload, vitals, admission }: Parts,
): Promise<void> {
  overload.stop();
  vitals.stop();
  const closingMs = settings.drainTimeoutMs * CLOSING_SHARE;
  void keeper.retire();
  await within(settings.drainTimeoutMs - 2 * closingMs, matchMaker.gracefullyShutdown()).catch((cause) => {
    logger.warn('rooms did not end in time', { cause: String(cause) });
    // Colyseus has a word with the store before it tells the rooms: players hear of it also when the store is away.
    void Promise.allSettled(matchMaker.disconnectAll(CloseCodes.mayTryReconnect));
  });
  port?.close();
  forwarder.stop();
  await sockets.stop(closingMs);
  http.closeAllConnections();
  admission.stop();
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
