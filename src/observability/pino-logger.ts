/**
 * The process's log, by pino: one JSON record a line, or short lines for a developer's terminal. Everything is redacted
 * and bounded on its way (redaction.ts); of each kind of line there are a few in ten seconds and then "... and 4,211
 * more", and all of them together stay under a number of bytes a second. Rules: src/security/SPEC.md (P1 to P5).
 */
import pino from 'pino';
import type { LogFields, Logger, LogLevel, Meter, Timers } from '../kernel/ports.ts';
import { kindOf, type LeftOut, LineBudget, type LineBudgetOptions, WINDOW_MS } from './line-budget.ts';
import { type LogRecord, prettyLine } from './pretty-line.ts';
import { cleanCause, cleanFields, cleanText, MAX_MESSAGE_CHARS } from './redaction.ts';

export interface LogOptions extends LineBudgetOptions {
  /** The least serious line that is written. */
  readonly level: LogLevel;
  readonly format: 'pretty' | 'json';
}

export interface LogDeps {
  /** Takes finished lines, with their ends; false when it cannot keep one. */
  readonly destination: { write(line: string): boolean };
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly timers: Timers;
  readonly meter: Meter;
}

export interface Log extends Logger {
  /** Says what it still owes; to be called before the destination is closed. */
  settle(): void;
}

type Level = Exclude<LogLevel, 'silent'>;
type Sample = readonly [level: Level, message: string, fields: LogFields];

const NO_FIELDS: LogFields = Object.freeze({});
/** How often what is owed is looked at, once something was left out. */
const TELL_EVERY_MS = 1000;

export function createPinoLogger(options: LogOptions, { destination, now, timers, meter }: LogDeps): Log {
  const budget = new LineBudget<Sample>(options, now());
  let planned = false;
  /** Lines that the destination dropped, and that are not told of yet. */
  let lost = 0;
  const logger = pino(
    {
      level: options.level,
      base: { pid: process.pid },
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      // Causes are plain by now.
      serializers: { err: (cause: unknown) => cause },
    },
    {
      write(json) {
        const line = options.format === 'json' ? json : prettyLine(JSON.parse(json) as LogRecord);
        budget.spend(Buffer.byteLength(line));
        if (destination.write(line)) return;
        lost++;
        leftOut('nobody reads');
      },
    },
  );

  function log(level: Level, message: string, fields: LogFields = NO_FIELDS, cause?: unknown): void {
    if (!logger.isLevelEnabled(level)) return;
    const sample: Sample = [level, message, fields];
    if (budget.admits(kindOf(level, message, fields), sample, now())) write(sample, cause);
    else leftOut('too many');
  }

  function write([level, message, fields]: Sample, cause?: unknown): void {
    const err = cause === undefined ? undefined : { err: cleanCause(cause) };
    logger[level]({ ...cleanFields(fields), ...err }, cleanText(message, MAX_MESSAGE_CHARS));
  }

  function leftOut(why: string): void {
    meter.count('hypogeum_log_lines_lost_total', 1, { why });
    plan();
  }

  function plan(): void {
    if (planned) return;
    planned = true;
    timers.after(TELL_EVERY_MS, () => {
      planned = false;
      tell(budget.due(now()));
      if (budget.owes || lost > 0) plan();
    });
  }

  function tell(due: readonly LeftOut<Sample>[]): void {
    for (const { sample, lines } of due) {
      const [level, message, { room, callback }] = sample;
      write([level, `${message} ... and ${lines.toLocaleString('en')} more`, { room, callback, seconds: SECONDS }]);
    }
    if (lost === 0) return;
    const lines = lost;
    lost = 0;
    write(['warn', 'log lines were lost: whoever reads them is slow', { lines }]);
    // Lost as well: it stands for those before it.
    if (lost > 0) lost = lines;
  }

  return {
    debug: (message, fields) => log('debug', message, fields),
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields, cause) => log('error', message, fields, cause),
    settle: () => tell(budget.rest()),
  };
}

const SECONDS = WINDOW_MS / 1000;
