/**
 * What went wrong in room code, or came from outside and cannot be used: every fault is counted through the metrics port;
 * each kind (room name, callback, error class) is logged once, and after that at most once a minute with the number of
 * repeats. So a handler that throws at every tick is one line a minute, not a flood. Our own faults have their stack.
 */
import { messageOf } from '../kernel/invariant.ts';
import type { Clock, Logger, Meter, Timers } from '../kernel/ports.ts';

export interface FaultLogDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  /** With them repeats are told when the minute is over, also if no other one comes. */
  readonly timers?: Timers;
}

/** `outside`: the cause is what somebody sent, so it is a warning, in its words alone. */
export type FaultSource = 'inside' | 'outside';

interface Fault {
  readonly room: string;
  readonly callback: string;
  readonly thrown: unknown;
  readonly source: FaultSource;
}

interface Kind {
  loggedAt: number;
  /** Faults since the last line. */
  unlogged: number;
}

const LOG_AGAIN_AFTER_MS = 60_000;
/** Kinds are few (rooms x callbacks x error classes); a room that throws ever new classes must not grow this for ever. */
const MAX_KINDS = 1000;

export class FaultLog {
  readonly #deps: FaultLogDeps;
  readonly #words: string;
  readonly #kinds = new Map<string, Kind>();

  constructor(deps: FaultLogDeps, words = 'a room callback failed; the match goes on') {
    this.#deps = deps;
    this.#words = words;
  }

  /** Counts a fault of `callback` in a room of this name, and logs it if it is its turn. Never throws. */
  report(room: string, callback: string, thrown: unknown, source: FaultSource = 'inside'): void {
    this.#deps.meter.count('hypogeum_room_faults_total', 1, { room, callback });
    const now = this.#deps.clock.now();
    const kind = this.#kind(`${room} ${callback} ${className(thrown)}`);
    kind.unlogged++;
    if (now - kind.loggedAt < LOG_AGAIN_AFTER_MS) {
      this.#tellLater(kind, { room, callback, thrown, source }, now);
      return;
    }
    this.#log(kind, { room, callback, thrown, source }, now);
  }

  #tellLater(kind: Kind, fault: Fault, now: number): void {
    if (kind.unlogged > 1) return;
    this.#deps.timers?.after(kind.loggedAt + LOG_AGAIN_AFTER_MS - now, () => {
      if (kind.unlogged > 0) this.#log(kind, fault, this.#deps.clock.now());
    });
  }

  #log(kind: Kind, { room, callback, thrown, source }: Fault, now: number): void {
    const { logger } = this.#deps;
    const first = kind.loggedAt === Number.NEGATIVE_INFINITY;
    const inside = source === 'inside';
    const words = first ? this.#words : `${this.#words} (again)`;
    const said = inside && first ? undefined : messageOf(thrown);
    const fields = { room, callback, ...(first ? { said } : { times: kind.unlogged, last: said }) };
    if (inside) logger.error(words, fields, first ? thrown : undefined);
    else logger.warn(words, fields);
    kind.loggedAt = now;
    kind.unlogged = 0;
  }

  #kind(key: string): Kind {
    let kind = this.#kinds.get(key);
    if (kind === undefined) {
      if (this.#kinds.size >= MAX_KINDS) this.#kinds.clear();
      kind = { loggedAt: Number.NEGATIVE_INFINITY, unlogged: 0 };
      this.#kinds.set(key, kind);
    }
    return kind;
  }
}

function className(thrown: unknown): string {
  return thrown instanceof Error ? thrown.constructor.name : typeof thrown;
}
