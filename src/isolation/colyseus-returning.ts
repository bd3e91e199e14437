/**
 * A player who comes back before Colyseus has noticed that the old connection ended (a tab that was reloaded) makes it
 * close that one, with the code for clients that did something wrong. Rooms that keep no seat for those would lose this
 * one: they are told the code of a lost connection instead. And the old connection is closed in the end.
 */
import { type Client, CloseCode, type Room } from '@colyseus/core';
import { internalsOf, override } from './colyseus-internals.ts';
import { guardedSocketOf } from './ws-guarded-socket.ts';

/** `Hosted` is a class made for this process, which is changed. */
export function keepSeatsOfReturning(Hosted: new () => Room): void {
  const { checkReconnectionToken, _onLeave } = internalsOf(Hosted.prototype as Room);
  const returning = new WeakSet<Client>();
  override(Hosted, 'checkReconnectionToken', function check(this: Room, token: string) {
    const before = this.clients.find(({ reconnectionToken }) => reconnectionToken === token);
    if (before !== undefined) returning.add(before);
    return checkReconnectionToken.call(this, token);
  });
  override(Hosted, '_onLeave', function onLeave(this: Room, client: Client, code?: number) {
    const itself = returning.delete(client) && code === CloseCode.WITH_ERROR;
    if (!itself) return _onLeave.call(this, client, code);
    const before = guardedSocketOf(client);
    // By then the client speaks through the new connection, so that Colyseus closes neither.
    const left = (): void => before?.close(CloseCode.WITH_ERROR);
    return _onLeave.call(this, client, CloseCode.ABNORMAL_CLOSURE).finally(left);
  });
}
