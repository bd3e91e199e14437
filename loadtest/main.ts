/** `npm run loadtest`: the headless load test's command line, progress line, table, JSON and exit code. */
import { type Command, runCommand, UsageError } from './args.ts';
import { botKind } from './bots/kinds.ts';
import {
  checkRounds,
  doubts,
  everybodyPlayed,
  formatFigures,
  formatRounds,
  type LoadFigures,
  medianRound,
  summarize,
} from './figures.ts';
import { type HeadlessOptions, runHeadless } from './headless.ts';
import { defaultProcesses } from './machine.ts';
import { type Cores, parseCores } from './pin.ts';
import { showProgress } from './progress.ts';
import { createReport, publish } from './report.ts';

const OPTIONS = {
  room: { type: 'text', default: 'arena', help: 'name of the room to join' },
  bots: { type: 'integer', default: 200, min: 1, max: 100_000, help: 'how many bots play' },
  seconds: { type: 'number', default: 20, min: 0.1, max: 86_400, help: 'how long to measure, after all have joined' },
  rounds: {
    type: 'integer',
    default: 1,
    min: 1,
    max: 100,
    help: 'whole runs, each with a server of its own; the median counts',
  },
  processes: { type: 'integer', min: 1, max: 256, help: 'bot processes (default: as the bots need and cores allow)' },
  full: { type: 'integer', default: 20, min: 0, max: 1000, help: 'world: bots that decode all and are compared' },
  pin: { type: 'text', help: 'cores of the server and of the bots, for instance 0:1 (needs taskset)' },
  rate: { type: 'number', default: 50, min: 0.1, max: 10_000, help: 'joins a second' },
  endpoint: { type: 'text', help: 'a running server, http://host:port; without it one is started and stopped' },
  json: { type: 'text', help: 'file to write the result to' },
  seed: { type: 'integer', default: 1, min: 0, max: 2 ** 32 - 1, help: 'what the bots draw their chance from' },
  timeout: { type: 'integer', default: 15_000, min: 100, max: 600_000, help: 'milliseconds a join may take' },
} as const;

const COMMAND: Command<typeof OPTIONS> = {
  usage: 'npm run loadtest -- [options]',
  options: OPTIONS,
  async run(values) {
    const { json, timeout: joinTimeoutMs, full: fullBots, pin, rounds: count, ...rest } = values;
    const cores = coresOf(pin);
    const processes = values.processes ?? defaultProcesses(values.bots, botKind(values.room).botsAProcess);
    const rounds = await playRounds(count, { ...rest, processes, joinTimeoutMs, fullBots, cores });
    const figures = medianRound(rounds);
    const report = createReport({
      name: 'loadtest',
      options: { ...values, processes },
      figures: count === 1 ? figures : { ...figures, rounds },
      checks: checkRounds(rounds, values.room),
      warnings: doubts(figures),
    });
    publish(report, `${values.bots} bots in "${values.room}"\n${formatRounds(rounds)}${formatFigures(figures)}`, json);
    // The interval of patches is a promise about the server; what a load test fails by are its players.
    return rounds.every(everybodyPlayed) ? 0 : 1;
  },
};

async function playRounds(count: number, options: Omit<HeadlessOptions, 'onProgress'>): Promise<LoadFigures[]> {
  const rounds: LoadFigures[] = [];
  while (rounds.length < count) {
    const progress = showProgress(options.bots);
    const running = runHeadless({ ...options, onProgress: progress.update });
    rounds.push(summarize(await running.finally(() => progress.clear())));
  }
  return rounds;
}

function coresOf(pin: string | undefined): Cores | undefined {
  const cores = pin === undefined ? undefined : parseCores(pin);
  if (pin !== undefined && cores === undefined)
    throw new UsageError(`--pin must be SERVER:BOTS, cores as in 0:1 or 0:2-3, not "${pin}"`);
  return cores;
}

await runCommand(COMMAND, process.argv.slice(2));
