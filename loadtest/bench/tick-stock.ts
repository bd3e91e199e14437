/** The tick bench on stock Colyseus 0.18, imported as its users do; what Hypogeum is compared with. */
import { type Client, Room } from 'colyseus';
import { hostStock } from '../host-stock.ts';
import type { TickHost } from './tick-host.ts';
import { CLIENTS_PER_ROOM, TICK_RATE } from './tick-messages.ts';
import { type BeatOptions, BeatState, probe, work } from './tick-room.ts';

class StockBeatRoom extends Room<{ state: BeatState }> {
  override autoDispose = false;
  override maxClients = CLIENTS_PER_ROOM;
  override patchRate = 1000 / TICK_RATE;
  override state = new BeatState();
  readonly #probe = probe.room();

  override onCreate({ busyMs }: BeatOptions): void {
    this.setFixedTimestep(() => {
      this.#probe.stepped();
      this.#probe.writing();
      this.state.beat++;
      work(busyMs);
    }, TICK_RATE);
  }

  override onJoin(client: Client): void {
    this.#probe.watch(client);
  }

  override onLeave(client: Client): void {
    this.#probe.unwatch(client);
  }
}

/** A room that only ticks: nothing changes, nobody is there. */
class StockIdleRoom extends Room {
  override autoDispose = false;
  override patchRate = 1000 / TICK_RATE;

  override onCreate(): void {
    this.setFixedTimestep(() => {}, TICK_RATE);
  }
}

export async function startStock(): Promise<TickHost> {
  return { ...(await hostStock({ beat: StockBeatRoom, idle: StockIdleRoom })), counters: () => undefined };
}
