/** From the rounds of the replication bench to its figures and checks. Pure. Each figure is the median of the rounds. */
import type { MachineUsage } from '../machine.ts';
import { type Check, checkNone, formatTable, round } from '../report.ts';
import { median } from '../statistics.ts';
import type { HeapResult, RoundResult, TickCost } from './replication-messages.ts';

/** What was measured in a world of one size. */
export interface SizeRounds {
  readonly players: number;
  readonly rounds: readonly {
    readonly hypogeum: RoundResult;
    readonly stock: RoundResult;
    readonly machine: MachineUsage;
  }[];
  readonly heap: { readonly hypogeum: HeapResult; readonly stock: HeapResult };
}

/** One half. Times in milliseconds of CPU a tick, of all threads of the process. */
export interface HalfFigures {
  /** From the field writes to finished frames, interest left out; of stock with `view.add` and `view.remove`. */
  readonly framesMs: number;
  /** Of `framesMs`, `view.add` and `view.remove`. */
  readonly viewsMs: number;
  readonly interestMs: number;
  readonly bytesPerClient: number;
  /** Bytes of JavaScript heap allocated a tick, besides the frames. */
  readonly heapBytes: number;
  /** The frames' own objects on the heap (their bytes are outside of it). */
  readonly frameHeapBytes: number;
}

export interface SizeFigures {
  readonly players: number;
  /** Entities in sight of a player, mean. */
  readonly visible: number;
  readonly hypogeum: HalfFigures;
  readonly stock: HalfFigures;
  /**
   * How many times cheaper, round by round, because a machine that others use too is slow and fast for seconds: the two
   * halves of a round are next to each other. The second with Hypogeum's interest in and stock's `view.add` and `remove` out.
   */
  readonly cheaper: number;
  readonly cheaperAtLeast: number;
  /** Players of which the two halves' clients hold different states, and entities held otherwise than the server does. */
  readonly differing: number;
  readonly wrong: number;
  readonly machine: MachineUsage;
}

/** One after the other: a round at `GROWTH.from` players, and one at `GROWTH.to`. */
export interface GrowthRound {
  readonly from: RoundResult;
  readonly to: RoundResult;
}

export interface ReplicationFigures {
  readonly sizes: readonly SizeFigures[];
  /** How many times what a tick costs at `GROWTH.from` it costs at `GROWTH.to`; none if one of them was not measured. */
  readonly growth?: number;
}

const CHEAPER: readonly (readonly [players: number, times: number])[] = [
  [1000, 10],
  [2000, 20],
];
export const GROWTH = { from: 2000, to: 4000, limit: 2.3 };
const INTEREST = { players: 2000, limitMs: 4 };
const BYTES_LIMIT = 1.02;

export function summarizeSize({ players, rounds, heap }: SizeRounds): SizeFigures {
  const hypogeum = summarizeHalf(
    rounds.map((one) => one.hypogeum),
    players,
    heap.hypogeum,
  );
  const stock = summarizeHalf(
    rounds.map((one) => one.stock),
    players,
    heap.stock,
  );
  const usage = (of: (machine: MachineUsage) => number): number => median(rounds.map(({ machine }) => of(machine)));
  return {
    players,
    visible: median(rounds.map((one) => one.hypogeum.visible)),
    hypogeum,
    stock,
    cheaper: median(rounds.map((one) => mean(one.stock, framesOf) / mean(one.hypogeum, framesOf))),
    cheaperAtLeast: median(
      rounds.map((one) => {
        const ours = mean(one.hypogeum, ({ frames, interest }) => frames + interest);
        return mean(one.stock, ({ frames, views }) => frames - views) / ours;
      }),
    ),
    differing: rounds.reduce((sum, one) => sum + differing(one.hypogeum.held, one.stock.held), 0),
    wrong: rounds.reduce((sum, one) => sum + one.hypogeum.wrong + one.stock.wrong, 0),
    machine: {
      busy: usage(({ busy }) => busy),
      otherCores: usage(({ otherCores }) => otherCores ?? 0),
      stolenCores: usage(({ stolenCores }) => stolenCores),
    },
  };
}

/** The median of the rounds' ratios. */
export function summarizeGrowth(rounds: readonly GrowthRound[]): number {
  return median(rounds.map(({ from, to }) => mean(to, framesOf) / mean(from, framesOf)));
}

/** Checks of sizes that were not measured are left out. */
export function checkReplication({ sizes, growth }: ReplicationFigures): Check[] {
  const at = (players: number): SizeFigures | undefined => sizes.find((size) => size.players === players);
  const checks: Check[] = [];
  for (const [players, times] of CHEAPER) {
    const size = at(players);
    if (size !== undefined)
      checks.push(checkAtLeast(`cheaper-${players}`, size.cheaper, times, 'times cheaper than stock'));
  }
  if (growth !== undefined)
    checks.push(checkAtMost('growth', growth, GROWTH.limit, `times the cost at ${GROWTH.to} as at ${GROWTH.from}`));
  const seeing = at(INTEREST.players);
  if (seeing !== undefined) {
    const { interestMs } = seeing.hypogeum;
    const asked = `under ${INTEREST.limitMs} ms of interest at ${INTEREST.players}`;
    checks.push({ id: 'interest', asked, measured: round(interestMs), ok: interestMs < INTEREST.limitMs });
  }
  for (const { players, hypogeum, stock } of sizes) {
    const share = hypogeum.bytesPerClient / stock.bytesPerClient;
    checks.push(checkAtMost(`bytes-${players}`, share, BYTES_LIMIT, "of stock's bytes a client"));
  }
  const sum = (of: (size: SizeFigures) => number): number => sizes.reduce((total, size) => total + of(size), 0);
  checks.push(
    checkNone(
      'same-state',
      sum(({ differing }) => differing),
      'client that the two halves tell different things',
    ),
  );
  checks.push(
    checkNone(
      'true-state',
      sum(({ wrong }) => wrong),
      'entity that a client holds otherwise than the server',
    ),
  );
  return checks;
}

export function formatReplication({ sizes, growth }: ReplicationFigures): string {
  const ms = (value: number): string => `${value.toFixed(2)} ms`;
  const kb = (value: number): string => `${(value / 1024).toFixed(1)} KiB`;
  const row = (name: string, of: (size: SizeFigures) => string): string[] => [name, ...sizes.map(of)];
  const table = formatTable([
    row('players', ({ players }) => String(players)),
    row('in sight of a player', ({ visible }) => visible.toFixed(1)),
    row('frames', ({ hypogeum }) => ms(hypogeum.framesMs)),
    row('  stock', ({ stock }) => ms(stock.framesMs)),
    row('  of that view.add/remove', ({ stock }) => ms(stock.viewsMs)),
    row('interest', ({ hypogeum }) => ms(hypogeum.interestMs)),
    row('times cheaper', ({ cheaper }) => cheaper.toFixed(1)),
    row('  counted against us', ({ cheaperAtLeast }) => cheaperAtLeast.toFixed(1)),
    row('bytes a client and tick', ({ hypogeum }) => hypogeum.bytesPerClient.toFixed(1)),
    row('  stock', ({ stock }) => stock.bytesPerClient.toFixed(1)),
    row('heap besides frames', ({ hypogeum }) => kb(hypogeum.heapBytes)),
    row('  stock', ({ stock }) => kb(stock.heapBytes)),
    row('heap of the frames', ({ hypogeum }) => kb(hypogeum.frameHeapBytes)),
    row('  stock', ({ stock }) => kb(stock.frameHeapBytes)),
  ]);
  const grown =
    growth === undefined ? '' : `\n${GROWTH.to} players cost ${growth.toFixed(2)} times what ${GROWTH.from} do`;
  return `CPU a tick, medians of the rounds\n${table}${grown}`;
}

function summarizeHalf(rounds: readonly RoundResult[], players: number, heap: HeapResult): HalfFigures {
  const each = (of: (tick: TickCost) => number): number => median(rounds.map((round) => mean(round, of)));
  return {
    framesMs: each(({ frames }) => frames / 1000),
    viewsMs: each(({ views }) => views / 1000),
    interestMs: each(({ interest }) => interest / 1000),
    bytesPerClient: each(({ bytes }) => bytes / players),
    heapBytes: heap.tick - heap.frames,
    frameHeapBytes: heap.frames,
  };
}

function mean({ ticks }: RoundResult, of: (tick: TickCost) => number): number {
  return ticks.reduce((sum, tick) => sum + of(tick), 0) / ticks.length;
}

const framesOf = ({ frames }: TickCost): number => frames;

function differing(some: readonly string[], others: readonly string[]): number {
  const players = Math.max(some.length, others.length);
  return Array.from({ length: players }).filter((_, i) => some[i] !== others[i]).length;
}

function checkAtLeast(id: string, measured: number, limit: number, what: string): Check {
  return { id, asked: `at least ${limit} ${what}`, measured: round(measured), ok: measured >= limit };
}

function checkAtMost(id: string, measured: number, limit: number, what: string): Check {
  return { id, asked: `at most ${limit} ${what}`, measured: round(measured), ok: measured <= limit };
}
