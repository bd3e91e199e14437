/** The parts of matchmaking put together for one process, around Colyseus's match maker. No logic of its own. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateId, matchMaker, type Presence } from '@colyseus/core';
import { ERRORS } from '../kernel/errors.ts';
import type { Clock, Logger, Meter } from '../kernel/ports.ts';
import { Calls } from './calls.ts';
import { answerCalls } from './colyseus-callee.ts';
import { IndexDriver } from './colyseus-driver.ts';
import { ColyseusHost, type HostOptions, stopRoom } from './colyseus-host.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { ListingWriter } from './listing-writer.ts';
import { MatchError } from './match-error.ts';
import { Matchmaker } from './matchmaker.ts';
import { choose } from './placement.ts';
import { type ProcessReport, RENEW_EVERY_MS } from './process-registry.ts';
import type { MatchStore } from './store.ts';
import { nodeTimers } from './timers.ts';

/** A process that holds a lease again, or is new, is known to the others after their next renewal. */
const KNOWN_WITHIN_MS = RENEW_EVERY_MS + 50;

export interface MatchmakingDeps extends HostOptions {
  readonly seatTimeoutMs: number;
  readonly roomWaitMs: (address: string) => number;
  readonly store: MatchStore<Presence>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  /** Where the other processes reach this one: `host:port`. */
  readonly address: () => string;
  /** False while the process stops. */
  readonly takesRooms: () => boolean;
  /** The lease was not held: what is in the store of this process may be gone. */
  readonly lost: () => Promise<void>;
}

export interface Matchmaking {
  readonly writer: ListingWriter;
  readonly keeper: LeaseKeeper;
  readonly matchmaker: Matchmaker;
  /** Gives Colyseus's match maker its driver, its presence, and the placement of rooms. */
  setUp(publicAddress: string | undefined): Promise<void>;
  /** The other process that owns a room; undefined when nobody does, or this one. @throws when it cannot be known now. */
  ownerOf(roomId: string): Promise<{ readonly processId: string; readonly address: string } | undefined>;
}

export function createMatchmaking({ store, address, takesRooms, lost, ...deps }: MatchmakingDeps): Matchmaking {
  const { index } = store;
  const host = new ColyseusHost(deps);
  const base = { ...deps, index, timers: nodeTimers };
  const writer = new ListingWriter({ ...base, lost: stopRoom });
  const busyShare = loopMeter();
  const report = (): ProcessReport => {
    const { roomCount: rooms, ccu: players } = matchMaker.stats.local;
    const { processId } = matchMaker;
    return {
      processId,
      address: address(),
      players,
      rooms,
      busyShare: busyShare(),
      takesRooms: takesRooms() && host.takesRooms,
    };
  };
  const again = async (): Promise<void> => {
    await Promise.all([writer.listAgain(matchMaker.processId), lost()]);
  };
  const keeper = new LeaseKeeper({ ...base, registry: index, report, lost: again });
  const matchmaker = new Matchmaker({
    ...base,
    calls: new Calls({ ...base, transport: store.calls }),
    host,
    processes: () => keeper.processes,
    inDoubt: () => keeper.inDoubt(deps.clock.now()),
    random: Math.random,
    newId: generateId,
  });
  return {
    writer,
    keeper,
    matchmaker,
    async setUp(publicAddress) {
      const place = async (): Promise<string> => choose(keeper.processes, Math.random) ?? matchMaker.processId;
      // Leases are in their place: they would take off the rows of processes that are slow to answer.
      matchMaker.setHealthChecksEnabled(false);
      await matchMaker.setup(store.presence, new IndexDriver(index, writer), publicAddress, place);
      await answerCalls(store.presence, matchMaker.processId, {
        alive: async () => true,
        async create(name, options, roomId) {
          if (keeper.stoodStill(deps.clock.now())) throw new MatchError(ERRORS.SEAT_TIMEOUT);
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
