/** The broadcast room of the fan-out bench as a stock Colyseus room; runs on both servers. */
import { Room } from '@colyseus/core';
import { PATCH_RATE } from './fanout-messages.ts';
import { change, FanoutState, fill } from './fanout-state.ts';

export interface FanoutOptions {
  readonly notes: number;
}

export class StockFanoutRoom extends Room<{ state: FanoutState }> {
  override autoDispose = false;
  override patchRate = 1000 / PATCH_RATE;
  override state = new FanoutState();

  override onCreate({ notes }: FanoutOptions): void {
    fill(this.state, notes);
    this.setFixedTimestep(() => change(this.state), PATCH_RATE);
  }
}
