/** `npm run loadtest`: the headless load test's command line, progress line, table, JSON and exit code. */
import { type Command, runCommand } from './args.ts';
import { checkLoad, doubts, everybodyPlayed, formatFigures, summarize } from './figures.ts';
import { runHeadless } from './headless.ts';
import { defaultProcesses } from './machine.ts';
import { showProgress } from './progress.ts';
import { createReport, formatChecks, writeReport } from './report.ts';

const OPTIONS = {
  room: { type: 'text', default: 'arena', help: 'name of the room to join' },
  bots: { type: 'integer', default: 200, min: 1, max: 100_000, help: 'how many bots play' },
  seconds: { type: 'number', default: 20, min: 0.1, max: 86_400, help: 'how long to measure, after all have joined' },
  processes: { type: 'integer', min: 1, max: 256, help: 'bot processes (default: one for 100 bots, as cores allow)' },
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
    const { json, timeout: joinTimeoutMs, ...rest } = values;
    const processes = values.processes ?? defaultProcesses(values.bots);
    const progress = showProgress(values.bots);
    const observed = await runHeadless({ ...rest, processes, joinTimeoutMs, onProgress: progress.update });
    progress.clear();
    const figures = summarize(observed);
    const report = createReport({
      name: 'loadtest',
      options: { ...values, processes },
      figures,
      checks: checkLoad(figures),
      warnings: doubts(figures),
    });
    console.log(`${values.bots} bots in "${values.room}"\n${formatFigures(figures)}\n${formatChecks(report.checks)}`);
    for (const warning of report.warnings) console.log(`  WARNING: ${warning}`);
    if (json !== undefined) writeReport(json, report);
    return everybodyPlayed(figures) ? 0 : 1;
  },
};

await runCommand(COMMAND, process.argv.slice(2));
