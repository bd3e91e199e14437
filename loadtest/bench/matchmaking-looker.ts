/**
 * One client of Redis of the matchmaking bench, in a process of its own: Hypogeum's room index, or Colyseus's RedisDriver,
 * on the same rooms. Both want the fullest open room of a mode.
 */
import { RedisDriver } from '@colyseus/redis-driver';
import { Redis } from 'ioredis';
import { noMeter } from '../../src/kernel/ports.ts';
import { createRandom } from '../../src/kernel/random.ts';
import { RedisRoomIndex } from '../../src/matchmaking/redis-room-index.ts';
import type { Listing } from '../../src/matchmaking/room-index.ts';
import type { FromLooker, Looks, ToLooker, Variant } from './matchmaking-messages.ts';

/** Finds a room once, leaves everything as it was, and tells how many clients it has; undefined when there was none. */
type Look = (i: number) => Promise<number | undefined>;

const NAME = 'arena';
const SEATS = 16;
const MODES = ['solo', 'duo', 'squad', 'royale'];
const OWNER = 'bench';
const LISTED_AT_ONCE = 1000;
/** Nobody renews here. */
const LEASE_MS = 86_400_000;
const PLAN = { filterBy: ['mode'], sortBy: { clients: -1 as const } };

let variant: Variant = 'index';
let url = '';
const looks = new Map<number, Look>();

process.on('message', async (message: ToLooker) => {
  switch (message.type) {
    case 'start':
      ({ variant, url } = message);
      return tell({ type: 'ready' });
    case 'list':
      await list(message.database, message.rooms);
      return tell({ type: 'listed' });
    case 'look':
      return tell({ type: 'looked', looks: await look(message.database, message.times) });
  }
});

function tell(message: FromLooker): void {
  process.send?.(message);
}

async function list(database: number, rooms: number): Promise<void> {
  const index = await openIndex(database);
  const report = { processId: OWNER, address: '127.0.0.1:1', players: 0, rooms, busyShare: 0, takesRooms: true };
  await index.renew(report);
  const random = createRandom(rooms);
  for (let listed = 0; listed < rooms; listed += LISTED_AT_ONCE) {
    const some = Array.from({ length: Math.min(LISTED_AT_ONCE, rooms - listed) }, (_, i) => listed + i);
    await Promise.all(some.map((number) => index.list(listing(number, random.int(SEATS), random.pick(MODES)))));
  }
}

async function look(database: number, times: number): Promise<Looks> {
  const once = looks.get(database) ?? (await open(database));
  looks.set(database, once);
  const [cpu, begun] = [process.cpuUsage(), performance.now()];
  let [clients, missed] = [0, 0];
  for (let i = 0; i < times; i++) {
    const found = await once(i);
    if (found === undefined) missed++;
    else clients += found;
  }
  const [{ user, system }, wallMs] = [process.cpuUsage(cpu), performance.now() - begun];
  return { times, cpuUs: user + system, wallMs, clients, missed };
}

function open(database: number): Promise<Look> {
  return variant === 'index' ? lookInIndex(database) : lookAsStock(database);
}

async function lookInIndex(database: number): Promise<Look> {
  const index = await openIndex(database);
  let released: Promise<void> | undefined;
  return async (i) => {
    const claims = [`claim${i}`];
    const { granted } = await index.claim({ name: NAME, filter: { mode: modeOf(i) }, claims, listedOnly: true });
    await released;
    const [seat] = granted;
    if (seat === undefined) return undefined;
    released = index.release(seat.listing.roomId, claims); // goes out with the next claim, and before it
    return seat.listing.clients;
  };
}

async function lookAsStock(database: number): Promise<Look> {
  const driver = new RedisDriver(await connect(database));
  return async (i) => {
    const wanted = { locked: false, name: NAME, private: false, mode: modeOf(i) };
    const room = await driver.findOne(wanted as Parameters<RedisDriver['findOne']>[0], PLAN.sortBy);
    return room?.clients;
  };
}

async function openIndex(database: number): Promise<RedisRoomIndex> {
  const index = new RedisRoomIndex({ client: await connect(database), meter: noMeter }, { leaseMs: LEASE_MS });
  index.plan(NAME, PLAN);
  return index;
}

/** Resolves when it is connected: the index says that Redis is away until then. */
async function connect(database: number): Promise<Redis> {
  const client = new Redis(url, { db: database });
  await client.ping();
  return client;
}

function modeOf(i: number): string {
  return MODES[i % MODES.length]!;
}

/** As Colyseus makes them for a room with options. */
function listing(number: number, clients: number, mode: string): Listing {
  return {
    clients,
    maxClients: SEATS,
    locked: false,
    private: false,
    metadata: { mode },
    createdAt: new Date(Date.UTC(2026, 0, 1) + number),
    unlisted: false,
    name: NAME,
    processId: OWNER,
    publicAddress: 'game.example.com/2567',
    roomId: `room${String(number).padStart(6, '0')}`,
  };
}
