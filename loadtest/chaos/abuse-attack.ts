/** What an attack is, and the field it finds: a server, rooms to be let into, and time. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../src/kernel/random.ts';
import type { AttackOrder } from './abuse-messages.ts';
import type { Score } from './abuse-score.ts';

/**
 * When an attacker counts as limited, from LIMITED_WITHIN_MS after the beginning on: at most `limit` a second are accepted;
 * at most `limit` are held at a time; or none was ever accepted.
 */
export type Measure = 'rate' | 'held' | 'never';

export interface Attack {
  readonly name: string;
  /** One line, for `--list`. */
  readonly what: string;
  /** What is offered, in the plural. */
  readonly unit: string;
  /** What it means that the server accepted one. */
  readonly accepts: string;
  readonly measure: Measure;
  readonly limit: number;
  /** Units a second that must really be offered, or it was no such attack. */
  readonly perSecond?: number;
  /** Its windows are so many times as long: for an amount that is asked for whatever its rate. */
  readonly longer?: number;
  /** Public rooms with a player in each. */
  readonly publicRooms?: number;
  /** Returns when `field.over`, soon after, or sooner if it is done. */
  run(field: Field, score: Score): Promise<void>;
}

export interface Field {
  readonly port: number;
  readonly order: AttackOrder;
  readonly random: Random;
  /** Ids of a stock room and a GameRoom that let everybody in. */
  readonly pens: readonly [stock: string, game: string];
  readonly publicRooms: readonly string[];
  /** What an SDK sent while it played: payloads of WebSocket messages. */
  readonly recorded: readonly Buffer[];
  /** The time of the attack is up. */
  readonly over: boolean;
  readonly leftMs: number;
  /** An address that nobody has used before. */
  stranger(): string;
  /** Of all pens: messages that reached a handler, and whether every object has a property from outside. */
  tally(): Promise<{ readonly handled: number; readonly polluted: boolean }>;
}

/** Runs `lane` so many times side by side, each with its number. */
export async function lanes(count: number, lane: (index: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => lane(index)));
}

/** As `perSecond`, evenly, whatever becomes of each, as long as the time is not up. `most`: how many may be under way at a time. */
export async function paced(
  field: Field,
  { perSecond, most }: { readonly perSecond: number; readonly most: number },
  one: (index: number) => Promise<void>,
): Promise<void> {
  const beganAt = performance.now();
  const underWay = new Set<Promise<void>>();
  for (let index = 0; !field.over; ) {
    const due = ((performance.now() - beganAt) * perSecond) / 1000;
    for (; index < due && underWay.size < most; index++) {
      const done = one(index).finally(() => underWay.delete(done));
      underWay.add(done);
    }
    await sleep(1);
  }
  await Promise.all(underWay);
}
