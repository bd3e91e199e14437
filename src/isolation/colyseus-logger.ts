/**
 * Colyseus's log lines, taken over: its notices for developers, and what DEBUG=colyseus:* asks it for, become debug lines;
 * its warnings and errors, which are caused by what clients send and come with a stack each, are counted and logged once
 * a minute a kind, in their first line alone. (Exceptions of rooms never get there: colyseus-guard.ts has them.)
 */
import * as colyseusDebug from '@colyseus/core/Debug';
import { messageOf } from '../kernel/invariant.ts';
import { FaultLog, type FaultLogDeps } from './fault-log.ts';

type Log = (...args: unknown[]) => void;
export interface ColyseusLogger {
  readonly debug: Log;
  readonly error: Log;
  readonly info: Log;
  readonly trace: Log;
  readonly warn: Log;
}

export function colyseusLogger(deps: FaultLogDeps): ColyseusLogger {
  const faults = new FaultLog(deps, 'Colyseus reports an error');
  const quiet: Log = (...args) => deps.logger.debug(textOf(args));
  const loud: Log = (...args) => faults.report('colyseus', kindOf(args), new ColyseusReport(textOf(args)), 'outside');
  return { debug: quiet, info: quiet, trace: quiet, warn: loud, error: loud };
}

class ColyseusReport extends Error {}

/** Its debug functions took the console's as it was when they were loaded. */
export function takeColyseusDebug(log: Log): void {
  for (const one of Object.values(colyseusDebug)) if ('log' in one) one.log = log;
}

/** Without the stack below the first line. */
function textOf(args: readonly unknown[]): string {
  return args
    .map(messageOf)
    .join(' ')
    .replace(/\n\s+at [\s\S]*/, '');
}

/** The kind of a line: its first words, up to the first thing that may be a value. Clients must not make up kinds. */
function kindOf(args: readonly unknown[]): string {
  const [words = ''] = /^[A-Za-z ,.:-]*/.exec(messageOf(args[0])) ?? [];
  return words.slice(0, 60).trimEnd();
}
