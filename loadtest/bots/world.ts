/**
 * The bots of the open world: most of them thin (world-thin.ts), the first few whole clients of the SDK. These decode all
 * they are sent, ask the server now and then what they should know, and say whether they do.
 */
import { Client, type InputHandle, type Room } from '@colyseus/sdk';
import { type Census, ITEM_KINDS, TICK_RATE } from '../../rooms/world/rules.ts';
import { sanitizeWalk } from '../../rooms/world/simulation.ts';
import type { WalkInput, WorldState } from '../../rooms/world/state.ts';
import { createRandom, type Random } from '../../src/kernel/random.ts';
import type { BotMeter } from '../recorder.ts';
import { tapConnection } from '../tap.ts';
import type { BotKind, BotOrder, LoadBot } from './bot.ts';
import { STAND, stickOf, WorldBrain } from './world-brain.ts';
import { difference, newTally } from './world-census.ts';
import { STEPS_AN_INPUT, ThinWorldBot } from './world-thin.ts';

/** Between two questions of one client. */
const CENSUS_EVERY_MS = 1500;
/** How often it drops something, of all its inputs. */
const DROP_SHARE = 0.02;

export const worldBots: BotKind = {
  inputsPerSecond: TICK_RATE / STEPS_AN_INPUT,
  botsAProcess: 2500,
  join: (order) => (order.number < order.fullBots ? FullWorldBot.join(order) : ThinWorldBot.join(order)),
};

export class FullWorldBot implements LoadBot {
  readonly room: Room<unknown, WorldState>;
  readonly census = { ...newTally(), clients: 1 };
  readonly #input: InputHandle<WalkInput>;
  readonly #random: Random;
  readonly #brain: WorldBrain;
  #askAt = 0;

  private constructor(room: Room<unknown, WorldState>, seed: number) {
    this.room = room;
    this.#input = room.input<WalkInput>();
    this.#random = createRandom(seed);
    this.#brain = new WorldBrain(this.#random);
    room.reconnection.enabled = false;
    room.onMessage('*', () => {});
    room.onMessage<Census>('census', (census) => this.#hear(census));
  }

  static async join({ endpoint, roomName, name, seed }: BotOrder): Promise<FullWorldBot> {
    return new FullWorldBot(await new Client(endpoint).joinOrCreate<WorldState>(roomName, { name }), seed);
  }

  play(now: number): number {
    const direction = this.#brain.decide(now);
    Object.assign(this.#input.data, stickOf(direction), { steps: direction === STAND ? 1 : STEPS_AN_INPUT });
    sanitizeWalk(this.#input.data);
    if (this.#random.next() < DROP_SHARE) this.room.send('drop', this.#random.pick(ITEM_KINDS));
    return this.#input.send();
  }

  tap(meter: BotMeter, now: () => number): void {
    tapConnection(this.room, () => this.#input.lastProcessed, meter, now);
  }

  onLeave(callback: (code: number) => void): void {
    this.room.onLeave(callback);
  }

  leave(): Promise<unknown> {
    return this.room.leave();
  }

  /** Spread out by the seed, from the first time on, so that not all ask in the same tick. */
  compare(now: number): void {
    if (now < this.#askAt || !this.room.connection.isOpen) return;
    const isFirst = this.#askAt === 0;
    this.#askAt = now + CENSUS_EVERY_MS * (isFirst ? this.#random.next() : 0.75 + 0.5 * this.#random.next());
    if (!isFirst) this.room.send('census');
  }

  #hear(census: Census): void {
    const { census: tally } = this;
    tally.firstTick ??= census.tick;
    tally.firstAt ??= census.at;
    tally.lastTick = census.tick;
    tally.lastAt = census.at;
    if (this.room.clock.lastServerTime() !== census.at) {
      tally.stale++;
      return;
    }
    const found = difference(this.room.state, this.room.sessionId, census);
    tally.compared = 1;
    if (found === undefined) tally.equal++;
    else tally.different++;
    if (found !== undefined) tally.firstDifference ??= `${this.room.sessionId}, tick ${census.tick}: ${found}`;
  }
}
