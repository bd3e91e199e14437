/**
 * A client that took its seat and never acknowledged the join keeps that seat on stock for ever: it gets no state, so
 * nothing is under way to it that could be late. Here it has so long, and is closed.
 */
import type { Client, Room } from '@colyseus/core';
import { ClientState } from '@colyseus/core';
import { ERRORS } from '../kernel/errors.ts';
import { override } from './colyseus-internals.ts';
import { guardedSocketOf } from './ws-guarded-socket.ts';

interface Joining {
  _onJoin(client: Client, ...rest: readonly unknown[]): Promise<void>;
}

export interface JoinLimit {
  readonly joinTimeoutMs: number;
  /** Told of each that was closed. */
  readonly closed: () => void;
}

/** `Hosted` is a class made for this process, which is changed. */
export function endUnacknowledgedJoins(Hosted: new () => Room, { joinTimeoutMs, closed }: JoinLimit): void {
  const { _onJoin } = Hosted.prototype as unknown as Joining;
  override(Hosted, '_onJoin', async function onJoin(this: Room, client: Client, ...rest: readonly unknown[]) {
    await _onJoin.call(this as unknown as Joining, client, ...rest);
    const socket = guardedSocketOf(client);
    if (socket === undefined) return;
    socket.heard();
    setTimeout(() => {
      if (client.state !== ClientState.JOINING || socket.readyState !== socket.OPEN) return;
      closed();
      socket.eject(ERRORS.JOIN_NOT_ACKNOWLEDGED);
    }, joinTimeoutMs).unref();
  });
}
