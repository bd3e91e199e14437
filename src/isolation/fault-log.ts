/**
 * What went wrong in room code, or came from outside and cannot be used: every fault is counted through the metrics port;
 * each kind (room name, callback, error class) is logged once, and after that at most once a minute with the number of
 * repeats. So a handler that throws at every tick is one line a minute, not a flood. Our own faults have their stack.
 */
import { messageOf } from '../kernel/invariant.ts';
import { OnceAMinute, type Turn } from '../kernel/once-a-minute.ts';
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

export class FaultLog {
  readonly #deps: FaultLogDeps;
  readonly #words: string;
  readonly #lines = new OnceAMinute();

  constructor(deps: FaultLogDeps, words = 'a room callback failed; the match goes on') {
    this.#deps = deps;
    this.#words = words;
  }

  /** Counts a fault of `callback` in a room of this name, and logs it if it is its turn. Never throws. */
  report(room: string, callback: string, thrown: unknown, source: FaultSource = 'inside'): void {
    this.#deps.meter.count('hypogeum_room_faults_total', 1, { room, callback });
    const now = this.#deps.clock.now();
    const kind = `${room} ${callback} ${className(thrown)}`;
    const fault = { room, callback, thrown, source };
    const turn = this.#lines.count(kind, now);
    if (turn !== undefined) this.#log(fault, turn);
    else this.#tellLater(kind, fault, now);
  }

  /** The first that is not told sees to it. */
  #tellLater(kind: string, fault: Fault, now: number): void {
    const { times, inMs } = this.#lines.owed(kind, now);
    if (times > 1) return;
    this.#deps.timers?.after(inMs, () => {
      const turn = this.#lines.turn(kind, this.#deps.clock.now());
      if (turn !== undefined) this.#log(fault, turn);
    });
  }

  #log({ room, callback, thrown, source }: Fault, { times, isFirst }: Turn): void {
    const { logger } = this.#deps;
    const inside = source === 'inside';
    const words = isFirst ? this.#words : `${this.#words} (again)`;
    const said = inside && isFirst ? undefined : messageOf(thrown);
    const fields = { room, callback, ...(isFirst ? { said } : { times, last: said }) };
    if (inside) logger.error(words, fields, isFirst ? thrown : undefined);
    else logger.warn(words, fields);
  }
}

function className(thrown: unknown): string {
  return thrown instanceof Error ? thrown.constructor.name : typeof thrown;
}
