/** A server process of the tick bench: starts the variant it is told to, makes rooms, measures, answers. */
import { createRandom } from '../../src/kernel/random.ts';
import type { DriverCounters, TickHost } from './tick-host.ts';
import type { FromServer, RoomsWanted, ToServer, Variant } from './tick-messages.ts';
import { probe } from './tick-room.ts';

const SEED = 1;

let host: TickHost | undefined;
let before: { cpu: NodeJS.CpuUsage; counters: DriverCounters | undefined } | undefined;

process.on('disconnect', () => process.exit(1));
process.on('SIGINT', () => {});
process.on('message', (message: ToServer) => void obey(message));

async function obey(message: ToServer): Promise<void> {
  switch (message.type) {
    case 'start':
      host = await start(message.variant);
      return tell({ type: 'ready', port: host.port });
    case 'make':
      return tell({ type: 'rooms', roomIds: await make(message) });
    case 'measure':
      probe.open();
      before = { cpu: process.cpuUsage(), counters: host?.counters() };
      return;
    case 'result':
      return answer();
    case 'stop':
      await host?.stop();
      process.exit(0);
  }
}

/** Each variant in its own process, and only that one loaded. */
async function start(variant: Variant): Promise<TickHost> {
  if (variant === 'stock') return (await import('./tick-stock.ts')).startStock();
  return (await import('./tick-hypogeum.ts')).startHypogeum();
}

/** Which ones are busy is drawn, the same in every run; without any the rooms are idle ones. */
async function make({ rooms, busyRooms, busyMs }: RoomsWanted): Promise<string[]> {
  const running = host;
  if (running === undefined) throw new Error('rooms were asked for before the server was started');
  const busy = draw(rooms, busyRooms);
  const roomIds: string[] = [];
  for (let index = 0; index < rooms; index++) {
    const options = { busyMs: busy.has(index) ? busyMs : 0 };
    roomIds.push(await running.createRoom(busyRooms > 0 ? 'beat' : 'idle', options));
  }
  return roomIds;
}

function draw(from: number, count: number): Set<number> {
  const random = createRandom(SEED);
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(random.int(from));
  return drawn;
}

function answer(): void {
  if (before === undefined) throw new Error('a result was asked for before anything was measured');
  const tallied = probe.result();
  const cpu = process.cpuUsage(before.cpu);
  const counters = host?.counters();
  const driver = counters &&
    before.counters && {
      skipped: counters.skipped - before.counters.skipped,
      caughtUp: counters.caughtUp - before.counters.caughtUp,
    };
  const share = (cpu.user + cpu.system) / 1e6 / tallied.seconds;
  const memoryMb = Math.round(process.memoryUsage.rss() / 2 ** 20);
  tell({ type: 'result', result: { ...tallied, driver, cpu: share, memoryMb } });
}

function tell(message: FromServer): void {
  process.send?.(message);
}
