/**
 * Every seat that the index offers, told by Redis: MONITOR shows what the script that claims a seat writes down. What
 * joiners are answered would not tell it: a dead process gives no seat, however often its rooms are offered.
 */
import type { Redis } from 'ioredis';
import { KEYS } from '../../src/redis/keys.ts';

export interface Offer {
  /** Of `performance`. */
  readonly at: number;
  readonly roomId: string;
}

export class OfferWatch {
  readonly offers: Offer[] = [];
  readonly #monitor: Redis;

  private constructor(monitor: Redis) {
    this.#monitor = monitor;
    // The clock of Redis is this machine's.
    const sinceEpoch = Date.now() - performance.now();
    monitor.on('monitor', (seconds: string, command: readonly string[]) => {
      const roomId = offeredIn(command);
      if (roomId !== undefined) this.offers.push({ at: Number(seconds) * 1000 - sinceEpoch, roomId });
    });
  }

  /** Resolves when it watches. */
  static async start(store: Redis): Promise<OfferWatch> {
    return new OfferWatch(await store.monitor());
  }

  stop(): void {
    this.#monitor.disconnect();
  }
}

/** The room that a command of a script offers; undefined when it does something else. */
export function offeredIn([name, key, , roomId]: readonly string[]): string | undefined {
  return name?.toUpperCase() === 'HSET' && key === KEYS.claimed ? roomId : undefined;
}
