/**
 * `npm run bench -- fanout`: what a patch costs the server that goes to every client of a broadcast room, over real
 * sockets: a GameRoom and a stock room on Hypogeum, the same on stock Colyseus, and a bare ws loop that sends the same
 * bytes, in turns.
 */
import type { Command, OptionTable } from '../args.ts';
import { watchInterrupts } from '../interrupt.ts';
import { doubtMachine } from '../machine.ts';
import { createReport, formatChecks, writeReport } from '../report.ts';
import { checkFanout, type FanoutSize, formatFanout, summarizeFanout } from './fanout-figures.ts';
import { PATCH_RATE, VARIANTS, type Variant } from './fanout-messages.ts';
import { type FanoutRound, fanoutRound } from './fanout-rounds.ts';

const OPTIONS = {
  json: { type: 'text', help: 'file to write the result to' },
  clients: { type: 'integer', default: 500, min: 1, max: 5000, help: 'clients in the room' },
  seconds: { type: 'number', default: 8, min: 0.5, max: 3600, help: 'how long one round measures' },
  rounds: { type: 'integer', default: 3, min: 1, max: 100, help: 'rounds of each variant and size; the median counts' },
  settle: { type: 'number', default: 3, min: 0, max: 600, help: 'seconds to wait before each measurement' },
} as const satisfies OptionTable;

const PATCH_BYTES = [200, 2000];

export const fanoutBench: Command<typeof OPTIONS> = {
  usage: 'npm run bench -- fanout [options]',
  options: OPTIONS,
  async run(options) {
    const { clients, seconds, settle: settleSeconds } = options;
    const sizes: FanoutSize[] = [];
    const interrupts = watchInterrupts();
    try {
      for (const patchBytes of PATCH_BYTES) {
        const done: Record<Variant, FanoutRound[]> = { game: [], room: [], stock: [], floor: [] };
        for (let round = 0; round < options.rounds; round++) {
          for (const variant of inTurn(round)) {
            console.log(`patches of ${patchBytes} bytes, round ${round + 1} of ${options.rounds}: ${variant}`);
            done[variant].push(await fanoutRound(variant, { clients, patchBytes, seconds, settleSeconds }, interrupts));
          }
        }
        sizes.push(summarizeFanout(done));
      }
    } finally {
      interrupts.release();
    }
    return conclude(sizes, options);
  },
};

/** Another one first in each round, so that no variant has the machine always as one other left it. */
function inTurn(round: number): Variant[] {
  return VARIANTS.map((_, i) => VARIANTS[(i + round) % VARIANTS.length]!);
}

function conclude(
  sizes: readonly FanoutSize[],
  options: Readonly<Record<string, string | number | undefined>>,
): number {
  const checks = checkFanout(sizes, Number(options.clients) * PATCH_RATE);
  const warnings = sizes.flatMap(({ machine, patchBytes }) => {
    const doubt = doubtMachine(machine);
    return doubt === undefined ? [] : [`${patchBytes} bytes: ${doubt}`];
  });
  console.log(`${formatFanout(sizes)}\n${formatChecks(checks)}`);
  for (const warning of warnings) console.log(`  WARNING: ${warning}`);
  const report = createReport({ name: 'bench-fanout', options, figures: { sizes }, checks, warnings });
  if (typeof options.json === 'string') writeReport(options.json, report);
  return checks.every(({ ok }) => ok) ? 0 : 1;
}
