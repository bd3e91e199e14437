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
  GROWTH,
  type GrowthRound,
  type ReplicationFigures,
  type SizeRounds,
  summarizeGrowth,
  summarizeSize,
} from './replication-figures.ts';
import { HEAP_FLAGS } from './replication-gauges.ts';
import type {
  FromHalf,
  Half,
  PositionType,
  RoundResult,
  SightChanges,
  ToHalf,
  WorldWanted,
} from './replication-messages.ts';

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
/** Rounds of the growth for each round asked: without stock beside them they are short. */
const GROWTH_ROUNDS = 3;

export const replicationBench: Command<typeof OPTIONS> = {
  usage: 'npm run bench -- replication [options]',
  options: OPTIONS,
  async run(options) {
    const [sizes, positions] = [readSizes(options.players), readPositions(options.positions)];
    const interrupts = watchInterrupts();
    const world = (players: number): WorldWanted => ({ players, positions, seed: options.seed, decoded: DECODED });
    const plan = (players: number): Plan => {
      const most = Math.max(MIN_TICKS, Math.ceil(PLAYER_TICKS / players));
      const [ticks, warmup] = [Math.min(options.ticks, most), Math.min(options.warmup, most * 2)];
      return { rounds: options.rounds, ticks, warmup };
    };
    const done: SizeRounds[] = [];
    let growth: readonly GrowthRound[] | undefined;
    try {
      for (const players of sizes) {
        const { rounds, ticks } = plan(players);
        console.log(`${players} players: ${rounds} rounds of ${ticks} ticks each`);
        done.push(await measureSize(world(players), plan(players), interrupts));
      }
      if (sizes.includes(GROWTH.from) && sizes.includes(GROWTH.to)) {
        const both = { rounds: options.rounds * GROWTH_ROUNDS, ticks: plan(GROWTH.from).ticks, warmup: options.warmup };
        console.log(
          `${GROWTH.from} and ${GROWTH.to} players in turns: ${both.rounds} rounds of ${both.ticks} ticks each`,
        );
        growth = await measureGrowth(world(GROWTH.from), world(GROWTH.to), both, interrupts);
      }
    } finally {
      interrupts.release();
    }
    return conclude(done, growth, options);
  },
};

interface Plan {
  readonly rounds: number;
  readonly ticks: number;
  readonly warmup: number;
}

/** Hypogeum's half of two sizes in turns, so that a shared machine's slow and fast seconds meet both alike. */
async function measureGrowth(
  smaller: WorldWanted,
  larger: WorldWanted,
  { rounds, ticks, warmup }: Plan,
  interrupts: InterruptWatch,
): Promise<GrowthRound[]> {
  const halves = [smaller, larger].map(() => forkHalf([])) as [HalfProcess, HalfProcess];
  const [from, to] = halves;
  const run = async (half: HalfProcess, ticks: number): Promise<RoundResult> => {
    half.tell({ type: 'run', changes: unknownChanges(ticks) });
    return (await interrupts.race(half.hear('round'))).round;
  };
  try {
    await prepare(from, 'hypogeum', smaller, interrupts);
    await prepare(to, 'hypogeum', larger, interrupts);
    for (const half of halves) await run(half, warmup);
    const measured: GrowthRound[] = [];
    for (let round = 0; round < rounds; round++)
      measured.push({ from: await run(from, ticks), to: await run(to, ticks) });
    return measured;
  } finally {
    for (const half of halves) half.kill();
    await Promise.all(halves.map((half) => half.exited));
  }
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

type HalfProcess = Forked<ToHalf, FromHalf>;

function forkHalf(flags: readonly string[]): HalfProcess {
  return new Forked(new URL('./replication-half.ts', import.meta.url), flags);
}

async function prepare(
  process: HalfProcess,
  half: Half,
  world: WorldWanted,
  interrupts: InterruptWatch,
): Promise<void> {
  process.tell({ type: 'prepare', half, world });
  await interrupts.race(process.hear('ready'));
}

/** The two processes of one size; while one of them works the other waits. */
class Pair {
  readonly hypogeum: HalfProcess;
  readonly stock: HalfProcess;
  readonly #interrupts: InterruptWatch;

  constructor(flags: readonly string[], interrupts: InterruptWatch) {
    this.hypogeum = forkHalf(flags);
    this.stock = forkHalf(flags);
    this.#interrupts = interrupts;
  }

  async prepare(world: WorldWanted): Promise<void> {
    await prepare(this.hypogeum, 'hypogeum', world, this.#interrupts);
    await prepare(this.stock, 'stock', world, this.#interrupts);
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

function conclude(
  done: readonly SizeRounds[],
  growth: readonly GrowthRound[] | undefined,
  options: Readonly<Record<string, string | number | undefined>>,
): number {
  const figures: ReplicationFigures = {
    sizes: done.map(summarizeSize),
    ...(growth === undefined ? {} : { growth: summarizeGrowth(growth) }),
  };
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
