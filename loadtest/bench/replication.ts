/**
 * `npm run bench -- replication`: what a tick of a world costs whose players are each sent only what is near, from the
 * field writes to finished frames; Hypogeum's Replicator and Colyseus's StateView in turns, each in a process of its
 * own, on the same world and with the same decisions of who sees whom. No sockets.
 */
import { type Command, type OptionTable, UsageError } from '../args.ts';
import { Forked } from '../forked.ts';
import { type InterruptWatch, watchInterrupts } from '../interrupt.ts';
import { doubtMachine, MachineMeter, type MachineUsage } from '../machine.ts';
import { createReport, formatChecks, writeReport } from '../report.ts';
import {
  checkReplication,
  formatReplication,
  type ReplicationFigures,
  type SizeRounds,
  summarizeSize,
} from './replication-figures.ts';
import { HEAP_FLAGS } from './replication-gauges.ts';
import type { FromHalf, PositionType, RoundResult, SightChanges, ToHalf, WorldWanted } from './replication-messages.ts';

const OPTIONS = {
  json: { type: 'text', help: 'file to write the result to' },
  players: { type: 'text', default: '250,500,1000,2000,4000', help: 'sizes of the world, each player sees about 30' },
  positions: { type: 'text', default: 'float32', help: 'how positions travel: float32 or int16' },
  rounds: { type: 'integer', default: 15, min: 1, max: 100, help: 'rounds of each half and size; the median counts' },
  ticks: { type: 'integer', default: 40, min: 2, max: 10_000, help: 'ticks a round, at most; fewer in large worlds' },
  warmup: { type: 'integer', default: 60, min: 2, max: 10_000, help: 'ticks before the first round, likewise' },
  seed: { type: 'integer', default: 1, min: 0, max: 2 ** 31, help: 'of the world' },
} as const satisfies OptionTable;

/** A round has so many ticks times players: stock takes a minute for what it has at 4,000 players otherwise. */
const PLAYER_TICKS = 40_000;
const MIN_TICKS = 10;
const MAX_PLAYERS = 20_000;
/** Players whose frames are decoded and compared. */
const DECODED = 6;
const HEAP_TICKS = 12;

export const replicationBench: Command<typeof OPTIONS> = {
  usage: 'npm run bench -- replication [options]',
  options: OPTIONS,
  async run(options) {
    const [sizes, positions] = [readSizes(options.players), readPositions(options.positions)];
    const interrupts = watchInterrupts();
    const done: SizeRounds[] = [];
    try {
      for (const players of sizes) {
        const world = { players, positions, seed: options.seed, decoded: DECODED };
        const most = Math.max(MIN_TICKS, Math.ceil(PLAYER_TICKS / players));
        const [ticks, warmup] = [Math.min(options.ticks, most), Math.min(options.warmup, most * 2)];
        console.log(`${players} players: ${options.rounds} rounds of ${ticks} ticks each`);
        done.push(await measureSize(world, { rounds: options.rounds, ticks, warmup }, interrupts));
      }
    } finally {
      interrupts.release();
    }
    return conclude(done, options);
  },
};

interface Plan {
  readonly rounds: number;
  readonly ticks: number;
  readonly warmup: number;
}

async function measureSize(world: WorldWanted, plan: Plan, interrupts: InterruptWatch): Promise<SizeRounds> {
  const rounds: { hypogeum: RoundResult; stock: RoundResult; machine: MachineUsage }[] = [];
  await withHalves(world, [], interrupts, async (pair) => {
    await pair.run(plan.warmup);
    for (let round = 0; round < plan.rounds; round++) rounds.push(await pair.run(plan.ticks));
  });
  let heap: SizeRounds['heap'] | undefined;
  await withHalves(world, HEAP_FLAGS, interrupts, async (pair) => {
    await pair.run(plan.warmup);
    heap = await pair.weigh(HEAP_TICKS);
  });
  return { players: world.players, rounds, heap: heap! };
}

/** The two processes of one size; while one of them works the other waits. */
class Pair {
  readonly hypogeum: Forked<ToHalf, FromHalf>;
  readonly stock: Forked<ToHalf, FromHalf>;
  readonly #interrupts: InterruptWatch;

  constructor(flags: readonly string[], interrupts: InterruptWatch) {
    const entry = new URL('./replication-half.ts', import.meta.url);
    this.hypogeum = new Forked(entry, flags);
    this.stock = new Forked(entry, flags);
    this.#interrupts = interrupts;
  }

  async prepare(world: WorldWanted): Promise<void> {
    for (const half of ['hypogeum', 'stock'] as const) {
      this[half].tell({ type: 'prepare', half, world });
      await this.#interrupts.race(this[half].hear('ready'));
    }
  }

  /** One round of each: stock runs the ticks that Hypogeum ran, with what came into sight and left it there. */
  async run(ticks: number): Promise<{ hypogeum: RoundResult; stock: RoundResult; machine: MachineUsage }> {
    const machine = new MachineMeter([this.hypogeum.pid ?? 0, this.stock.pid ?? 0]);
    machine.begin();
    this.hypogeum.tell({ type: 'run', changes: unknownChanges(ticks) });
    const { round: hypogeum, changes } = await this.#interrupts.race(this.hypogeum.hear('round'));
    this.stock.tell({ type: 'run', changes });
    const { round: stock } = await this.#interrupts.race(this.stock.hear('round'));
    return { hypogeum, stock, machine: machine.end() };
  }

  async weigh(ticks: number): Promise<SizeRounds['heap']> {
    this.hypogeum.tell({ type: 'weigh', changes: unknownChanges(ticks) });
    const { heap: hypogeum, changes } = await this.#interrupts.race(this.hypogeum.hear('heap'));
    this.stock.tell({ type: 'weigh', changes });
    const { heap: stock } = await this.#interrupts.race(this.stock.hear('heap'));
    return { hypogeum, stock };
  }

  async end(): Promise<void> {
    this.hypogeum.kill();
    this.stock.kill();
    await Promise.all([this.hypogeum.exited, this.stock.exited]);
  }
}

async function withHalves(
  world: WorldWanted,
  flags: readonly string[],
  interrupts: InterruptWatch,
  use: (pair: Pair) => Promise<void>,
): Promise<void> {
  const pair = new Pair(flags, interrupts);
  try {
    await pair.prepare(world);
    await use(pair);
  } finally {
    await pair.end();
  }
}

function unknownChanges(ticks: number): SightChanges[] {
  return Array.from({ length: ticks }, () => ({ entered: [], left: [] }));
}

function conclude(done: readonly SizeRounds[], options: Readonly<Record<string, string | number | undefined>>): number {
  const figures: ReplicationFigures = { sizes: done.map(summarizeSize) };
  const checks = checkReplication(figures);
  const doubts = figures.sizes.flatMap(({ players, machine }) => {
    const doubt = doubtMachine(machine);
    return doubt === undefined ? [] : [`${players} players: ${doubt}`];
  });
  console.log(`${formatReplication(figures)}\n${formatChecks(checks)}`);
  for (const warning of doubts) console.log(`  WARNING: ${warning}`);
  const report = createReport({ name: 'bench-replication', options, figures, checks, warnings: doubts });
  if (typeof options.json === 'string') writeReport(options.json, report);
  return checks.every(({ ok }) => ok) ? 0 : 1;
}

function readSizes(text: string): number[] {
  const sizes = text.split(',').map(Number);
  if (!sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= MAX_PLAYERS))
    throw new UsageError(`--players must be whole numbers from 1 to ${MAX_PLAYERS} with commas between, not "${text}"`);
  return sizes;
}

function readPositions(text: string): PositionType {
  if (text !== 'float32' && text !== 'int16')
    throw new UsageError(`--positions must be float32 or int16, not "${text}"`);
  return text;
}
