/** The settings of who may come in, how many, and how fast. "Address": an IPv4 address, or 64 bits of an IPv6 one. */
import { isIP } from 'node:net';
import { integer, list } from './kinds.ts';

export const DOOR_SETTINGS = {
  trustedProxies: list({
    env: 'HYPOGEUM_TRUSTED_PROXIES',
    range: 'addresses or networks (10.0.0.0/8), separated by commas, or nothing',
    fits: isNetwork,
    help: "Proxies whose X-Forwarded-For tells a player's address; from anybody else it counts for nothing.",
  }),
  maxSockets: integer({
    env: 'HYPOGEUM_MAX_SOCKETS',
    limit: true,
    fallback: 10_000,
    min: 1,
    max: 1_000_000,
    unit: 'sockets',
    help: 'WebSockets at a time that players opened at this process; one more is answered with 503.',
  }),
  maxSocketsPerAddress: integer({
    env: 'HYPOGEUM_MAX_SOCKETS_PER_ADDRESS',
    limit: true,
    fallback: 300,
    min: 1,
    max: 1_000_000,
    unit: 'sockets',
    help: 'The same from one address; one more is answered with 429.',
  }),
  socketRate: integer({
    env: 'HYPOGEUM_SOCKET_RATE',
    limit: true,
    fallback: 600,
    min: 1,
    max: 10_000_000,
    unit: 'in 10 s',
    help: 'WebSockets asked for from one address; one more is answered with 429. One for a seat there is not counts three.',
  }),
  maxConnections: integer({
    env: 'HYPOGEUM_MAX_CONNECTIONS',
    limit: true,
    fallback: 20_000,
    min: 1,
    max: 1_000_000,
    unit: 'connections',
    help: 'TCP connections at a time, WebSockets included; one more is cut.',
  }),
  maxConnectionsPerAddress: integer({
    env: 'HYPOGEUM_MAX_CONNECTIONS_PER_ADDRESS',
    limit: true,
    fallback: 1000,
    min: 1,
    max: 1_000_000,
    unit: 'connections',
    help: 'The same from one address that is no proxy; one more is cut.',
  }),
  connectionRate: integer({
    env: 'HYPOGEUM_CONNECTION_RATE',
    limit: true,
    fallback: 2000,
    min: 1,
    max: 10_000_000,
    unit: 'in 10 s',
    help: 'New TCP connections from one address that is no proxy; one more is cut.',
  }),
  matchRate: integer({
    env: 'HYPOGEUM_MATCH_RATE',
    limit: true,
    fallback: 300,
    min: 1,
    max: 10_000_000,
    unit: 'in 10 s',
    help: 'Matchmaking requests from one address; one more is answered with 429.',
  }),
  seatTimeoutMs: integer({
    env: 'HYPOGEUM_SEAT_TIMEOUT_MS',
    limit: true,
    fallback: 5000,
    min: 100,
    max: 600_000,
    unit: 'ms',
    help: 'A seat whose WebSocket does not come within this time is free again.',
  }),
  maxHeldSeats: integer({
    env: 'HYPOGEUM_MAX_HELD_SEATS',
    limit: true,
    fallback: 50,
    min: 1,
    max: 1_000_000,
    unit: 'seats',
    help: 'Seats of this process that wait for the WebSockets of one address; one more is answered with 429.',
  }),
  heldSeatsPercent: integer({
    env: 'HYPOGEUM_HELD_SEATS_PERCENT',
    limit: true,
    fallback: 25,
    min: 1,
    max: 100,
    unit: '%',
    help: 'The same in one room: this part of its seats, but one at least.',
  }),
  roomRate: integer({
    env: 'HYPOGEUM_ROOM_RATE',
    limit: true,
    fallback: 60,
    min: 1,
    max: 10_000_000,
    unit: 'in 60 s',
    help: 'Rooms made for one address; one more is answered with 429.',
  }),
  maxRooms: integer({
    env: 'HYPOGEUM_MAX_ROOMS',
    limit: true,
    fallback: 1000,
    min: 1,
    max: 1_000_000,
    unit: 'rooms',
    help: 'Rooms of this process at a time; with so many everywhere a join that needs a new one is refused.',
  }),
  maxAddresses: integer({
    env: 'HYPOGEUM_MAX_ADDRESSES',
    limit: true,
    fallback: 50_000,
    min: 1,
    max: 10_000_000,
    unit: 'addresses',
    help: 'Addresses whose rates are known apart at a time; those beyond share one.',
  }),
};

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
