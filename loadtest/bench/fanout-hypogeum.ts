/** The fan-out bench on Hypogeum: its own room class, and a stock one. */
import { GameRoom } from '../../src/roomkit/index.ts';
import type { Host } from '../host.ts';
import { hostHypogeum } from '../host-hypogeum.ts';
import { PATCH_RATE } from './fanout-messages.ts';
import { change, FanoutState, fill } from './fanout-state.ts';
import { type FanoutOptions, StockFanoutRoom } from './fanout-stock-room.ts';

class FanoutRoom extends GameRoom<{ state: FanoutState }> {
  override autoDispose = false;
  override tickRate = PATCH_RATE;
  override state = new FanoutState();

  override onCreate({ notes }: FanoutOptions): void {
    fill(this.state, notes);
  }

  step(): void {
    change(this.state);
  }
}

export function startHypogeum(): Promise<Host> {
  return hostHypogeum((define) => {
    define('game', FanoutRoom);
    define('room', StockFanoutRoom);
  });
}
