/**
 * Limits how many seats rooms, stock ones too, keep for players of an address who lost their connection: who comes, drops and
 * comes again would have any number of them otherwise. Rules: SPEC.md (D19).
 */
import type { AuthContext, Client, Room } from '@colyseus/core';
import { endOfWait, internalsOf, override } from './colyseus-room-internals.ts';
import type { LimitLog } from './limit-log.ts';
import type { Occupancy } from './occupancy.ts';

export interface KeptSeats {
  /** By (counted) address. */
  readonly kept: Occupancy;
  readonly log: LimitLog;
  /** What an address counts as. */
  readonly counted: (address: string) => string;
}

/** `Hosted` is a class made for this process, which is changed: before delivery, which hands rooms a client of its own. */
export function limitKeptSeats(Hosted: new () => Room, { kept, log, counted }: KeptSeats): void {
  const { _onJoin } = internalsOf(Hosted.prototype);
  const { allowReconnection } = Hosted.prototype;
  const addresses = new WeakMap<Client, string>();
  override(Hosted, '_onJoin', function onJoin(this: Room, client: Client, context: AuthContext, options?: unknown) {
    addresses.set(client, counted(`${context.ip}`));
    return _onJoin.call(this, client, context, options);
  });
  override(Hosted, 'allowReconnection', function allow(this: Room, client: Client, seconds: number | 'manual') {
    const address = addresses.get(client);
    const isKept = internalsOf(this)._reconnections[client.reconnectionToken] !== undefined;
    if (address === undefined || isKept) return allowReconnection.call(this, client, seconds);
    if (kept.enter(address) !== undefined) {
      log.bit('kept_seats_of_address', address);
      return endOfWait();
    }
    const waiting = allowReconnection.call(this, client, seconds);
    const leave = (): void => kept.leave(address);
    waiting.then(leave, leave);
    return waiting;
  });
}
