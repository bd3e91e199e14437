/**
 * From what the bot processes and the server were measured at to the figures, checks and warnings of a load test.
 * Pure. Counts are added, histograms merged; a warning says when the bots were slower than what they measured.
 */
import { addTally, type CensusTally, newTally, stepsPerSecond } from './bots/world-census.ts';
import { type DurationSummary, mergeHistograms } from './histograms.ts';
import { doubtMachine, type MachineUsage, type ProcessUsage } from './machine.ts';
import type { SquadResult, Tally } from './messages.ts';
import { type Check, checkBelow, checkNone, formatTable, round } from './report.ts';

export interface LoadFigures {
  readonly joins: { readonly ok: number; readonly failed: number; readonly reasons: Tally };
  readonly drops: { readonly count: number; readonly closeCodes: Tally };
  readonly seconds: number;
  readonly patches: { readonly count: number; readonly perBotPerSecond: number };
  /** Milliseconds between two patches as a bot's process saw them. */
  readonly patchIntervalMs: DurationSummary;
  /** Milliseconds from the time an input was meant to leave to the patch that acknowledges it. */
  readonly roundTripMs: DurationSummary;
  readonly inputs: { readonly sent: number; readonly acknowledged: number; readonly overdue: number };
  /** Payload of WebSocket messages a second, as the bots see it. */
  readonly bytesPerSecond: {
    readonly in: number;
    readonly out: number;
    readonly inPerBot: number;
    readonly outPerBot: number;
  };
  /** Undefined when the server is not ours to look at. `cpu` is a share of one core. */
  readonly server: ProcessUsage | undefined;
  readonly bots: {
    readonly processes: number;
    /** Share of one core, of the busiest and of all bot processes. */
    readonly cpuBusiest: number;
    readonly cpuTotal: number;
    /** How late the bots sent their inputs, milliseconds. */
    readonly sendDelayMs: DurationSummary;
    readonly skippedInputs: number;
  };
  /** Of a world: what came of comparing clients with the server. */
  readonly census?: CensusTally & { readonly stepsPerSecond: number | undefined };
  readonly machine: MachineUsage;
}

export interface Observations {
  readonly squads: readonly SquadResult[];
  readonly server: ProcessUsage | undefined;
  readonly machine: MachineUsage;
}

export const PATCH_INTERVAL_P99_LIMIT_MS = 50;
/** What is promised of the world with 2,000 bots, on a core for the server and one for the bots. */
const WORLD = { patchIntervalP99Ms: 75, stepsPerSecond: 19.8, serverCores: 1 } as const;
/** Bots that send this late, or use this much of a core, measure themselves. */
const SEND_DELAY_P99_LIMIT_MS = 10;
const CPU_LIMIT = 0.85;

export function summarize({ squads, server, machine }: Observations): LoadFigures {
  const sum = (field: (squad: SquadResult) => number): number => squads.reduce((all, squad) => all + field(squad), 0);
  const joined = sum((squad) => squad.joined);
  const seconds = Math.max(0, ...squads.map((squad) => squad.seconds));
  const rate = (count: number): number => (seconds === 0 ? 0 : count / seconds);
  const perBot = (count: number): number => (joined === 0 ? 0 : rate(count) / joined);
  const reasons = mergeTallies(squads.map((squad) => squad.failures));
  const closeCodes = mergeTallies(squads.map((squad) => squad.drops));
  const [patches, bytesIn, bytesOut] = [sum((s) => s.patches), sum((s) => s.bytesIn), sum((s) => s.bytesOut)];
  return {
    joins: { ok: joined, failed: total(reasons), reasons },
    drops: { count: total(closeCodes), closeCodes },
    seconds,
    patches: { count: patches, perBotPerSecond: perBot(patches) },
    patchIntervalMs: mergeHistograms(squads.map((squad) => squad.patchInterval)).summary,
    roundTripMs: mergeHistograms(squads.map((squad) => squad.roundTrip)).summary,
    inputs: {
      sent: sum((squad) => squad.inputs),
      acknowledged: sum((squad) => squad.acknowledged),
      overdue: sum((squad) => squad.overdue),
    },
    bytesPerSecond: { in: rate(bytesIn), out: rate(bytesOut), inPerBot: perBot(bytesIn), outPerBot: perBot(bytesOut) },
    server,
    bots: {
      processes: squads.length,
      cpuBusiest: Math.max(0, ...squads.map((squad) => squad.cpu)),
      cpuTotal: sum((squad) => squad.cpu),
      sendDelayMs: mergeHistograms(squads.map((squad) => squad.sendDelay)).summary,
      skippedInputs: sum((squad) => squad.skippedSlots),
    },
    ...mergeCensus(squads),
    machine,
  };
}

function mergeCensus(squads: readonly SquadResult[]): Pick<LoadFigures, 'census'> {
  const tallies = squads.flatMap(({ census }) => census ?? []);
  if (tallies.length === 0) return {};
  const sum = newTally();
  for (const tally of tallies) addTally(sum, tally);
  return { census: { ...sum, stepsPerSecond: stepsPerSecond(sum) } };
}

/** What was promised of a load test of that room. With no patch at all nothing is promised kept. */
export function checkLoad(figures: LoadFigures, roomName = 'arena'): Check[] {
  const p99 = figures.patches.count === 0 ? Number.POSITIVE_INFINITY : figures.patchIntervalMs.p99;
  const limit = roomName === 'world' ? WORLD.patchIntervalP99Ms : PATCH_INTERVAL_P99_LIMIT_MS;
  const interval = checkBelow('patch-interval-p99', p99, limit, 'ms');
  return [
    checkNone('failed-joins', figures.joins.failed, 'failed join'),
    checkNone('drops', figures.drops.count, 'dropped bot'),
    figures.patches.count === 0 ? { ...interval, measured: 'no patch arrived' } : interval,
    ...(roomName === 'world' ? checkWorld(figures) : []),
  ];
}

/**
 * Of several rounds: the median of the patch interval's p99, because other programs of the machine disturb single rounds;
 * of everything else the first round that failed.
 */
export function checkRounds(rounds: readonly LoadFigures[], roomName = 'arena'): Check[] {
  const median = checkLoad(medianRound(rounds), roomName);
  const all = rounds.map((figures) => checkLoad(figures, roomName));
  return median.map((check, at) => {
    const failed = all.map((checks) => checks[at]!).find(({ ok }) => !ok);
    return check.id === 'patch-interval-p99' || failed === undefined ? check : failed;
  });
}

/** The round whose p99 of the patch interval is the median, of an even number the worse of the two. */
export function medianRound(rounds: readonly LoadFigures[]): LoadFigures {
  const p99 = ({ patches, patchIntervalMs }: LoadFigures): number =>
    patches.count === 0 ? Number.POSITIVE_INFINITY : patchIntervalMs.p99;
  const sorted = rounds.toSorted((a, b) => (p99(a) === p99(b) ? 0 : p99(a) - p99(b)));
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** What is not known, because the server is elsewhere or no bot was compared, is not promised kept. */
function checkWorld({ census, server }: LoadFigures): Check[] {
  const steps = census?.stepsPerSecond;
  const cpu = server?.cpu;
  const { compared = 0, clients = 0, equal = 0, different = 0, firstDifference } = census ?? {};
  const outcome = `${compared} of ${clients} clients compared, ${equal} times equal, ${different} times not`;
  return [
    {
      id: 'steps-per-second',
      asked: `at least ${WORLD.stepsPerSecond} steps a second`,
      measured: steps === undefined ? 'not known' : round(steps),
      ok: steps !== undefined && steps >= WORLD.stepsPerSecond,
    },
    {
      id: 'server-cpu',
      asked: `under ${WORLD.serverCores} core`,
      measured: cpu === undefined ? 'not known' : round(cpu),
      ok: cpu !== undefined && cpu < WORLD.serverCores,
    },
    {
      id: 'full-clients-equal',
      asked: 'every full client knows what the server says it should',
      measured: firstDifference === undefined ? outcome : `${outcome}: ${firstDifference}`,
      ok: clients > 0 && compared === clients && different === 0,
    },
  ];
}

/** Whether everybody got in and stayed: the exit code's question. */
export function everybodyPlayed(figures: LoadFigures): boolean {
  return figures.joins.failed === 0 && figures.drops.count === 0;
}

/** Why the bots, and not the server, may have made these numbers. */
export function doubts(figures: LoadFigures): string[] {
  if (figures.seconds === 0) return [];
  const { sendDelayMs, cpuBusiest, skippedInputs } = figures.bots;
  const cure = 'not trustworthy: raise --processes, or run the bots on another machine';
  const found: string[] = [];
  if (sendDelayMs.p99 > SEND_DELAY_P99_LIMIT_MS)
    found.push(`the bots sent their inputs late (p99 ${round(sendDelayMs.p99)} ms); ${cure}`);
  if (cpuBusiest > CPU_LIMIT) found.push(`a bot process used ${Math.round(cpuBusiest * 100)} % of a core; ${cure}`);
  if (skippedInputs > 0)
    found.push(`the bots fell so far behind that ${skippedInputs} inputs were never sent; ${cure}`);
  const machine = doubtMachine(figures.machine);
  return machine === undefined ? found : [...found, machine];
}

/** Nothing for a single round. */
export function formatRounds(rounds: readonly LoadFigures[]): string {
  if (rounds.length === 1) return '';
  const p99s = rounds.map(({ patchIntervalMs }) => patchIntervalMs.p99.toFixed(1));
  return `  ${rounds.length} rounds, p99 of the patch interval ${p99s.join(', ')} ms; below, the median\n`;
}

export function formatFigures(figures: LoadFigures): string {
  const { joins, drops, bytesPerSecond: bytes, bots, server } = figures;
  return formatTable([
    ['joins', `${joins.ok} ok, ${joins.failed} failed${formatTally(joins.reasons)}`],
    ['drops', `${drops.count}${formatTally(drops.closeCodes)}`],
    ['measured for', `${figures.seconds.toFixed(1)} s`],
    ['patches', `${figures.patches.perBotPerSecond.toFixed(1)} a second and bot`],
    ['patch interval', formatDurations(figures.patchIntervalMs)],
    ['round trip', formatDurations(figures.roundTripMs)],
    [
      'inputs',
      `${figures.inputs.sent} sent, ${figures.inputs.acknowledged} acknowledged, ${figures.inputs.overdue} overdue`,
    ],
    ['bytes in', `${kilobytes(bytes.inPerBot)} kB/s a bot, ${kilobytes(bytes.in)} kB/s in all`],
    ['bytes out', `${kilobytes(bytes.outPerBot)} kB/s a bot, ${kilobytes(bytes.out)} kB/s in all`],
    ['server', server === undefined ? 'not ours to measure' : formatUsage(server)],
    [
      'bots',
      `${bots.processes} processes, busiest ${percent(bots.cpuBusiest)} of a core; sent ${formatDurations(bots.sendDelayMs)} late`,
    ],
    ...(figures.census === undefined ? [] : [formatCensus(figures.census)]),
    ['machine', formatMachine(figures.machine)],
  ]);
}

function formatCensus({
  compared,
  equal,
  different,
  stale,
  stepsPerSecond: steps,
}: NonNullable<LoadFigures['census']>) {
  const rate = steps === undefined ? '' : `; ${steps.toFixed(2)} steps a second`;
  return [
    'full clients',
    `${compared}, ${equal} times equal, ${different} times not, ${stale} times not asked in time${rate}`,
  ];
}

function formatUsage(usage: ProcessUsage): string {
  return `${percent(usage.cpu)} of a core, ${usage.memoryMb} MB (highest ${usage.peakMemoryMb} MB)`;
}

function formatMachine({ busy, otherCores, stolenCores }: MachineUsage): string {
  return `${percent(busy)} busy${otherCores === undefined ? '' : `, other programs ${otherCores.toFixed(1)} cores`}, ${percent(stolenCores)} of a core stolen`;
}

function formatDurations({ p50, p99, max }: DurationSummary): string {
  return `p50 ${p50.toFixed(1)}  p99 ${p99.toFixed(1)}  max ${max.toFixed(1)} ms`;
}

function formatTally(tally: Tally): string {
  return Object.entries(tally)
    .map(([key, count]) => `\n${' '.repeat(18)}${count} x ${key}`)
    .join('');
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

function mergeTallies(tallies: readonly Tally[]): Tally {
  const merged: Tally = {};
  for (const tally of tallies)
    for (const [key, count] of Object.entries(tally)) merged[key] = (merged[key] ?? 0) + count;
  return merged;
}

function total(tally: Tally): number {
  return Object.values(tally).reduce((sum, count) => sum + count, 0);
}
