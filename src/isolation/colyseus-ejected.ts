/**
 * Clients that were thrown out, by their socket's gate or by a kick with one of our codes: the room is told that they did
 * something wrong, whatever their side of the closing handshake says, and no seat is kept for them, not even by rooms that
 * keep one for everybody.
 */
import { type Client, CloseCode, type Room } from '@colyseus/core';
import { ERRORS } from '../kernel/errors.ts';
import { internalsOf, override } from './colyseus-internals.ts';
import { guardedSocketOf } from './ws-guarded-socket.ts';

const KICKS: readonly (number | undefined)[] = [ERRORS.IDLE.code];

/** `Hosted` is a class made for this process, which is changed. */
export function keepNoSeatForEjected(Hosted: new () => Room): void {
  const base = Hosted.prototype as Room;
  const { _onLeave } = internalsOf(base);
  const { allowReconnection } = base;
  const ejected = new WeakSet<Client>();
  override(Hosted, '_onLeave', function onLeave(this: Room, client: Client, code?: number) {
    const isEjected = KICKS.includes(code) || guardedSocketOf(client)?.isEjected === true;
    if (isEjected) ejected.add(client);
    return _onLeave.call(this, client, isEjected ? CloseCode.WITH_ERROR : code);
  });
  override(Hosted, 'allowReconnection', function allow(this: Room, client: Client, seconds: number | 'manual') {
    const waiting = allowReconnection.call(this, client, seconds);
    // As if nobody had come in time. What cannot be rejected was refused by Colyseus already.
    if (ejected.has(client) && 'reject' in waiting) waiting.reject(false);
    return waiting;
  });
}
