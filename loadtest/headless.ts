/**
 * One headless load test from start to end: a server if none is given, bots that join at a rate, a measuring window,
 * results, everything stopped again. It starts and stops; what the numbers mean is in `figures.ts`.
 */
import type { Observations } from './figures.ts';
import { type InterruptWatch, watchInterrupts } from './interrupt.ts';
import { MachineMeter, ProcessMeter } from './machine.ts';
import type { Progress } from './messages.ts';
import { type Cores, pinProcess } from './pin.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';
import { dealBots, Fleet } from './workers.ts';

export interface HeadlessOptions {
  readonly room: string;
  readonly bots: number;
  readonly seconds: number;
  readonly processes: number;
  /** Joins a second, over all processes. */
  readonly rate: number;
  readonly seed: number;
  readonly joinTimeoutMs: number;
  /** Of rooms with thin bots: how many decode everything and are compared with the server. */
  readonly fullBots: number;
  /** Which cores the server and the bots may use; any without it. */
  readonly cores: Cores | undefined;
  /** Where the server is; undefined starts one. */
  readonly endpoint: string | undefined;
  /** Called several times a second while the test runs. */
  onProgress(phase: string, progress: Progress): void;
}

/** After the last join the rooms settle for this long before anything is measured. */
const SETTLE_MS = 1000;
const LOOK_EVERY_MS = 200;

/** Runs it. Throws when the server cannot be started, a bot process dies, or a signal comes. */
export async function runHeadless(options: HeadlessOptions): Promise<Observations> {
  const interrupts = watchInterrupts();
  let server: ServerProcess | undefined;
  let fleet: Fleet | undefined;
  try {
    if (options.endpoint === undefined) server = await interrupts.race(startServerProcess());
    const endpoint = options.endpoint ?? server!.endpoint;
    fleet = new Fleet(dealBots(Math.min(options.processes, options.bots), options.bots, squad(options, endpoint)));
    if (options.cores !== undefined) pin(options.cores, server, fleet);
    return await observe(options, fleet, server, interrupts);
  } finally {
    fleet?.kill();
    await server?.stop();
    interrupts.release();
  }
}

function squad({ room, rate, seed, joinTimeoutMs, fullBots }: HeadlessOptions, endpoint: string) {
  return { endpoint, roomName: room, joinEveryMs: 1000 / rate, joinTimeoutMs, seed, fullBots };
}

/** The load test itself, which does next to nothing, goes with the bots. */
function pin(cores: Cores, server: ServerProcess | undefined, fleet: Fleet): void {
  if (server !== undefined) pinProcess(server.pid, cores.server);
  for (const pid of [process.pid, ...fleet.pids]) pinProcess(pid, cores.bots);
}

async function observe(
  options: HeadlessOptions,
  fleet: Fleet,
  server: ServerProcess | undefined,
  interrupts: InterruptWatch,
): Promise<Observations> {
  let phase = 'joining';
  const look = setInterval(() => options.onProgress(phase, fleet.progress), LOOK_EVERY_MS);
  try {
    await interrupts.race(fleet.ramped());
    phase = 'settling';
    await interrupts.race(playing(fleet, SETTLE_MS));
    const machine = new MachineMeter(server && [server.pid, ...fleet.pids]);
    const usage = server && new ProcessMeter(server.pid);
    machine.begin();
    usage?.begin();
    fleet.measure();
    phase = 'measuring';
    await interrupts.race(playing(fleet, options.seconds * 1000));
    const observed = { server: usage?.end(), machine: machine.end() };
    return { squads: await interrupts.race(fleet.finish()), ...observed };
  } finally {
    clearInterval(look);
  }
}

/** Waits that long, or until nobody plays any more. Rejects when a bot process ends. */
function playing(fleet: Fleet, ms: number): Promise<void> {
  return Promise.race([somebodyPlays(fleet, ms), fleet.lost()]);
}

async function somebodyPlays(fleet: Fleet, ms: number): Promise<void> {
  const end = performance.now() + ms;
  for (let left = ms; left > 0; left = end - performance.now()) {
    const { joined, dropped } = fleet.progress;
    if (joined === dropped) return;
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, LOOK_EVERY_MS)));
  }
}
