/**
 * One round of the tick bench: a server process of one variant, measured from inside with clients on it, or with
 * nothing to do. Everything started here is ended here.
 */
import { Forked } from '../forked.ts';
import type { InterruptWatch } from '../interrupt.ts';
import { MachineMeter, type MachineUsage } from '../machine.ts';
import {
  CLIENTS_PER_ROOM,
  type FromClients,
  type FromServer,
  type TickResult,
  type ToClients,
  type ToServer,
  type Variant,
} from './tick-messages.ts';

const SERVER = new URL('./tick-server.ts', import.meta.url);
const CLIENTS = new URL('./tick-clients.ts', import.meta.url);
const STOP_TIMEOUT_MS = 5000;

type Server = Forked<ToServer, FromServer>;
type Clients = Forked<ToClients, FromClients>;

export interface Load {
  readonly rooms: number;
  readonly busyRooms: number;
  readonly busyMs: number;
  /** How long to measure. */
  readonly seconds: number;
  /** After the last join, and after the start of an idle process: until compiling and collecting have settled. */
  readonly settleSeconds: number;
}

export interface LoadedRound {
  readonly result: TickResult;
  readonly machine: MachineUsage;
}

/** CPU as shares of a core. */
export interface IdleRound {
  readonly noRooms: number;
  readonly idleRooms: number;
}

/** All rooms with two clients each. Throws when a process ends early or the clients got nothing. */
export async function loadedRound(variant: Variant, load: Load, interrupts: InterruptWatch): Promise<LoadedRound> {
  return withServer(variant, interrupts, async (server, port) => {
    const clients: Clients = new Forked(CLIENTS);
    try {
      server.tell({ type: 'make', ...load });
      const { roomIds } = await interrupts.race(server.hear('rooms'));
      clients.tell({ type: 'join', port, roomIds, clientsPerRoom: CLIENTS_PER_ROOM });
      await interrupts.race(clients.hear('joined'));
      await interrupts.race(pause(load.settleSeconds));
      const machine = new MachineMeter([server.pid ?? 0, clients.pid ?? 0]);
      machine.begin();
      const result = await measure(server, load.seconds, interrupts);
      const usage = machine.end();
      if (result.patches === 0) throw new Error('the probe saw no patch leave: it no longer stands where they pass');
      await confirmArrivals(clients, interrupts);
      return { result, machine: usage };
    } finally {
      clients.kill();
      await clients.exited;
    }
  });
}

/** The process without rooms, then with idle ones. */
export async function idleRound(variant: Variant, load: Load, interrupts: InterruptWatch): Promise<IdleRound> {
  return withServer(variant, interrupts, async (server) => {
    await interrupts.race(pause(load.settleSeconds));
    const noRooms = (await measure(server, load.seconds, interrupts)).cpu;
    server.tell({ type: 'make', rooms: load.rooms, busyRooms: 0, busyMs: 0 });
    await interrupts.race(server.hear('rooms'));
    await interrupts.race(pause(load.settleSeconds));
    return { noRooms, idleRooms: (await measure(server, load.seconds, interrupts)).cpu };
  });
}

async function withServer<T>(
  variant: Variant,
  interrupts: InterruptWatch,
  use: (server: Server, port: number) => Promise<T>,
): Promise<T> {
  const server: Server = new Forked(SERVER);
  try {
    server.tell({ type: 'start', variant });
    const { port } = await interrupts.race(server.hear('ready'));
    return await use(server, port);
  } finally {
    server.tell({ type: 'stop' });
    const insist = setTimeout(() => server.kill(), STOP_TIMEOUT_MS);
    await server.exited;
    clearTimeout(insist);
  }
}

async function measure(server: Server, seconds: number, interrupts: InterruptWatch): Promise<TickResult> {
  server.tell({ type: 'measure' });
  await interrupts.race(pause(seconds));
  server.tell({ type: 'result' });
  return (await interrupts.race(server.hear('result'))).result;
}

/** A server that writes to sockets nobody reads would look fine from inside. */
async function confirmArrivals(clients: Clients, interrupts: InterruptWatch): Promise<void> {
  clients.tell({ type: 'count' });
  const { patches, lost } = await interrupts.race(clients.hear('counted'));
  if (lost > 0 || patches === 0) throw new Error(`the clients got ${patches} patches and lost ${lost} connections`);
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
