/**
 * Reads the file that one @colyseus/loadtest CLI (0.17.8) writes with `--output`, and adds several up. The CLI ends
 * with code 0 whatever failed, so these numbers are all there is to judge by. Pure.
 */
import { formatTable } from './report.ts';

export interface CliSummary {
  readonly connected: number;
  readonly failed: number;
  /** Errors beside the failed connections: lost connections, exceptions. The CLI's own total counts both. */
  readonly otherErrors: number;
  /** Why connections failed or were lost, and how often. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** One shard: what it said, or why it said nothing usable. */
export interface ShardOutcome {
  readonly clients: number;
  readonly summary: CliSummary | undefined;
  /** Undefined when the shard ended as it should. */
  readonly problem: string | undefined;
}

const LABELS = { connected: 'Successful connections', failed: 'Failed connections', errors: 'Total errors' } as const;
/** `[11/22/2026, 3:53:42 PM] MatchMakeError: ...`; the first such line is the header, the last the summary. */
const LOG_LINE = /^\[[^\]]+\] (.+)$/gm;
const HEADER = '@colyseus/loadtest';
/** What `colyseus-script.ts` reports with console.error, and the CLI keeps in its summary. */
const LOST = /connection lost: \d+/g;

/** Undefined when the text holds no whole summary: the CLI was killed before it wrote one. */
export function parseCliOutput(text: string): CliSummary | undefined {
  const start = text.lastIndexOf('Finished. Summary:');
  if (start < 0) return undefined;
  const summary = text.slice(start);
  const [connected, failed, errors] = [LABELS.connected, LABELS.failed, LABELS.errors].map((label) =>
    readCount(summary, label),
  );
  if (connected === undefined || failed === undefined || errors === undefined) return undefined;
  const reasons = [...failures(text.slice(0, start)), ...(summary.match(LOST) ?? [])];
  return { connected, failed, otherErrors: Math.max(0, errors - failed), reasons: tally(reasons) };
}

export interface CliTotals extends CliSummary {
  readonly clients: number;
  readonly problems: readonly string[];
}

export function addShards(shards: readonly ShardOutcome[]): CliTotals {
  const reasons: Record<string, number> = {};
  for (const { summary } of shards)
    for (const [reason, count] of Object.entries(summary?.reasons ?? {}))
      reasons[reason] = (reasons[reason] ?? 0) + count;
  const sum = (field: (summary: CliSummary) => number): number =>
    shards.reduce((all, { summary }) => all + (summary === undefined ? 0 : field(summary)), 0);
  return {
    clients: shards.reduce((all, { clients }) => all + clients, 0),
    connected: sum((summary) => summary.connected),
    failed: sum((summary) => summary.failed),
    otherErrors: sum((summary) => summary.otherErrors),
    reasons,
    problems: shards.flatMap(({ problem }, index) => (problem === undefined ? [] : [`shard ${index + 1}: ${problem}`])),
  };
}

/** Whether every client joined, stayed, and every shard ended well. */
export function allPlayed(totals: CliTotals): boolean {
  const { clients, connected, failed, otherErrors, problems } = totals;
  return connected === clients && failed === 0 && otherErrors === 0 && problems.length === 0;
}

export function formatShards(shards: readonly ShardOutcome[], totals: CliTotals): string {
  const row = (name: string, clients: number, summary: CliSummary | undefined): string[] => [
    name,
    ...[clients, summary?.connected, summary?.failed, summary?.otherErrors].map((count) => `${count ?? '?'}`),
  ];
  const rows = shards.map(({ clients, summary }, index) => row(`${index + 1}`, clients, summary));
  const table = formatTable([
    ['shard', 'clients', 'joined', 'failed', 'errors'],
    ...rows,
    row('all', totals.clients, totals),
  ]);
  const reasons = Object.entries(totals.reasons).map(([reason, count]) => `  ${count} x ${reason}`);
  return [table, ...reasons, ...totals.problems.map((problem) => `  ${problem}`)].join('\n');
}

function readCount(summary: string, label: string): number | undefined {
  const match = new RegExp(`${label}: (\\d+)`).exec(summary);
  return match === null ? undefined : Number(match[1]);
}

function failures(log: string): string[] {
  return [...log.matchAll(LOG_LINE)].map(([, line]) => line!).filter((line) => !line.startsWith(HEADER));
}

function tally(reasons: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
