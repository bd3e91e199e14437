/** The room of `chaos -- matchmaking`, `burst`: a stock one of 16 seats in which nothing happens. Runs on both servers. */
import { Room } from '@colyseus/core';

export const ROOM_NAME = 'chamber';
export const SEATS = 16;

export class Chamber extends Room {
  override maxClients = SEATS;
}
