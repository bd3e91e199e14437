/**
 * `npm run chaos -- slow`: some players of a room stop reading for half a minute, then read on. What the others notice,
 * what it costs the server, and whether everybody has the true state a second later. On Hypogeum in an area-replicated
 * room and in a stock room with large patches; the latter on stock Colyseus beside it.
 */
import { type Command, type OptionTable, UsageError } from '../args.ts';
import { type InterruptWatch, watchInterrupts } from '../interrupt.ts';
import { doubtMachine } from '../machine.ts';
import { createReport, formatChecks, writeReport } from '../report.ts';
import { checkSlow, formatSlow, type SlowFigures, summarizeRoom } from './slow-figures.ts';
import { ROOMS, type RoomKind, type Trouble } from './slow-messages.ts';
import { type SlowPlan, type SlowRun, slowRun } from './slow-run.ts';

const OPTIONS = {
  json: { type: 'text', help: 'file to write the result to' },
  rooms: { type: 'text', default: ROOMS.join(','), help: 'rooms to run' },
  troubles: {
    type: 'text',
    default: 'quiet,silent,ponging,closed',
    help: 'what to run of: quiet, silent, ponging, closed',
  },
  clients: { type: 'integer', default: 200, min: 2, max: 2000, help: 'players in the room' },
  stalled: { type: 'integer', default: 20, min: 1, max: 1000, help: 'of them, those who stop reading' },
  seconds: { type: 'number', default: 30, min: 1, max: 600, help: 'how long they do not read' },
  settle: { type: 'number', default: 3, min: 0, max: 600, help: 'seconds to wait before that' },
  runs: { type: 'integer', default: 5, min: 1, max: 100, help: 'runs of each room and trouble; the median counts' },
} as const satisfies OptionTable;

/** Stock ends connections that do not answer its pings: only the ponging ones live to be corrupted. */
const TROUBLES: Readonly<Record<RoomKind, readonly Trouble[]>> = {
  world: ['quiet', 'silent', 'ponging', 'closed'],
  broadcast: ['quiet', 'silent', 'ponging', 'closed'],
  stock: ['quiet', 'ponging'],
};
/** What is not measured but shown is run once. */
const ONCE: readonly Trouble[] = ['closed'];

export const slowChaos: Command<typeof OPTIONS> = {
  usage: 'npm run chaos -- slow [options]',
  options: OPTIONS,
  async run(options) {
    const { clients, stalled, seconds, settle: settleSeconds } = options;
    if (stalled >= clients) throw new UsageError('--stalled must be less than --clients');
    const rooms = readList('--rooms', options.rooms, ROOMS);
    const troubles = readList('--troubles', options.troubles, ['quiet', 'silent', 'ponging', 'closed']);
    const figures: SlowFigures[] = [];
    const interrupts = watchInterrupts();
    try {
      for (const room of rooms) {
        const plan = { room, clients, stalled, seconds, settleSeconds };
        figures.push(
          ...summarizeRoom({ room, runs: await runRoom(plan, troubles, options.runs, interrupts), stalled }),
        );
      }
    } finally {
      interrupts.release();
    }
    return conclude(figures, options);
  },
};

/** All troubles of a room in turns. */
async function runRoom(
  plan: Omit<SlowPlan, 'trouble'>,
  wanted: readonly Trouble[],
  runs: number,
  interrupts: InterruptWatch,
): Promise<Record<Trouble, SlowRun[]>> {
  const done: Record<Trouble, SlowRun[]> = { quiet: [], silent: [], ponging: [], closed: [] };
  const most = plan.room === 'stock' ? 1 : runs;
  for (let run = 1; run <= most; run++) {
    for (const trouble of TROUBLES[plan.room]) {
      if (!wanted.includes(trouble) || (run > 1 && ONCE.includes(trouble))) continue;
      console.log(`${plan.room}, ${trouble}: run ${run} of ${most}`);
      done[trouble].push(await slowRun({ ...plan, trouble }, interrupts));
    }
  }
  return done;
}

function conclude(
  figures: readonly SlowFigures[],
  options: Readonly<Record<string, string | number | undefined>>,
): number {
  const checks = checkSlow(figures);
  const warnings = figures.flatMap(({ room, trouble, machine }) => {
    const doubt = doubtMachine(machine);
    return doubt === undefined ? [] : [`${room}, ${trouble}: ${doubt}`];
  });
  console.log(`${formatSlow(figures)}\n${formatChecks(checks)}`);
  for (const warning of warnings) console.log(`  WARNING: ${warning}`);
  const report = createReport({ name: 'chaos-slow', options, figures, checks, warnings });
  if (typeof options.json === 'string') writeReport(options.json, report);
  return checks.every(({ ok }) => ok) ? 0 : 1;
}

function readList<T extends string>(option: string, text: string, known: readonly T[]): T[] {
  return text.split(',').map((name) => {
    const found = known.find((one) => one === name);
    if (found === undefined) throw new UsageError(`${option} knows ${known.join(', ')}, not "${name}"`);
    return found;
  });
}
