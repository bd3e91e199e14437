/** What creatures do: stand and graze, walk a little, turn away from what is in the way. No plan, no memory, no search. */
import type { Random } from '../../src/kernel/random.ts';
import { go } from './movement.ts';
import { CREATURE_SPEEDS } from './rules.ts';
import type { Creature, Realm } from './world.ts';

const WALK_TICKS = 50;
const GRAZE_TICKS = 110;
/** Drawn from, so that a step needs no trigonometry: 32 directions, the first to the east. */
const DIRECTIONS: readonly { readonly dx: number; readonly dy: number }[] = Array.from({ length: 32 }, (_, i) => ({
  dx: Math.cos((i * Math.PI) / 16),
  dy: Math.sin((i * Math.PI) / 16),
}));

/** One tick of all creatures. */
export function roam({ creatures, random }: Realm): void {
  for (const creature of creatures) {
    if (creature.ticks-- <= 0) decide(creature, random);
    if (creature.dx === 0 && creature.dy === 0) continue;
    const { body, dx, dy } = creature;
    if (!go(body, dx, dy, CREATURE_SPEEDS[body.kind]!)) setOut(creature, random);
  }
}

/** From grazing to walking and back. */
function decide(creature: Creature, random: Random): void {
  if (creature.dx === 0 && creature.dy === 0) {
    setOut(creature, random);
    return;
  }
  creature.ticks = GRAZE_TICKS / 2 + random.int(GRAZE_TICKS);
  creature.dx = 0;
  creature.dy = 0;
}

function setOut(creature: Creature, random: Random): void {
  const { dx, dy } = random.pick(DIRECTIONS);
  creature.ticks = WALK_TICKS / 2 + random.int(WALK_TICKS);
  creature.dx = dx;
  creature.dy = dy;
}
