/**
 * What of Colyseus's LobbyRoom a client could turn against others: each filter that it sends is answered with a list of all
 * rooms, a message of a few bytes with megabytes; and a filter that asks for metadata throws at a room that has none, in the
 * middle of telling everybody. As of @colyseus/core 0.18.17. Rules: SPEC.md (F15).
 */
import type { Client, LobbyRoom, Room } from '@colyseus/core';
import { override } from './colyseus-room-internals.ts';

type LobbyClass = new () => Room;
type Answer = (this: Room, client: Client, filter: unknown) => void;
type OnMessage = (this: Room, type: unknown, ...rest: unknown[]) => unknown;

/** As often a client is sent a list at most; of the filters in between the newest counts. */
export const LIST_EVERY_MS = 250;

/** `Hosted` is a class made for this process, which is changed. */
export function limitLobby(Hosted: LobbyClass): void {
  const { onMessage, filterItemForClient } = Hosted.prototype as unknown as {
    onMessage: OnMessage;
    filterItemForClient: LobbyRoom['filterItemForClient'];
  };
  override(Hosted, 'onMessage', function take(this: Room, type: unknown, ...rest: unknown[]) {
    const answer = rest.pop();
    const taken = type === 'filter' && typeof answer === 'function' ? nowAndThen(answer as Answer) : answer;
    return onMessage.call(this, type, ...rest, taken);
  });
  override(Hosted, 'filterItemForClient', function matches(this: Room, room: { metadata?: unknown }, filter: never) {
    const known = room.metadata ? room : { ...room, metadata: {} };
    return filterItemForClient.call(this as LobbyRoom, known as never, filter);
  });
}

/** The first is answered at once, of those that follow too soon the last one when it is time. */
function nowAndThen(answer: Answer): Answer {
  const pauses = new WeakMap<Client, { next?: { readonly filter: unknown } }>();
  return function taken(client, filter) {
    const pause = pauses.get(client);
    if (pause !== undefined) {
      pause.next = { filter };
      return;
    }
    const started: { next?: { readonly filter: unknown } } = {};
    pauses.set(client, started);
    const over = (): void => {
      pauses.delete(client);
      if (started.next !== undefined) taken.call(this, client, started.next.filter);
    };
    setTimeout(over, LIST_EVERY_MS).unref();
    answer.call(this, client, filter);
  };
}
