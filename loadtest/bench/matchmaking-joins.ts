/**
 * The joins of the matchmaking bench: a Redis, a stock server and one of ours on databases of their own in it, each with
 * the same number of open rooms, and one joiner that asks them in turns. All that is started here is ended here.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { findFreePorts } from '../../deploy/ports.ts';
import { startRedis } from '../../deploy/redis.ts';
import { Forked } from '../forked.ts';
import type { InterruptWatch } from '../interrupt.ts';
import { MachineMeter, type MachineUsage, ProcessMeter } from '../machine.ts';
import { SEAT_SECONDS } from './matchmaking-hall.ts';
import {
  type FromJoiner,
  type FromServer,
  type Joins,
  SIDES,
  type Side,
  type ToJoiner,
  type ToServer,
} from './matchmaking-join-messages.ts';

export interface JoinPlan {
  readonly openRooms: number;
  readonly rounds: number;
  /** How long each half of a turn asks. */
  readonly seconds: number;
}

/** How many requests are under way at any time. */
export const HALVES = { sequential: 1, concurrent: 32 } as const;
export type Half = keyof typeof HALVES;

export interface HalfTurn {
  readonly joins: Joins;
  /** As shares of one core; undefined where the system does not tell. */
  readonly cpu: Readonly<Record<'server' | 'redis' | 'joiner', number | undefined>>;
}

export type JoinRound = Readonly<Record<Side, Readonly<Record<Half, HalfTurn>>>>;

export interface JoinRounds {
  readonly openRooms: number;
  readonly warmUp: JoinRound;
  readonly rounds: readonly JoinRound[];
  /** Rooms listed in the end. */
  readonly listed: Readonly<Record<Side, number>>;
  readonly machine: MachineUsage;
}

interface Running {
  readonly process: Forked<ToServer, FromServer>;
  readonly port: number;
}

interface Stage {
  readonly servers: Readonly<Record<Side, Running>>;
  readonly joiner: Forked<ToJoiner, FromJoiner>;
  readonly redisPid: number;
  readonly interrupts: InterruptWatch;
}

const SERVER = new URL('./matchmaking-server.ts', import.meta.url);
const JOINER = new URL('./matchmaking-joiner.ts', import.meta.url);
/** Until the seats of the turn before are given back, with the writes this takes. */
const SETTLE_MS = SEAT_SECONDS * 1000 + 500;

export async function measureJoins(plan: JoinPlan, interrupts: InterruptWatch): Promise<JoinRounds> {
  const redis = await startRedis(await findFreePorts(1));
  const joiner: Stage['joiner'] = new Forked(JOINER);
  const processes = {
    stock: new Forked<ToServer, FromServer>(SERVER),
    hypogeum: new Forked<ToServer, FromServer>(SERVER),
  };
  try {
    const open = (side: Side, database: number): Promise<Running> =>
      interrupts.race(openRooms(side, processes[side], `${redis.url}/${database}`, plan.openRooms));
    const servers = { stock: await open('stock', 0), hypogeum: await open('hypogeum', 1) };
    await interrupts.race(joiner.hear('ready'));
    return await runRounds({ servers, joiner, redisPid: redis.child.pid, interrupts }, plan);
  } finally {
    const started = [joiner, ...Object.values(processes)];
    for (const process of started) process.kill();
    await Promise.all(started.map(({ exited }) => exited));
    await redis.stop();
  }
}

/** @throws when not all of them are listed. */
async function openRooms(side: Side, process: Running['process'], redisUrl: string, rooms: number): Promise<Running> {
  console.log(`opening ${rooms} rooms: ${side}`);
  process.tell({ type: 'start', side, redisUrl });
  const { port } = await process.hear('ready');
  process.tell({ type: 'open', rooms });
  await process.hear('opened');
  const listed = await countListed(process);
  if (listed !== rooms) throw new Error(`${listed} rooms of ${side} are listed, not ${rooms}`);
  return { process, port };
}

async function countListed(process: Running['process']): Promise<number> {
  process.tell({ type: 'count' });
  return (await process.hear('counted')).rooms;
}

async function runRounds(stage: Stage, { openRooms, rounds, seconds }: JoinPlan): Promise<JoinRounds> {
  const { servers, joiner, redisPid, interrupts } = stage;
  const pids = [redisPid, joiner.pid ?? 0, ...SIDES.map((side) => servers[side].process.pid ?? 0)];
  console.log('warming up');
  const warmUp = await runRound(stage, seconds);
  const machine = new MachineMeter(pids);
  machine.begin();
  const measured: JoinRound[] = [];
  for (let round = 0; round < rounds; round++) {
    console.log(`round ${round + 1} of ${rounds}`);
    measured.push(await runRound(stage, seconds));
  }
  const used = machine.end();
  const count = (side: Side): Promise<number> => interrupts.race(countListed(servers[side].process));
  const listed = { stock: await count('stock'), hypogeum: await count('hypogeum') };
  return { openRooms, warmUp, rounds: measured, listed, machine: used };
}

async function runRound(stage: Stage, seconds: number): Promise<JoinRound> {
  const half = async (side: Side, name: Half): Promise<HalfTurn> => halfTurn(stage, side, name, seconds);
  const turn = async (side: Side): Promise<JoinRound[Side]> => ({
    sequential: await half(side, 'sequential'),
    concurrent: await half(side, 'concurrent'),
  });
  return { stock: await turn('stock'), hypogeum: await turn('hypogeum') };
}

async function halfTurn(stage: Stage, side: Side, half: Half, seconds: number): Promise<HalfTurn> {
  const { servers, joiner, redisPid, interrupts } = stage;
  const { process, port } = servers[side];
  await interrupts.race(pause(SETTLE_MS));
  const meters = {
    server: new ProcessMeter(process.pid ?? 0),
    redis: new ProcessMeter(redisPid),
    joiner: new ProcessMeter(joiner.pid ?? 0),
  };
  for (const meter of Object.values(meters)) meter.begin();
  joiner.tell({ type: 'join', port, atOnce: HALVES[half], seconds });
  const { joins } = await interrupts.race(joiner.hear('joined'));
  const cpu = {
    server: meters.server.end()?.cpu,
    redis: meters.redis.end()?.cpu,
    joiner: meters.joiner.end()?.cpu,
  };
  return { joins, cpu };
}
