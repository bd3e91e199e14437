/** A match to try the arena's simulation on: the room's own state classes, no room, every event kept. */
import { createHash } from 'node:crypto';
import {
  createMatch,
  type Events,
  type Fighter,
  type Input,
  joinMatch,
  type Match,
} from '../../rooms/arena/simulation.ts';
import { ArenaState, Pickup, Player, Rocket } from '../../rooms/arena/state.ts';
import { createRandom } from '../../src/kernel/random.ts';

export type ArenaEvent =
  | { type: 'kill'; killer: string; victim: string; weapon: string }
  | { type: 'hit'; by: string; victim: string; damage: number; x: number; y: number }
  | { type: 'hurt'; victim: string; by: string; damage: number; x: number; y: number }
  | { type: 'boom'; x: number; y: number }
  | { type: 'pickup'; by: string; id: string; kind: string };

export function recordEvents(into: ArenaEvent[]): Events {
  return {
    kill: (killer, victim, weapon) => into.push({ type: 'kill', killer, victim, weapon }),
    hit: (by, victim, damage, x, y) => into.push({ type: 'hit', by, victim, damage, x, y }),
    hurt: (victim, by, damage, x, y) => into.push({ type: 'hurt', victim, by, damage, x, y }),
    boom: (x, y) => into.push({ type: 'boom', x, y }),
    pickup: (by, id, kind) => into.push({ type: 'pickup', by, id, kind }),
  };
}

export interface TestMatch {
  match: Match;
  state: ArenaState;
  events: ArenaEvent[];
}

export function testMatch(options: { seed?: number; roundSeconds?: number; resultSeconds?: number } = {}): TestMatch {
  const { seed = 1, ...seconds } = options;
  const state = new ArenaState();
  const events: ArenaEvent[] = [];
  const match = createMatch({
    world: state,
    random: createRandom(seed),
    events: recordEvents(events),
    make: { player: () => new Player(), rocket: () => new Rocket(), pickup: () => new Pickup() },
    ...seconds,
  });
  return { match, state, events };
}

/** A player at a place, unshielded, looking east. */
export function place(match: Match, id: string, x: number, y: number): Fighter {
  const player = joinMatch(match, id, { name: id, ai: false });
  player.x = x;
  player.y = y;
  player.shieldTicks = 0;
  return player;
}

/** One number for everything in the match: what is replicated, what is not, and where the generator stands. */
export function hashOf({ match, state }: { match: Match; state: ArenaState }): string {
  const hidden = [
    match.phaseTicks,
    match.rocketCount,
    [...match.rocketTicks],
    [...match.pickupTicks],
    match.random.state,
  ];
  return createHash('sha256')
    .update(JSON.stringify([state.toJSON(), hidden]))
    .digest('hex');
}

/** An input that does nothing but what is said. */
export function inputOf(input: Partial<Input> = {}): Input {
  return { moveX: 0, moveY: 0, aim: 0, buttons: 0, ...input };
}
