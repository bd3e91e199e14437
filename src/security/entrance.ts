/**
 * Decides of every WebSocket that is asked for, before it is answered, whether it may come in: rate and number by address,
 * number in all, origin, the seat it is for. What is refused costs a few looks into maps and one write. Rules: SPEC.md (D4 to D7).
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCodes, ERRORS, type ErrorKind } from '../kernel/errors.ts';
import { hangUp } from '../kernel/hang-up.ts';
import type { Meter } from '../kernel/ports.ts';
import { type SeatTarget, seatTargetOf } from '../kernel/seat-target.ts';
import { countedAs, type PlayerAddresses, tellAddress } from './addresses.ts';
import type { LimitLog } from './limit-log.ts';
import { Occupancy, type OccupancyLimits } from './occupancy.ts';
import type { OriginAllowed } from './origins.ts';
import type { RateLimit } from './rate-limit.ts';

/** A WebSocket that was asked for and not answered yet. `head`: what followed the request already. */
export interface Upgrade {
  readonly req: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** This process's own way of taking a socket. */
export interface Door {
  accept(upgrade: Upgrade): void;
  turnAway(upgrade: Upgrade, code: number, reason: string): void;
}

export interface EntranceDeps {
  readonly addresses: PlayerAddresses;
  readonly rate: RateLimit;
  readonly originAllowed: OriginAllowed;
  /** Whether a room of this process has a seat for that session, free to be taken. */
  readonly hasSeat: (seat: SeatTarget) => boolean;
  /** Whether that session had a seat here until a moment ago. */
  readonly cameTooLate: (seat: SeatTarget) => boolean;
  /** Another process's connection counts for nobody. */
  readonly release: (req: IncomingMessage) => void;
  /** A whole HTTP response, after which the connection is closed. */
  readonly answer: (kind: ErrorKind, retryAfterMs?: number) => string;
  readonly log: LimitLog;
  readonly meter: Meter;
}

/** A refusal on its way: what is told to whom. */
interface Refusal {
  readonly limit: string;
  readonly kind: ErrorKind;
  readonly retryAfterMs?: number;
}

/** What a socket for a seat there is not costs besides itself: who guesses has a fifth of the rate. */
const WRONG_SEAT_POINTS = 4;
/** Of a socket that finds no place: others have to leave first, and nobody knows when. */
const PLACE_AFTER_MS = 5000;

const TOO_LATE = 'the seat was not taken in time; try again';

const MALFORMED: Refusal = { limit: 'socket_target', kind: ERRORS.MALFORMED_REQUEST };
const WRONG_ORIGIN: Refusal = { limit: 'socket_origin', kind: ERRORS.ORIGIN_NOT_ALLOWED };
const ADDRESS_FULL: Refusal = {
  limit: 'sockets_of_address',
  kind: ERRORS.TOO_MANY_SOCKETS,
  retryAfterMs: PLACE_AFTER_MS,
};
const FULL: Refusal = { limit: 'sockets', kind: ERRORS.SERVER_FULL, retryAfterMs: PLACE_AFTER_MS };

export class Entrance {
  readonly #deps: EntranceDeps;
  readonly #sockets: Occupancy;

  constructor(deps: EntranceDeps, limits: OccupancyLimits) {
    this.#deps = deps;
    this.#sockets = new Occupancy(limits);
  }

  /** Players' sockets that entered here and are not closed. */
  get sockets(): Occupancy {
    return this.#sockets;
  }

  /**
   * The door to go on with; undefined when the socket was refused. From here on the headers tell the player's address.
   * @param signed the player's address by the word of another process, which has counted the socket already; '' when it
   * did not know. Undefined when the socket comes from a player. `req.url` can be parsed.
   */
  admit(upgrade: Upgrade, door: Door, signed: string | undefined): Door | undefined {
    const { req, socket } = upgrade;
    if (socket.destroyed) return undefined;
    const address = signed || this.#deps.addresses.of(req);
    const counted = countedAs(address);
    if (signed !== undefined) this.#deps.release(req);
    else if (!this.#enter(upgrade, counted)) return undefined;
    tellAddress(req.headers, address);
    return {
      accept: (taken) => {
        if (this.#checkSeat(taken.req, counted)) door.accept(taken);
        else door.turnAway(taken, CloseCodes.mayTryReconnect, TOO_LATE);
      },
      turnAway: (...args) => door.turnAway(...args),
    };
  }

  #enter({ req, socket }: Upgrade, counted: string): boolean {
    const refusal = this.#refusalFor(req, counted) ?? this.#takePlace(socket, counted);
    if (refusal === undefined) return true;
    this.#deps.log.bit(refusal.limit, counted);
    hangUp(socket, this.#deps.answer(refusal.kind, refusal.retryAfterMs));
    return false;
  }

  #refusalFor({ headers, url = '' }: IncomingMessage, counted: string): Refusal | undefined {
    const retryAfterMs = this.#deps.rate.take(counted);
    if (retryAfterMs > 0) return { limit: 'socket_rate', kind: ERRORS.TOO_MANY_SOCKETS, retryAfterMs };
    if (!this.#deps.originAllowed(headers.origin, headers.host)) return WRONG_ORIGIN;
    return seatTargetOf(url) === 'malformed' ? MALFORMED : undefined;
  }

  /** Its socket has not ended, so its end is still to come, once. */
  #takePlace(socket: Duplex, counted: string): Refusal | undefined {
    const crowd = this.#sockets.enter(counted);
    if (crowd !== undefined) return crowd === 'all' ? FULL : ADDRESS_FULL;
    this.#gauge();
    socket.once('close', () => {
      this.#sockets.leave(counted);
      this.#gauge();
    });
    return undefined;
  }

  /**
   * A socket for a seat there is not is let in to be closed as Colyseus does it, because only a close code ends the tries
   * of an SDK; but it counts for five, so that who guesses is refused without that soon. False for who had a seat and came
   * too late: they may try again.
   */
  #checkSeat({ url = '' }: IncomingMessage, counted: string): boolean {
    const target = seatTargetOf(url);
    if (target === undefined || target === 'malformed' || this.#deps.hasSeat(target)) return true;
    if (this.#deps.cameTooLate(target)) return false;
    this.#deps.log.bit('wrong_seats', counted);
    this.#deps.rate.take(counted, WRONG_SEAT_POINTS);
    return true;
  }

  #gauge(): void {
    this.#deps.meter.gauge('hypogeum_player_sockets', this.#sockets.inAll);
  }
}
