/**
 * `npm run bench -- tick`: 200 rooms at 30 Hz in one process with two real clients each, ten of the rooms with 1 ms of
 * work a step; Hypogeum and stock Colyseus in turns, each in a process of its own, the clients in another; and what a
 * process costs that has nothing to do. Measured inside the server process (see tick-probe.ts).
 */
import { type Command, type OptionTable, UsageError } from '../args.ts';
import { watchInterrupts } from '../interrupt.ts';
import { doubtMachine } from '../machine.ts';
import { createReport, publish } from '../report.ts';
import { checkTicks, formatTicks, summarizeIdle, summarizeRounds } from './tick-figures.ts';
import { TICK_RATE, type Variant } from './tick-messages.ts';
import { type IdleRound, idleRound, type LoadedRound, loadedRound } from './tick-rounds.ts';

const OPTIONS = {
  json: { type: 'text', help: 'file to write the result to' },
  seconds: { type: 'number', default: 10, min: 0.1, max: 3600, help: 'how long one round measures' },
  rounds: { type: 'integer', default: 3, min: 1, max: 100, help: 'rounds of each variant; the median counts' },
  rooms: { type: 'integer', default: 200, min: 1, max: 5000, help: 'rooms in the process' },
  busy: { type: 'integer', default: 10, min: 1, max: 5000, help: 'rooms that work in every step' },
  settle: { type: 'number', default: 2, min: 0, max: 600, help: 'seconds to wait before each measurement' },
  work: { type: 'number', default: 1, min: 0, max: 1000, help: 'milliseconds a busy room works in a step' },
} as const satisfies OptionTable;

type Rounds = Record<Variant, { readonly loaded: LoadedRound[]; readonly idle: IdleRound[] }>;

export const tickBench: Command<typeof OPTIONS> = {
  usage: 'npm run bench -- tick [options]',
  options: OPTIONS,
  async run(options) {
    const { seconds, rounds, rooms, busy, work, settle } = options;
    if (busy > rooms) throw new UsageError('--busy must not be more than --rooms');
    const load = { rooms, busyRooms: busy, busyMs: work, seconds, settleSeconds: settle };
    const done: Rounds = { hypogeum: { loaded: [], idle: [] }, stock: { loaded: [], idle: [] } };
    const interrupts = watchInterrupts();
    try {
      for (let round = 1; round <= rounds; round++) {
        for (const variant of ['hypogeum', 'stock'] as const) {
          console.log(`round ${round} of ${rounds}: ${variant}`);
          done[variant].loaded.push(await loadedRound(variant, load, interrupts));
          done[variant].idle.push(await idleRound(variant, load, interrupts));
        }
      }
    } finally {
      interrupts.release();
    }
    return conclude(done, options);
  },
};

function conclude({ hypogeum, stock }: Rounds, options: Readonly<Record<string, string | number | undefined>>): number {
  const periodMs = 1000 / TICK_RATE;
  const figures = {
    periodMs,
    hypogeum: summarizeRounds(hypogeum.loaded, periodMs),
    stock: summarizeRounds(stock.loaded, periodMs),
    idle: summarizeIdle(hypogeum.idle, stock.idle),
  };
  const checks = checkTicks(figures);
  const doubt = doubtMachine(figures.hypogeum.machine);
  const warnings = doubt === undefined ? [] : [doubt];
  const report = createReport({ name: 'bench-tick', options, figures, checks, warnings });
  return publish(report, formatTicks(figures), typeof options.json === 'string' ? options.json : undefined);
}
