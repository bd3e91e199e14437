/**
 * The stock Colyseus server that is attacked: the same rooms, nothing of Hypogeum around them. `node loadtest/chaos/abuse-stock.ts`;
 * says where it is ready as src/main.ts does.
 */
import { registerHooks } from 'node:module';
import { Room } from '@colyseus/core';
import { ArenaRoom, type ArenaRoomOptions } from '../../rooms/arena/room.ts';
import { TICK_RATE } from '../../rooms/arena/rules.ts';
import { hostStock } from '../host-stock.ts';
import { Pen, PublicRoom } from './abuse-pens.ts';
import { Thrower } from './abuse-throwers.ts';

const ROUND_SECONDS = 3600;

/** As where nobody installed PM2: its library, which this project's tests bring along, puts handlers for exceptions in. */
registerHooks({
  resolve(specifier, context, next) {
    if (specifier === '@pm2/io') throw new Error('not installed');
    return next(specifier, context);
  },
});

/** The same game, stepped and patched by Colyseus's own timers. */
class StockArena extends ArenaRoom {
  override patchRate = 1000 / TICK_RATE;

  override onCreate(options: ArenaRoomOptions): void {
    super.onCreate({ ...options, roundSeconds: ROUND_SECONDS });
    Room.prototype.setFixedTimestep.call(this, () => this.step(), TICK_RATE);
  }
}

const rooms = {
  arena: StockArena,
  pen: Pen,
  'game-pen': Pen,
  public: PublicRoom,
  thrower: Thrower,
  'game-thrower': Thrower,
};
const { port } = await hostStock(rooms);
process.stdout.write(`The arena is ready: http://127.0.0.1:${port}\n`);
