/**
 * What the doors refuse: all of it is counted, and each kind is one log line, with how often it happened, in a minute at
 * most. Kinds are few and ours; an address is told as an example.
 */
import type { Clock, Logger, Meter } from '../kernel/ports.ts';

export type Refused =
  | 'connection_rate'
  | 'connections_of_address'
  | 'connections'
  | 'socket_rate'
  | 'sockets_of_address'
  | 'sockets'
  | 'origin'
  | 'malformed'
  | 'wrong_seat'
  | 'match_rate'
  | 'seats_of_address'
  | 'room_rate'
  | 'rooms';

export interface RefusalsDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
}

interface Kind {
  nextLineAt: number;
  /** Since the last line. */
  times: number;
}

const LINE_EVERY_MS = 60_000;

export class Refusals {
  readonly #deps: RefusalsDeps;
  readonly #kinds = new Map<Refused, Kind>();

  constructor(deps: RefusalsDeps) {
    this.#deps = deps;
  }

  tell(why: Refused, address: string): void {
    const { clock, logger, meter } = this.#deps;
    meter.count('hypogeum_doors_refused_total', 1, { why });
    const kind = this.#kinds.get(why) ?? { nextLineAt: Number.NEGATIVE_INFINITY, times: 0 };
    this.#kinds.set(why, kind);
    kind.times++;
    const now = clock.now();
    if (now < kind.nextLineAt) return;
    logger.warn('refused at the door', { why, address, times: kind.times });
    kind.nextLineAt = now + LINE_EVERY_MS;
    kind.times = 0;
  }
}
