/**
 * `npm run bench -- matchmaking`: what it costs to find a seat. A lookup is Hypogeum's claim and release, against the
 * findOne of Colyseus's RedisDriver, at different numbers of open rooms in one real Redis.
 */
import { type Command, type OptionTable, UsageError } from '../args.ts';
import { watchInterrupts } from '../interrupt.ts';
import { doubtMachine } from '../machine.ts';
import { createReport, publish } from '../report.ts';
import { checkLookups, formatLookups, summarizeLookups } from './matchmaking-figures.ts';
import { measureLookups } from './matchmaking-lookups.ts';

const OPTIONS = {
  json: { type: 'text', help: 'file to write the result to' },
  rooms: { type: 'text', default: '100,1000,10000,100000', help: 'numbers of listed open rooms, up to 16 of them' },
  rounds: { type: 'integer', default: 7, min: 1, max: 100, help: 'rounds; the median counts' },
  lookups: { type: 'integer', default: 2000, min: 1, max: 1_000_000, help: 'claims in a round; of stock fewer' },
} as const satisfies OptionTable;

const MAX_ROOMS = 1_000_000;
/** A Redis has 16 databases. */
const MAX_SIZES = 16;

export const matchmakingBench: Command<typeof OPTIONS> = {
  usage: 'npm run bench -- matchmaking [options]',
  options: OPTIONS,
  async run(options) {
    const { rounds, lookups } = options;
    const sizes = readSizes(options.rooms);
    const interrupts = watchInterrupts();
    try {
      const figures = { lookups: summarizeLookups(await measureLookups({ sizes, rounds, lookups }, interrupts)) };
      const doubt = doubtMachine(figures.lookups.machine);
      const warnings = doubt === undefined ? [] : [`lookups: ${doubt}`];
      const checks = checkLookups(figures.lookups);
      const report = createReport({ name: 'bench-matchmaking', options, figures, checks, warnings });
      return publish(report, formatLookups(figures.lookups), options.json);
    } finally {
      interrupts.release();
    }
  },
};

function readSizes(text: string): number[] {
  const sizes = text.split(',').map(Number);
  if (sizes.length > MAX_SIZES || !sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= MAX_ROOMS))
    throw new UsageError(
      `--rooms must be up to ${MAX_SIZES} whole numbers from 1 to ${MAX_ROOMS} with commas between, not "${text}"`,
    );
  return sizes;
}
