/**
 * @colyseus/schema complains about bytes it cannot decode on the console, several lines a frame, and a client may send
 * such frames at any rate. Its complaints go to the fault log instead (counted, a line a minute); everything else that
 * is written to the console, by a game's own code above all, passes unchanged.
 */
import { messageOf } from '../kernel/invariant.ts';
import type { FaultLog } from './fault-log.ts';

type Complain = (...args: unknown[]) => void;
export interface ConsoleLike {
  warn: Complain;
  error: Complain;
}

const OF_SCHEMA = /^(@colyseus\/schema|decode\.utf8Read\(\): |"refId" not found|Please report this issue)/;

/** Returns what puts the console back as it was. */
export function tameConsole(console: ConsoleLike, faults: FaultLog): () => void {
  const { warn, error } = console;
  const tamed =
    (original: Complain): Complain =>
    (...args) => {
      if (typeof args[0] !== 'string' || !OF_SCHEMA.test(args[0])) return original.apply(console, args);
      faults.report('schema', 'decode', new Error(args.map(messageOf).join(' ')));
    };
  console.warn = tamed(warn);
  console.error = tamed(error);
  return () => Object.assign(console, { warn, error });
}
