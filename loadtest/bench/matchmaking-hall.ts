/** The room of the matchmaking bench: a stock one, open for ever, that does nothing; runs on both servers. */
import { Room } from '@colyseus/core';

/** Seats that nobody takes are given back, so that a round ends as it began. */
export const SEAT_SECONDS = 0.25;

/**
 * More than stock takes in that time: where its joiners all run into the same full room they wait to try again. And not
 * far more, because Colyseus counts a room's reserved seats one by one for each that is taken.
 */
const SEATS = 500;
/** The longest that a timer takes. Without a patch rate Colyseus ticks a clock 60 times a second. */
const NEVER_MS = 2 ** 31 - 1;

export class Hall extends Room {
  override autoDispose = false;
  override maxClients = SEATS;
  override patchRate = NEVER_MS;
  override seatReservationTimeout = SEAT_SECONDS;
}
