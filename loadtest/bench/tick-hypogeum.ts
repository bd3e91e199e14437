/** The tick bench on Hypogeum: the same room as `tick-stock.ts`, as a GameRoom. */
import { type Client, LocalDriver, LocalPresence, matchMaker } from '@colyseus/core';
import { parseEnvironment } from '../../src/config/parse.ts';
import { silentLogger } from '../../src/kernel/ports.ts';
import { createCounters } from '../../src/observability/counters.ts';
import { GameRoom } from '../../src/roomkit/index.ts';
import { startServer } from '../../src/server.ts';
import type { TickHost } from './tick-host.ts';
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

/** The server itself, as `npm start` runs it, with these rooms instead of its own and no page. */
export async function startHypogeum(): Promise<TickHost> {
  const parsed = parseEnvironment({ HYPOGEUM_PORT: '0', HYPOGEUM_HOST: '127.0.0.1' });
  if (!parsed.ok) throw new Error(parsed.mistakes.join('\n'));
  const meter = createCounters();
  const server = await startServer({
    settings: parsed.settings,
    clock: performance,
    logger: silentLogger,
    meter,
    store: { presence: new LocalPresence(), driver: new LocalDriver(), away: () => undefined, stop: async () => {} },
    page: (_request, response) => void response.sendStatus(404),
    defineRooms(define) {
      define('beat', BeatRoom);
      define('idle', IdleRoom);
    },
  });
  return {
    port: server.port,
    createRoom: async (name, options) => (await matchMaker.createRoom(name, options)).roomId,
    counters: () => ({
      skipped: meter.total('hypogeum_tick_skipped_total'),
      caughtUp: meter.total('hypogeum_tick_caught_up_total'),
    }),
    stop: () => server.stop(),
  };
}
