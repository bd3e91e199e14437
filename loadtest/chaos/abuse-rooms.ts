/** The rooms of the Hypogeum that is attacked: those of the game, and those that are there to be attacked. */
import { defineRooms as defineGame, type RoomsOptions } from '../../rooms/index.ts';
import type { DefineRoom } from '../../src/server.ts';
import { GamePen, Pen, PublicRoom } from './abuse-pens.ts';
import { GameThrower, Thrower } from './abuse-throwers.ts';

export function defineRooms(define: DefineRoom, options: RoomsOptions): void {
  defineGame(define, options);
  define('pen', Pen);
  define('game-pen', GamePen);
  define('public', PublicRoom);
  define('thrower', Thrower);
  define('game-thrower', GameThrower);
}
