/** The tick bench on Hypogeum: the same room as `tick-stock.ts`, as a GameRoom. */
import type { Client } from '@colyseus/core';
import { GameRoom } from '../../src/roomkit/index.ts';
import { hostHypogeum } from '../host-hypogeum.ts';
import type { DriverCounters, TickHost } from './tick-host.ts';
import { CLIENTS_PER_ROOM, TICK_RATE } from './tick-messages.ts';
import { type BeatOptions, BeatState, probe, work } from './tick-room.ts';

class BeatRoom extends GameRoom<{ state: BeatState }> {
  override autoDispose = false;
  override maxClients = CLIENTS_PER_ROOM;
  override tickRate = TICK_RATE;
  override state = new BeatState();
  readonly #probe = probe.room();
  #busyMs = 0;

  override onCreate({ busyMs }: BeatOptions): void {
    this.#busyMs = busyMs;
  }

  step(): void {
    this.#probe.stepped();
    this.#probe.writing();
    this.state.beat++;
    work(this.#busyMs);
  }

  override onJoin(client: Client): void {
    this.#probe.watch(client);
  }

  override onLeave(client: Client): void {
    this.#probe.unwatch(client);
  }
}

/** A room that only ticks: nothing changes, nobody is there. */
class IdleRoom extends GameRoom {
  override autoDispose = false;
  override tickRate = TICK_RATE;

  step(): void {}
}

export async function startHypogeum(): Promise<TickHost> {
  const { meter, ...host } = await hostHypogeum((define) => {
    define('beat', BeatRoom);
    define('idle', IdleRoom);
  });
  const counters = (): DriverCounters => ({
    skipped: meter.total('hypogeum_tick_skipped_total'),
    caughtUp: meter.total('hypogeum_tick_caught_up_total'),
  });
  return { ...host, counters };
}
