/** The settings as people read them: for `npm start -- --help`, and as the tables of the README and SECURITY.md. */
import type { Setting } from './kinds.ts';
import { SETTINGS, type Settings } from './settings.ts';

const COLUMNS = ['Setting', 'Default', 'Range', 'What it does'] as const;

type Kind = 'limits' | 'others';

/** All of them, or those of one kind. */
function rows(kind?: Kind): string[][] {
  const all: readonly Setting<unknown>[] = Object.values(SETTINGS);
  const wanted = all.filter(({ limit = false }) => kind === undefined || limit === (kind === 'limits'));
  return wanted.map(({ env, fallback, unit, range, help }) => [
    env,
    fallback === '' ? '' : [fallback, unit].filter(Boolean).join(' '),
    range,
    help,
  ]);
}

/** Plain text, columns aligned. */
export function helpText(): string {
  const all = [[...COLUMNS], ...rows()];
  const widths = COLUMNS.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return ['Usage: npm start [-- --help]', '', 'Settings come from the environment:', '', ...lines, ''].join('\n');
}

/** Markdown; `test/unit/config.test.ts` compares the limits with SECURITY.md, the others with the README. */
export function markdownTable(kind: Kind): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const body = rows(kind).map(([env, ...rest]) => line([`\`${env}\``, ...rest]));
  return [line(COLUMNS), line(COLUMNS.map(() => '---')), ...body].join('\n');
}

export interface SettingInUse {
  readonly setting: string;
  readonly value: unknown;
  readonly default: string;
  readonly unit: string;
  readonly help: string;
}

/** What a process runs with; of secrets only whether they are set. */
export function settingsInUse(settings: Settings): SettingInUse[] {
  return Object.entries(SETTINGS).map(([name, { env, fallback, unit, help, ...rest }]) => {
    const value: unknown = settings[name as keyof Settings];
    const shown = 'secret' in rest && rest.secret ? (value === '' ? '' : '(set)') : value;
    return { setting: env, value: shown, default: fallback, unit, help };
  });
}
