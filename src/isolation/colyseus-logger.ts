/**
 * Colyseus's log lines, taken over: its notices for developers become debug lines; its warnings and errors, many of
 * them caused by what clients send and each with a stack, are counted and logged once a minute a kind.
 */

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
  const quiet: Log = (...args) => deps.logger.debug(args.map(messageOf).join(' '));
  const loud: Log = (...args) =>
    faults.report('colyseus', kindOf(args), new ColyseusReport(args.map(messageOf).join(' ')));
  return { debug: quiet, info: quiet, trace: quiet, warn: loud, error: loud };
}

/** Its text already holds a stack; one of ours would only say that it was logged. */
class ColyseusReport extends Error {
  override stack = this.message;
}

/** The kind of a line: its first words, up to the first thing that may be a value. Clients must not make up kinds. */
function kindOf(args: readonly unknown[]): string {
  const [words = ''] = /^[A-Za-z ,.:-]*/.exec(messageOf(args[0])) ?? [];
  return words.slice(0, 60).trimEnd();
}
