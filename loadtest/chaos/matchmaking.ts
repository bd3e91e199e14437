/**
 * `npm run chaos -- matchmaking`: processes that stand still, are killed, or lose their Redis, and hundreds who join at
 * once. Real processes, a real Redis, players who try nothing twice.
 */
import { createRandom, randomSeed } from '../../src/kernel/random.ts';
import { type Command, type OptionTable, UsageError, type Values } from '../args.ts';
import { watchInterrupts } from '../interrupt.ts';
import { doubtMachine, MachineMeter } from '../machine.ts';
import { createReport, publish } from '../report.ts';
import { runBursts } from './matchmaking-burst.ts';
import { checkMatchmaking, formatMatchmaking, type MatchmakingFigures } from './matchmaking-figures.ts';
import { runKills } from './matchmaking-kills.ts';
import { runOutages } from './matchmaking-outages.ts';
import { createSetting, type Setting } from './matchmaking-setting.ts';
import { runStalls } from './matchmaking-stalls.ts';

const PARTS = ['stalls', 'kills', 'outages', 'burst'] as const;
type Part = (typeof PARTS)[number];

const OPTIONS = {
  json: { type: 'text', help: 'file to write the result to' },
  parts: { type: 'text', default: PARTS.join(','), help: 'what to run' },
  trials: { type: 'integer', min: 1, max: 10_000, help: 'trials of each part, instead of its own number' },
  stalls: { type: 'integer', default: 100, min: 1, max: 10_000, help: 'times that a process stands still' },
  kills: { type: 'integer', default: 20, min: 1, max: 10_000, help: 'times that a process is killed' },
  outages: { type: 'integer', default: 10, min: 1, max: 1000, help: 'times that Redis is away' },
  seconds: { type: 'number', default: 30, min: 1, max: 600, help: 'how long it is away' },
  also: { type: 'text', default: '5,60', help: 'and one outage of each of these seconds; 0: none' },
  bursts: { type: 'integer', default: 5, min: 1, max: 1000, help: 'times that many join at once, on each server' },
  joiners: { type: 'integer', default: 500, min: 1, max: 5000, help: 'how many' },
  seed: { type: 'integer', min: 0, max: 2 ** 32 - 1, help: 'repeats the stalls and kills of a run' },
} as const satisfies OptionTable;

type Options = Values<typeof OPTIONS> & { readonly seed: number };

export const matchmakingChaos: Command<typeof OPTIONS> = {
  usage: 'npm run chaos -- matchmaking [options]',
  options: OPTIONS,
  async run(given) {
    const parts = readParts(given.parts);
    const options = { ...given, seed: given.seed ?? randomSeed() };
    const also = readSeconds(options.also);
    console.log(`seed ${options.seed}`);
    const interrupts = watchInterrupts();
    try {
      const run = await runParts(parts, { ...options, also }, createSetting(interrupts));
      const checks = checkMatchmaking(run.figures);
      const report = createReport({ name: 'chaos-matchmaking', options, checks, ...run });
      return publish(report, formatMatchmaking(run.figures), options.json);
    } finally {
      interrupts.release();
    }
  },
};

/** Each part has a machine meter of its own, and random numbers that do not depend on the parts before it. */
async function runParts(
  parts: readonly Part[],
  options: Omit<Options, 'also'> & { readonly also: readonly number[] },
  setting: Setting,
): Promise<{ figures: MatchmakingFigures; warnings: string[] }> {
  const warnings: string[] = [];
  const random = () => createRandom(options.seed);
  const { trials, joiners } = options;
  const metered = async <T>(part: Part, run: () => Promise<T[]>): Promise<T[]> => {
    if (!parts.includes(part)) return [];
    const machine = new MachineMeter(undefined);
    machine.begin();
    const done = await run();
    setting.say('');
    const doubt = doubtMachine(machine.end());
    if (doubt !== undefined) warnings.push(`${part}: ${doubt}`);
    return done;
  };
  const outages = Array.from({ length: trials ?? options.outages }, () => options.seconds);
  const figures = {
    stalls: await metered('stalls', () => runStalls({ trials: trials ?? options.stalls, random: random() }, setting)),
    kills: await metered('kills', () => runKills({ trials: trials ?? options.kills, random: random() }, setting)),
    outages: await metered('outages', () => runOutages({ seconds: [...outages, ...options.also] }, setting)),
    bursts: await metered('burst', () => runBursts({ trials: trials ?? options.bursts, joiners }, setting)),
  };
  return { figures, warnings };
}

function readParts(text: string): Part[] {
  return text.split(',').map((name) => {
    const found = PARTS.find((part) => part === name);
    if (found === undefined) throw new UsageError(`--parts knows ${PARTS.join(', ')}, not "${name}"`);
    return found;
  });
}

function readSeconds(text: string): number[] {
  if (text === '0') return [];
  const seconds = text.split(',').map(Number);
  if (!seconds.every((one) => one > 0 && one <= 600))
    throw new UsageError(`--also must be numbers up to 600 with commas between, or 0, not "${text}"`);
  return seconds;
}
