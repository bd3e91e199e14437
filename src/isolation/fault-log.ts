/**
 * What went wrong in room code: every fault is counted through the metrics port; each kind (room name, callback, error
 * class) is logged with its stack once, and after that at most once a minute with the number of repeats. So a handler
 * that throws at every tick is one line a minute, not a flood.
 */
import { messageOf } from '../kernel/invariant.ts';
import type { Clock, Logger, Meter } from '../kernel/ports.ts';

export interface FaultLogDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
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
  report(room: string, callback: string, thrown: unknown): void {
    this.#deps.meter.count('hypogeum_room_faults_total', 1, { room, callback });
    const now = this.#deps.clock.now();
    const kind = this.#kind(`${room} ${callback} ${className(thrown)}`);
    kind.unlogged++;
    if (now - kind.loggedAt < LOG_AGAIN_AFTER_MS) return;
    this.#log(kind, room, callback, thrown);
    kind.loggedAt = now;
    kind.unlogged = 0;
  }

  #log(kind: Kind, room: string, callback: string, thrown: unknown): void {
    const { logger } = this.#deps;
    if (kind.loggedAt === Number.NEGATIVE_INFINITY) logger.error(this.#words, { room, callback }, thrown);
    else logger.error(`${this.#words} (again)`, { room, callback, times: kind.unlogged, last: messageOf(thrown) });
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
