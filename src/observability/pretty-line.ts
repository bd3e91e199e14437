/** A log record as a developer reads it in a terminal: the time of day, level, message, fields; a stack below. */
import type { LoggedCause, LoggedValue } from './redaction.ts';

/** As the logger writes it in JSON. `time` is ISO 8601. */
export interface LogRecord {
  readonly level: string;
  readonly time: string;
  readonly msg: string;
  readonly err?: LoggedCause;
  readonly [field: string]: unknown;
}

const TIME_OF_DAY = [11, 23] as const;

/** With its line end. Everything in the record is clean already (redaction.ts). */
export function prettyLine({ level, time, msg, err, pid: _, ...fields }: LogRecord): string {
  const head = `${time.slice(...TIME_OF_DAY)} ${level.padEnd(5)} ${msg}`;
  const told = Object.entries(fields).map(([key, value]) => `${key}=${quoteIfNeeded(value as LoggedValue)}`);
  return `${[head, ...told].join(' ')}${err === undefined ? '' : below(err)}\n`;
}

/** Values come from outside too: quoted, they cannot forge a field. */
function quoteIfNeeded(value: LoggedValue): string {
  const text = String(value);
  return /^[\w.:/@*[\]-]+$/.test(text) ? text : `"${text.replace(/(\\*)("|$)/g, escaped)}"`;
}

/** Backslashes count in front of a quote only: the escapes of redaction.ts stay readable. */
function escaped(_match: string, backslashes: string, quote: string): string {
  return `${backslashes}${backslashes}${quote && '\\"'}`;
}

function below({ type, message, stack = [], cause }: LoggedCause): string {
  const lines = [`${type}: ${message}`, ...stack.map((frame) => `    ${frame}`)];
  if (cause !== undefined) lines.push(`because of: ${cause}`);
  return lines.map((line) => `\n  ${line}`).join('');
}
