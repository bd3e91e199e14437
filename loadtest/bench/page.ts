/**
 * `npm run bench -- page`: what a frame of the page costs in a full match. Fifteen bots and the page in a headless
 * Chromium, which plays with keys and mouse; the times are the page's own (see clients/web/meter.ts).
 */
import type { Command, OptionTable, Values } from '../args.ts';
import { watchInterrupts } from '../interrupt.ts';
import { doubtMachine } from '../machine.ts';
import { createReport, publish } from '../report.ts';
import { checkPage, formatPage, summarizePage } from './page-figures.ts';
import { type PageRound, pageRound } from './page-round.ts';

const OPTIONS = {
  json: { type: 'text', help: 'file to write the result to' },
  // Well within one round of the game.
  seconds: { type: 'number', default: 8, min: 0.5, max: 120, help: 'how long one round measures' },
  settle: { type: 'number', default: 3, min: 0, max: 30, help: 'seconds to play before each measurement' },
  rounds: { type: 'integer', default: 3, min: 1, max: 100, help: 'rounds; the median counts' },
} as const satisfies OptionTable;

export const pageBench: Command<typeof OPTIONS> = {
  usage: 'npm run bench -- page [options]',
  options: OPTIONS,
  async run(options) {
    const { seconds, rounds, settle: settleSeconds } = options;
    const done: PageRound[] = [];
    const interrupts = watchInterrupts();
    try {
      for (let round = 1; round <= rounds; round++) {
        console.log(`round ${round} of ${rounds}`);
        done.push(await pageRound({ seconds, settleSeconds }, interrupts));
      }
    } finally {
      interrupts.release();
    }
    return conclude(done, options);
  },
};

function conclude(done: readonly PageRound[], options: Values<typeof OPTIONS>): number {
  const figures = summarizePage(done);
  const checks = checkPage(figures);
  const doubt = doubtMachine(figures.machine);
  const warnings = doubt === undefined ? [] : [doubt];
  const report = createReport({ name: 'bench-page', options, figures, checks, warnings });
  return publish(report, formatPage(figures), options.json);
}
