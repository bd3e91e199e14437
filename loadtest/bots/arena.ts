/**
 * One bot in an arena room: joins through the SDK like a player, and sends one input whenever `play` is called. Who
 * calls it, and how often, is the caller's: the headless load test schedules slots, the Colyseus CLI's script uses a
 * plain interval. What the bot wants is in `arena-brain.ts`.
 */
import { Client, type InputHandle, type Room } from '@colyseus/sdk';
import { TICK_RATE } from '../../rooms/arena/rules.ts';
import { sanitizeInput } from '../../rooms/arena/simulation.ts';
import type { ArenaInput, ArenaState } from '../../rooms/arena/state.ts';
import { createRandom } from '../../src/kernel/random.ts';
import type { BotMeter } from '../recorder.ts';
import { tapConnection } from '../tap.ts';
import { ArenaBrain } from './arena-brain.ts';
import type { BotKind, LoadBot } from './bot.ts';

export type ArenaRoom = Room<unknown, ArenaState>;

export interface BotIdentity {
  readonly name: string;
  readonly seed: number;
}

export const arenaBots: BotKind = {
  inputsPerSecond: TICK_RATE,
  botsAProcess: 100,
  join: ({ endpoint, roomName, ...identity }) => joinArena(new Client(endpoint), roomName, identity),
};

export class ArenaBot implements LoadBot {
  readonly room: ArenaRoom;
  readonly #input: InputHandle<ArenaInput>;
  readonly #brain: ArenaBrain;

  constructor(room: ArenaRoom, seed: number) {
    this.room = room;
    this.#input = room.input<ArenaInput>();
    this.#brain = new ArenaBrain(room.sessionId, createRandom(seed));
  }

  /** Decides and sends one input; `now` in milliseconds of any monotonic clock. The input's number, 0 if it was not sent. */
  play(now: number): number {
    this.#brain.decide(this.room.state, now, this.#input.data);
    sanitizeInput(this.#input.data);
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
}

/**
 * Joins any open room of that name, or a new one. A bot that loses its connection stays away: a drop is a result, not
 * something to repair. Throws the SDK's MatchMakeError or ServerError, whose `code` says why.
 */
export async function joinArena(client: Client, roomName: string, identity: BotIdentity): Promise<ArenaBot> {
  const room: ArenaRoom = await client.joinOrCreate<ArenaState>(roomName, { name: identity.name });
  room.reconnection.enabled = false;
  room.onMessage('*', () => {});
  return new ArenaBot(room, identity.seed);
}
