/**
 * `npm run bench -- matchmaking`: what it costs to find a seat. A lookup is Hypogeum's claim and release, against the
 * findOne of Colyseus's RedisDriver, at different numbers of open rooms in one real Redis. A join is a request over HTTP
 * to a whole server that holds thousands of open rooms.
 */
import { type Command, type OptionTable, UsageError, type Values } from '../args.ts';
import { type InterruptWatch, watchInterrupts } from '../interrupt.ts';
import { doubtMachine } from '../machine.ts';
import { type Check, createReport, publish } from '../report.ts';
import { checkLookups, formatLookups, summarizeLookups } from './matchmaking-figures.ts';
import { checkJoins, doubtJoins, formatJoins, summarizeJoins } from './matchmaking-join-figures.ts';
import { measureJoins } from './matchmaking-joins.ts';
import { measureLookups } from './matchmaking-lookups.ts';

const OPTIONS = {
  json: { type: 'text', help: 'file to write the result to' },
  part: { type: 'text', default: 'all', help: 'lookups, joins or all' },
  rooms: { type: 'text', default: '100,1000,10000,100000', help: 'lookups: numbers of listed open rooms, up to 16' },
  rounds: { type: 'integer', default: 7, min: 1, max: 100, help: 'rounds of each part; the median counts' },
  lookups: { type: 'integer', default: 2000, min: 1, max: 1_000_000, help: 'claims in a round; of stock fewer' },
  open: { type: 'integer', default: 5000, min: 1, max: 100_000, help: 'joins: open rooms of each server' },
  seconds: { type: 'number', default: 3, min: 0.2, max: 3600, help: 'joins: how long each turn asks' },
} as const satisfies OptionTable;

const MAX_ROOMS = 1_000_000;
/** A Redis has 16 databases. */
const MAX_SIZES = 16;

interface Part {
  readonly figures: unknown;
  readonly checks: readonly Check[];
  readonly warnings: readonly string[];
  readonly text: string;
}

type Measure = (options: Values<typeof OPTIONS>, interrupts: InterruptWatch) => Promise<Part>;
const PARTS: Readonly<Record<string, Measure>> = { lookups, joins };

export const matchmakingBench: Command<typeof OPTIONS> = {
  usage: 'npm run bench -- matchmaking [options]',
  options: OPTIONS,
  async run(options) {
    const names = options.part === 'all' ? Object.keys(PARTS) : [options.part];
    if (!names.every((name) => Object.hasOwn(PARTS, name)))
      throw new UsageError(`--part must be lookups, joins or all, not "${options.part}"`);
    const interrupts = watchInterrupts();
    try {
      const done: [string, Part][] = [];
      for (const name of names) done.push([name, await PARTS[name]!(options, interrupts)]);
      const parts = done.map(([, part]) => part);
      const figures = Object.fromEntries(done.map(([name, part]) => [name, part.figures]));
      const checks = parts.flatMap((part) => part.checks);
      const warnings = done.flatMap(([name, part]) => part.warnings.map((warning) => `${name}: ${warning}`));
      const report = createReport({ name: 'bench-matchmaking', options, figures, checks, warnings });
      return publish(report, parts.map(({ text }) => text).join('\n'), options.json);
    } finally {
      interrupts.release();
    }
  },
};

async function lookups(options: Values<typeof OPTIONS>, interrupts: InterruptWatch): Promise<Part> {
  const plan = { sizes: readSizes(options.rooms), rounds: options.rounds, lookups: options.lookups };
  const figures = summarizeLookups(await measureLookups(plan, interrupts));
  const warnings = [doubtMachine(figures.machine)].filter((doubt) => doubt !== undefined);
  return { figures, checks: checkLookups(figures), warnings, text: formatLookups(figures) };
}

async function joins({ open, rounds, seconds }: Values<typeof OPTIONS>, interrupts: InterruptWatch): Promise<Part> {
  const figures = summarizeJoins(await measureJoins({ openRooms: open, rounds, seconds }, interrupts));
  const doubts = [doubtMachine(figures.machine), ...doubtJoins(figures)];
  const warnings = doubts.filter((doubt) => doubt !== undefined);
  return { figures, checks: checkJoins(figures), warnings, text: formatJoins(figures) };
}

function readSizes(text: string): number[] {
  const sizes = text.split(',').map(Number);
  if (sizes.length > MAX_SIZES || !sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= MAX_ROOMS))
    throw new UsageError(
      `--rooms must be up to ${MAX_SIZES} whole numbers from 1 to ${MAX_ROOMS} with commas between, not "${text}"`,
    );
  return sizes;
}
