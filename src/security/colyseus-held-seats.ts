/**
 * What is changed in a room class, stock ones too, about seats that wait for a socket: how long they wait, and how many an
 * address may have. Seats that are kept for players who come back are left alone. As of @colyseus/core 0.18.17.
 */
import type { Room } from '@colyseus/core';
import type { HeldSeats } from './held-seats.ts';
import type { LimitLog } from './limit-log.ts';
import type { SeatTimes } from './node-seat-times.ts';

type RoomClass = new () => Room;

/** Of Room's privates. */
interface Seats {
  readonly roomId: string;
  readonly maxClients: number;
  /** Seconds; the room's own. */
  readonly seatReservationTimeout: number;
  /** What frees each seat when its time is over, by session. */
  readonly _reservedSeatTimeouts: Readonly<Record<string, NodeJS.Timeout | undefined>>;
  /** `address` is ours: whom the seat is for. Rooms of stock processes do not look at it. */
  _reserveSeat(...args: SeatArgs): Promise<boolean | typeof HELD>;
  /** A player's socket came for a seat that there is. */
  _onJoin(client: { readonly sessionId: string }, ...rest: unknown[]): Promise<void>;
}

type SeatArgs = [
  sessionId: string,
  options?: unknown,
  auth?: unknown,
  seconds?: number | null,
  allowReconnection?: boolean | null,
  token?: string | null,
  address?: string | null,
];

/** The answer to whoever holds too many seats; stock callers, who give no address, never get it. */
const HELD = 'held';

export const INTERNAL_METHODS = ['_reserveSeat', '_onJoin'] as const;

export interface SeatServices {
  readonly seats: HeldSeats;
  readonly times: SeatTimes;
  readonly log: LimitLog;
  readonly seatTimeoutMs: number;
}

/** `Hosted` is a class made for this process, which is changed. */
export function limitHeldSeats(Hosted: RoomClass, { seats, times, log, seatTimeoutMs }: SeatServices): void {
  const { _reserveSeat, _onJoin } = Hosted.prototype as unknown as Seats;
  override(Hosted, '_reserveSeat', async function reserve(this: Seats, ...args: SeatArgs) {
    const [sessionId, options, auth, given, allowReconnection, token, address] = args;
    if (allowReconnection) return _reserveSeat.apply(this, args);
    const seconds = Math.min(given ?? this.seatReservationTimeout, seatTimeoutMs / 1000);
    const { roomId, maxClients } = this;
    if (address && !seats.hold({ address, roomId, sessionId, maxClients, forMs: seconds * 1000 })) {
      log.bit('seats_of_address', address);
      return HELD;
    }
    const seated = await _reserveSeat.call(this, sessionId, options, auth, seconds, false, token ?? undefined);
    if (seated !== true) seats.free(roomId, sessionId);
    const timer = this._reservedSeatTimeouts[sessionId];
    if (timer !== undefined)
      times.watch(roomId, sessionId, timer, () => this._reservedSeatTimeouts[sessionId] === timer);
    return seated;
  });
  override(Hosted, '_onJoin', function onJoin(this: Seats, client: { readonly sessionId: string }, ...rest: unknown[]) {
    seats.free(this.roomId, client.sessionId);
    times.taken(this.roomId, client.sessionId);
    return _onJoin.call(this, client, ...rest);
  });
}

function override(Class: RoomClass, name: string, value: (this: Seats, ...args: never[]) => unknown): void {
  Object.defineProperty(Class.prototype, name, { value, writable: true, configurable: true });
}
