/**
 * The console of a server process: what code of a game or of a library writes there becomes log lines, with their
 * redaction and their limits. @colyseus/schema complains there about bytes that it cannot decode, several lines a frame,
 * and a client may send such frames at any rate: its complaints go to the fault log (counted, a line a minute).
 */
import { formatWithOptions } from 'node:util';
import type { Logger } from '../kernel/ports.ts';
import type { FaultLog } from './fault-log.ts';

type Write = (...args: unknown[]) => void;
type Name = 'debug' | 'log' | 'info' | 'warn' | 'error' | 'trace' | 'dir';
/** Its other methods write through these. */
export type ConsoleLike = Record<Name, Write>;

const LEVELS: { readonly [name in Name]: 'debug' | 'info' | 'warn' | 'error' } = {
  ...{ debug: 'debug', log: 'info', info: 'info', dir: 'info', warn: 'warn', error: 'error', trace: 'debug' },
};
const OF_SCHEMA = /^(@colyseus\/schema|decode\.utf8Read\(\): |"refId" not found|Please report this issue)/;
/** On one line, and no more of it than a line holds. */
const SHORT = { breakLength: Number.POSITIVE_INFINITY, depth: 3, maxArrayLength: 20, maxStringLength: 300 };

/** Returns what puts the console back as it was. */
export function tameConsole(console: ConsoleLike, logger: Logger, faults: FaultLog): () => void {
  const before = { ...console };
  for (const [name, level] of Object.entries(LEVELS) as [Name, (typeof LEVELS)[Name]][]) {
    console[name] = (...args) => {
      const text = textOf(args);
      if (OF_SCHEMA.test(text)) faults.report('schema', 'decode', new Error(text), 'outside');
      else logger[level](text);
    };
  }
  return () => Object.assign(console, before);
}

/** What is written may be anything, objects that cannot be looked at among it. An exception is its words. */
function textOf(args: readonly unknown[]): string {
  try {
    return formatWithOptions(SHORT, ...args.map((arg) => (arg instanceof Error ? `${arg.name}: ${arg.message}` : arg)));
  } catch {
    return 'something that cannot be written';
  }
}
