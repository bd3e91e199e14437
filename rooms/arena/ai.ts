/**
 * AI players: `decide` turns what one sees into the input it gives this tick, under the same rules as a person's.
 * Pure: chance comes from the mind's own seed. They are lively and beatable; `ai-aim.ts` holds their faults,
 * `ai-walk.ts` their ways. Who of them is in the room is decided in `crew.ts`.
 */
import { aimAndFire, lookAround } from './ai-aim.ts';
import { type Mind, push } from './ai-mind.ts';
import { chooseGoal, walk } from './ai-walk.ts';
import type { Input } from './movement.ts';
import type { Fighter, World } from './world.ts';

export { createMind, type Mind } from './ai-mind.ts';

const THINK_TICKS = 5;

/** The input of player `id` for this tick; the same object each time, refilled. */
export function decide(mind: Mind, id: string, self: Fighter, world: World): Input {
  mind.input.buttons = 0;
  if (!self.alive) {
    forget(mind);
    return mind.input;
  }
  if (--mind.thinkTicks <= 0) {
    mind.thinkTicks = THINK_TICKS;
    lookAround(mind, id, self, world);
    chooseGoal(mind, id, self, world);
  }
  walk(mind, id, self, world);
  aimAndFire(mind, self, world);
  return mind.input;
}

/** The next life starts afresh. */
function forget(mind: Mind): void {
  push(mind, 0, 0);
  mind.target = '';
  mind.rocketTicks = 0;
  mind.goal = -1;
  mind.hop = -1;
  mind.thinkTicks = 0;
}
