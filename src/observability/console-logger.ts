/** Log lines as text: time, level, message, fields as key=value; a cause's stack below. One line a call otherwise. */
import { messageOf } from '../kernel/invariant.ts';
import type { LogFields, Logger, LogLevel } from '../kernel/ports.ts';

const RANK: { readonly [level in LogLevel]: number } = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };

export interface ConsoleLoggerDeps {
  /** Where a finished line goes, without its line end. */
  readonly write: (line: string) => void;
  readonly now: () => Date;
}

export function createConsoleLogger(least: LogLevel, { write, now }: ConsoleLoggerDeps): Logger {
  const log = (level: Exclude<LogLevel, 'silent'>, message: string, fields?: LogFields, cause?: unknown): void => {
    if (RANK[level] < RANK[least]) return;
    write([now().toISOString(), level.padEnd(5), message, ...formatFields(fields)].join(' ') + formatCause(cause));
  };
  return {
    debug: (message, fields) => log('debug', message, fields),
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields, cause) => log('error', message, fields, cause),
  };
}

function formatFields(fields: LogFields = {}): string[] {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? quoteIfNeeded(value) : value}`);
}

/** Values come from outside too: quoted, they cannot forge a line or a field. */
function quoteIfNeeded(value: string): string {
  return /^[\w.:/@*-]+$/.test(value) ? value : JSON.stringify(value);
}

function formatCause(cause: unknown): string {
  if (cause === undefined) return '';
  return `\n  ${(cause instanceof Error && cause.stack ? cause.stack : messageOf(cause)).replaceAll('\n', '\n  ')}`;
}
