/** The doors of one process put together: who is who, how many, how often. No logic of its own. */
import type { IncomingMessage } from 'node:http';
import type { Server } from 'node:net';
import type { Clock, Logger, Meter } from '../kernel/ports.ts';
import { countedAs, PlayerAddresses } from './addresses.ts';
import { Entrance, type EntranceDeps } from './entrance.ts';
import { HeldSeats, type HeldSeatsOptions } from './held-seats.ts';
import { Connections } from './node-connections.ts';
import { type OriginAllowed, originCheck } from './origins.ts';
import type { OpenRate } from './rate-limit.ts';
import { Refusals, type Refused } from './refusals.ts';

export interface DoorOptions extends HeldSeatsOptions {
  readonly trustedProxies: readonly string[];
  readonly corsOrigins: readonly string[];
  readonly maxSockets: number;
  readonly maxSocketsPerAddress: number;
  readonly socketRate: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly connectionRate: number;
  readonly matchRate: number;
  readonly roomRate: number;
  readonly maxAddresses: number;
}

export interface DoorDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  /** Rates that hold in this process, and those that hold for all of them. */
  readonly ownRates: OpenRate;
  readonly sharedRates: OpenRate;
  readonly hasSeat: EntranceDeps['hasSeat'];
}

export interface Doors {
  readonly entrance: Entrance;
  readonly seats: HeldSeats;
  readonly refusals: Refusals;
  readonly originAllowed: OriginAllowed;
  /** The player's address, whatever the headers claim. */
  addressOf(req: IncomingMessage): string;
  watch(server: Server): void;
  /** Asked once for each request for a match: 0, or for how many milliseconds the address may make none. */
  matchWaitMs(req: IncomingMessage): number;
  /** Asked once for each room that is to be made for a player of this (counted) address; as above. */
  roomWaitMs(address: string): number;
}

const SHORT_MS = 10_000;
const LONG_MS = 60_000;

export function createDoors(deps: DoorDeps, options: DoorOptions): Doors {
  const { maxAddresses } = options;
  const refusals = new Refusals(deps);
  const addresses = new PlayerAddresses(options.trustedProxies);
  const originAllowed = originCheck(options.corsOrigins);
  const base = { ...deps, refusals, addresses };
  const rate = (open: OpenRate, name: string, limit: number, windowMs: number) =>
    open({ name, limit, windowMs, maxAddresses });
  const connections = new Connections(
    { ...base, rate: rate(deps.ownRates, 'connections', options.connectionRate, SHORT_MS) },
    { inAll: options.maxConnections, perAddress: options.maxConnectionsPerAddress },
  );
  const entrance = new Entrance(
    {
      ...base,
      originAllowed,
      rate: rate(deps.sharedRates, 'sockets', options.socketRate, SHORT_MS),
      release: (socket) => connections.release(socket),
    },
    { inAll: options.maxSockets, perAddress: options.maxSocketsPerAddress },
  );
  const matches = rate(deps.sharedRates, 'matches', options.matchRate, SHORT_MS);
  const rooms = rate(deps.sharedRates, 'rooms', options.roomRate, LONG_MS);
  const told = (waitMs: number, why: Refused, address: string): number => {
    if (waitMs > 0) refusals.tell(why, address);
    return waitMs;
  };
  return {
    entrance,
    seats: new HeldSeats(deps.clock, options),
    refusals,
    originAllowed,
    addressOf: (req) => addresses.of(req),
    watch: (server) => connections.watch(server),
    matchWaitMs(req) {
      const address = countedAs(addresses.of(req));
      return told(matches.take(address), 'match_rate', address);
    },
    roomWaitMs: (address) => told(rooms.take(address), 'room_rate', address),
  };
}
