/**
 * The form every measurement here ends in: figures, and one check for each figure that something was promised of.
 * The same object is printed as a table and written as JSON. It knows nothing of what was measured.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describeMachine, type Machine } from './machine.ts';

export interface Check {
  readonly id: string;
  /** What was promised, in words and numbers. */
  readonly asked: string;
  readonly measured: number | string;
  readonly ok: boolean;
}

export interface Report<Figures> {
  readonly name: string;
  /** ISO 8601. */
  readonly when: string;
  readonly machine: Machine;
  readonly options: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly figures: Figures;
  readonly checks: readonly Check[];
  /** Why these numbers should not be believed; empty when they should. */
  readonly warnings: readonly string[];
}

export function createReport<Figures>(
  parts: Pick<Report<Figures>, 'name' | 'options' | 'figures' | 'checks' | 'warnings'>,
): Report<Figures> {
  const { name, options, figures, checks, warnings } = parts;
  return { name, when: new Date().toISOString(), machine: describeMachine(), options, figures, checks, warnings };
}

/** A promise of the form "under": holds when `measured` is a number below `limit`. */
export function checkBelow(id: string, measured: number, limit: number, unit: string): Check {
  return { id, asked: `under ${limit} ${unit}`, measured: round(measured), ok: measured < limit };
}

/** A promise that something never happens. */
export function checkNone(id: string, count: number, what: string): Check {
  return { id, asked: `no ${what}`, measured: count, ok: count === 0 };
}

export function formatChecks(checks: readonly Check[]): string {
  const rows = checks.map(({ id, asked, measured, ok }) => [
    ok ? 'ok' : 'MISSED',
    id,
    `${measured}`,
    `asked: ${asked}`,
  ]);
  return formatTable(rows);
}

/** Left-aligned columns, two spaces apart, each line indented by two. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  const line = (row: readonly string[]): string => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ');
  return rows.map((row) => `  ${line(row)}`.trimEnd()).join('\n');
}

/** Writes the report as JSON; missing folders are made. */
export function writeReport<Figures>(file: string, report: Report<Figures>): void {
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, rounded, 2)}\n`);
}

/** Says it all on the terminal and, where `json` names a file, there. The exit code: 1 when a check was missed. */
export function publish<Figures>(report: Report<Figures>, figures: string, json: string | undefined): number {
  console.log(`${figures}\n${formatChecks(report.checks)}`);
  for (const warning of report.warnings) console.log(`  WARNING: ${warning}`);
  if (json !== undefined) writeReport(json, report);
  return report.checks.every(({ ok }) => ok) ? 0 : 1;
}

/** Three decimals: more are noise. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? round(value) : value;
}
