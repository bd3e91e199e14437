/** The doors of one process put together: who is who, how many, how often. No logic of its own. */
import type { IncomingMessage } from 'node:http';
import type { Server } from 'node:net';
import type { Clock, Meter } from '../kernel/ports.ts';
import { countedAs, PlayerAddresses } from './addresses.ts';
import { Entrance, type EntranceDeps } from './entrance.ts';
import { HeldSeats, type HeldSeatsOptions } from './held-seats.ts';
import type { LimitLog } from './limit-log.ts';
import { Connections } from './node-connections.ts';
import { Occupancy } from './occupancy.ts';
import type { OriginAllowed } from './origins.ts';
import type { OpenRate } from './rate-limit.ts';

export interface DoorOptions extends HeldSeatsOptions {
  readonly trustedProxies: readonly string[];
  readonly maxSockets: number;
  readonly maxSocketsPerAddress: number;
  readonly socketRate: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly connectionRate: number;
  readonly requestRate: number;
  readonly matchRate: number;
  readonly roomRate: number;
  readonly maxAddresses: number;
}

export interface DoorDeps {
  readonly clock: Clock;
  readonly meter: Meter;
  /** Rates that hold in this process, and those that hold for all of them. */
  readonly ownRates: OpenRate;
  readonly sharedRates: OpenRate;
  readonly hasSeat: EntranceDeps['hasSeat'];
  readonly cameTooLate: EntranceDeps['cameTooLate'];
  readonly answer: EntranceDeps['answer'];
  readonly originAllowed: OriginAllowed;
  readonly log: LimitLog;
}

export interface Doors {
  readonly entrance: Entrance;
  /** Seats that wait for a socket, and those kept for players who lost theirs. */
  readonly seats: HeldSeats;
  readonly keptSeats: Occupancy;
  readonly originAllowed: OriginAllowed;
  /** The player's address, whatever the headers claim. */
  addressOf(req: IncomingMessage): string;
  watch(server: Server): void;
  /** Asked once for each HTTP request: 0, or for how many milliseconds the address may make none. */
  requestWaitMs(req: IncomingMessage): number;
  /** Asked once for each request for a match: 0, or for how many milliseconds the address may make none. */
  matchWaitMs(req: IncomingMessage): number;
  /** Asked once for each room that is to be made for a player of this (counted) address; as above. */
  roomWaitMs(address: string): number;
}

/** A crowd of one address that comes at once keeps everybody behind it waiting, because the system queues connections by time. */
const CROWD_MS = 1000;
const SHORT_MS = 10_000;
const LONG_MS = 60_000;

export function createDoors(deps: DoorDeps, options: DoorOptions): Doors {
  const { maxAddresses } = options;
  const addresses = new PlayerAddresses(options.trustedProxies);
  const base = { ...deps, addresses };
  const rate = (open: OpenRate, name: string, limit: number, windowMs: number) =>
    open({ name, limit, windowMs, maxAddresses });
  const connections = new Connections(
    { ...base, rate: rate(deps.ownRates, 'connections', options.connectionRate, CROWD_MS) },
    { inAll: options.maxConnections, perAddress: options.maxConnectionsPerAddress },
  );
  const entrance = new Entrance(
    {
      ...base,
      rate: rate(deps.sharedRates, 'sockets', options.socketRate, SHORT_MS),
      release: (req) => connections.release(req.socket),
    },
    { inAll: options.maxSockets, perAddress: options.maxSocketsPerAddress },
  );
  const requests = rate(deps.ownRates, 'requests', options.requestRate, SHORT_MS);
  const matches = rate(deps.sharedRates, 'matches', options.matchRate, SHORT_MS);
  const rooms = rate(deps.sharedRates, 'rooms', options.roomRate, LONG_MS);
  const told = (waitMs: number, limit: string, address: string): number => {
    if (waitMs > 0) deps.log.bit(limit, address);
    return waitMs;
  };
  return {
    entrance,
    seats: new HeldSeats(deps.clock, options),
    keptSeats: new Occupancy({ inAll: Number.POSITIVE_INFINITY, perAddress: options.maxSocketsPerAddress }),
    originAllowed: deps.originAllowed,
    addressOf: (req) => addresses.of(req),
    watch: (server) => connections.watch(server),
    requestWaitMs(req) {
      const address = countedAs(addresses.of(req));
      return told(requests.take(address), 'request_rate', address);
    },
    matchWaitMs(req) {
      const address = countedAs(addresses.of(req));
      return told(matches.take(address), 'match_rate', address);
    },
    roomWaitMs: (address) => told(rooms.take(address), 'room_rate', address),
  };
}
