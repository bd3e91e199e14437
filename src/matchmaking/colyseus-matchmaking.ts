/** The parts of matchmaking put together for one process, around Colyseus's match maker. No logic of its own. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateId, matchMaker, type Presence } from '@colyseus/core';
import { ERRORS, type ErrorKind } from '../kernel/errors.ts';
import type { Clock, Logger, Meter } from '../kernel/ports.ts';
import { CallError, Calls } from './calls.ts';
import { answerCalls, type Handler } from './colyseus-callee.ts';
import { IndexDriver } from './colyseus-driver.ts';
import { ColyseusHost, stopRoom } from './colyseus-host.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { ListingWriter } from './listing-writer.ts';
import { MatchError } from './match-error.ts';
import { Matchmaker, type MatchmakerDeps } from './matchmaker.ts';
import { choose } from './placement.ts';
import { type ProcessReport, RENEW_EVERY_MS } from './process-registry.ts';
import type { MatchStore } from './store.ts';
import { nodeTimers } from './timers.ts';

/** A process that holds a lease again, or is new, is known to the others after their next renewal. */
const KNOWN_WITHIN_MS = RENEW_EVERY_MS + 50;
/** For what is asked everywhere. */
const PATIENCE = { timeoutMs: 2000 };

export interface MatchmakingDeps extends Pick<MatchmakerDeps, 'seatTimeoutMs' | 'roomWaitMs' | 'noRoomMade'> {
  /** Of this process at a time, those included that are being made. */
  readonly maxRooms: number;
  readonly store: MatchStore<Presence>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  /** Where the other processes reach this one: `host:port`. */
  readonly address: () => string;
  /** False while the process stops. */
  readonly takesRooms: () => boolean;
  /** Why no room can be made by this process now, though it does not stop. */
  readonly refusesRooms: () => ErrorKind | undefined;
  /** The lease was not held: what is in the store of this process may be gone. */
  readonly lost: () => Promise<void>;
  /** What other processes may ask of this one besides. */
  readonly answers?: Readonly<Record<string, Handler>>;
}

export interface Matchmaking {
  readonly writer: ListingWriter;
  readonly keeper: LeaseKeeper;
  readonly matchmaker: Matchmaker;
  /** Gives Colyseus's match maker its driver, its presence, and the placement of rooms. */
  setUp(publicAddress: string | undefined): Promise<void>;
  /** The other process that owns a room; undefined when nobody does, or this one. @throws when it cannot be known now. */
  ownerOf(roomId: string): Promise<{ readonly processId: string; readonly address: string } | undefined>;
  /**
   * Asks every process for one of their `answers`, those too that lost their lease a short time ago and have not ended.
   * The value is undefined where there was none in time.
   */
  everywhere<T>(method: string, args: readonly unknown[]): Promise<EverywhereAnswer<T>[]>;
}

export interface EverywhereAnswer<T> {
  readonly processId: string;
  readonly value: T | undefined;
}

export function createMatchmaking(all: MatchmakingDeps): Matchmaking {
  const { store, address, takesRooms, refusesRooms, lost, answers = {}, ...deps } = all;
  const { index } = store;
  const host = new ColyseusHost(deps.maxRooms);
  const refusal = () => refusesRooms() ?? (host.takesRooms ? undefined : ERRORS.NO_MORE_ROOMS);
  const base = { ...deps, index, timers: nodeTimers };
  const writer = new ListingWriter({ ...base, lost: stopRoom });
  const busyShare = loopMeter();
  const report = (): ProcessReport => {
    const { roomCount: rooms, ccu: players } = matchMaker.stats.local;
    const { processId } = matchMaker;
    const open = takesRooms() && refusal() === undefined;
    return { processId, address: address(), players, rooms, busyShare: busyShare(), takesRooms: open };
  };
  const again = async (): Promise<void> => {
    await Promise.all([writer.listAgain(matchMaker.processId), lost()]);
  };
  const keeper = new LeaseKeeper({ ...base, registry: index, report, lost: again });
  const calls = new Calls({ ...base, transport: store.calls });
  const matchmaker = new Matchmaker({
    ...base,
    calls,
    host,
    processes: () => keeper.processes,
    inDoubt: () => keeper.inDoubt(deps.clock.now()),
    refusesRooms: refusal,
    random: Math.random,
    newId: generateId,
  });
  return {
    writer,
    keeper,
    matchmaker,
    async setUp(publicAddress) {
      /** Of rooms that code of a game makes. */
      const place = async (): Promise<string> => {
        const refusal = refusesRooms();
        const avoid = new Set(refusal === undefined ? [] : [matchMaker.processId]);
        const processId = choose(keeper.processes, Math.random, avoid);
        if (processId === undefined && refusal !== undefined) throw new MatchError(refusal);
        return processId ?? matchMaker.processId;
      };
      // Leases are in their place: they would take off the rows of processes that are slow to answer.
      matchMaker.setHealthChecksEnabled(false);
      await matchMaker.setup(store.presence, new IndexDriver(index, writer), publicAddress, place);
      await answerCalls(store.presence, matchMaker.processId, {
        ...answers,
        alive: async () => true,
        async create(name, options, roomId) {
          if (keeper.stoodStill(deps.clock.now())) throw new MatchError(ERRORS.SEAT_TIMEOUT);
          const why = refusal();
          if (why !== undefined) throw new MatchError(why);
          return host.create(String(name), options, String(roomId));
        },
      });
    },
    async ownerOf(roomId) {
      const processId = (await index.get([roomId])).get(roomId)?.processId;
      if (processId === undefined && keeper.inDoubt(deps.clock.now())) throw new Error('rooms are being listed again');
      if (processId === undefined || processId === matchMaker.processId) return undefined;
      const find = () => keeper.processes.find((process) => process.processId === processId);
      let owner = find();
      if (owner === undefined) {
        await sleep(KNOWN_WITHIN_MS);
        owner = find();
      }
      if (owner === undefined) throw new Error(`process ${processId} holds no lease`);
      return { processId, address: owner.address };
    },
    async everywhere<T>(method: string, args: readonly unknown[]) {
      const here = matchMaker.processId;
      const { held, lost } = await keeper.lookAround();
      const ask = async (processId: string): Promise<EverywhereAnswer<T> | undefined> => {
        try {
          const answer =
            processId === here ? answers[method]!(...args) : calls.call({ processId }, method, args, PATIENCE);
          return { processId, value: (await answer) as T };
        } catch (error) {
          const ended = lost.includes(processId) && error instanceof CallError && error.failure === 'dead';
          return ended ? undefined : { processId, value: undefined };
        }
      };
      const answered = await Promise.all([...new Set([here, ...held, ...lost])].map(ask));
      return answered.filter((answer) => answer !== undefined);
    },
  };
}

/** The part of the time since it was asked last in which this process was busy. */
function loopMeter(): () => number {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization;
  };
}
