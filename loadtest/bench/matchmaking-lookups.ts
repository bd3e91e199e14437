/**
 * The lookups of the matchmaking bench: a Redis of its own with a database for each number of rooms, and a client process
 * for each variant, in turns. All that is started here is ended here.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { findFreePorts } from '../../deploy/ports.ts';
import { startRedis } from '../../deploy/redis.ts';
import { Forked } from '../forked.ts';
import type { InterruptWatch } from '../interrupt.ts';
import { MachineMeter, type MachineUsage } from '../machine.ts';
import { type FromLooker, type Looks, type ToLooker, VARIANTS, type Variant } from './matchmaking-messages.ts';

export interface LookupPlan {
  readonly sizes: readonly number[];
  readonly rounds: number;
  /** Lookups by the index in a round; of stock as many as read about READ_ROOMS rooms. */
  readonly lookups: number;
}

export interface LookupRound {
  readonly looks: Looks;
  readonly redisCpuUs: number;
}

export interface LookupRounds {
  /** For each size, of each round. */
  readonly sizes: readonly { readonly rooms: number; readonly rounds: readonly Record<Variant, LookupRound>[] }[];
  readonly machine: MachineUsage;
}

type Looker = Forked<ToLooker, FromLooker>;
type Lookers = Record<Variant, Looker>;

const READ_ROOMS = 200_000;
const MOST_STOCK_LOOKUPS = 200;
const LEAST_STOCK_LOOKUPS = 2;
const LOOKER = new URL('./matchmaking-looker.ts', import.meta.url);

export async function measureLookups(plan: LookupPlan, interrupts: InterruptWatch): Promise<LookupRounds> {
  const redis = await startRedis(await findFreePorts(1));
  const lookers: Lookers = { index: new Forked(LOOKER), stock: new Forked(LOOKER) };
  try {
    for (const variant of VARIANTS) {
      lookers[variant].tell({ type: 'start', variant, url: redis.url });
      await interrupts.race(lookers[variant].hear('ready'));
    }
    await listRooms(lookers.index, plan.sizes, interrupts);
    return await runRounds(lookers, redis.child.pid, plan, interrupts);
  } finally {
    for (const looker of Object.values(lookers)) looker.kill();
    await Promise.all(Object.values(lookers).map(({ exited }) => exited));
    await redis.stop();
  }
}

async function listRooms(looker: Looker, sizes: readonly number[], interrupts: InterruptWatch): Promise<void> {
  for (const [database, rooms] of sizes.entries()) {
    console.log(`listing ${rooms} rooms`);
    looker.tell({ type: 'list', database, rooms });
    await interrupts.race(looker.hear('listed'));
  }
}

async function runRounds(
  lookers: Lookers,
  redisPid: number,
  { sizes, rounds, lookups }: LookupPlan,
  interrupts: InterruptWatch,
): Promise<LookupRounds> {
  const look = async (variant: Variant, database: number, times: number): Promise<LookupRound> => {
    const before = cpuUsOf(redisPid);
    lookers[variant].tell({ type: 'look', database, times });
    const { looks } = await interrupts.race(lookers[variant].hear('looked'));
    return { looks, redisCpuUs: cpuUsOf(redisPid) - before };
  };
  const all = async (): Promise<Record<Variant, LookupRound>[]> => {
    const done: Record<Variant, LookupRound>[] = [];
    for (const [database, rooms] of sizes.entries()) {
      const stock = await look('stock', database, stockLookups(rooms));
      done.push({ stock, index: await look('index', database, lookups) });
    }
    return done;
  };
  console.log('warming up');
  await all();
  const machine = new MachineMeter([redisPid, lookers.index.pid ?? 0, lookers.stock.pid ?? 0]);
  machine.begin();
  const measured: Record<Variant, LookupRound>[][] = [];
  for (let round = 0; round < rounds; round++) {
    console.log(`round ${round + 1} of ${rounds}`);
    measured.push(await all());
  }
  return {
    sizes: sizes.map((rooms, i) => ({ rooms, rounds: measured.map((round) => round[i]!) })),
    machine: machine.end(),
  };
}

function stockLookups(rooms: number): number {
  return Math.max(LEAST_STOCK_LOOKUPS, Math.min(MOST_STOCK_LOOKUPS, Math.round(READ_ROOMS / rooms)));
}

/** Of all its threads; the kernel tells nanoseconds there, where /proc/PID/stat has hundredths of seconds. Linux only. */
function cpuUsOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((id) =>
    Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1000;
}
