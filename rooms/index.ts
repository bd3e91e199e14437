/** The rooms of this server. A new one is a line here. */
import { LobbyRoom, type RegisteredHandler } from '@colyseus/core';
import { ArenaRoom } from './arena/room.ts';
import { WorldRoom } from './world/room.ts';

export interface RoomsOptions {
  readonly arena: { readonly roundSeconds: number; readonly resultSeconds: number; readonly fill: number };
}

type Define = (
  name: string,
  Room: typeof ArenaRoom | typeof WorldRoom | typeof LobbyRoom,
  options?: object,
) => RegisteredHandler;

export function defineRooms(define: Define, options: RoomsOptions): void {
  define('arena', ArenaRoom, options.arena).enableRealtimeListing();
  define('world', WorldRoom);
  define('lobby', LobbyRoom);
}
