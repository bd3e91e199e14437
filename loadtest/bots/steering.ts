/** Roughly around the arena's walls: whiskers, not path finding. Bots get about; they need not get there. */
import { HEIGHT, WIDTH } from '../../rooms/arena/map.ts';
import { BODY_RADIUS } from '../../rooms/arena/rules.ts';
import { traceRay } from '../../rooms/arena/simulation.ts';
import type { Random } from '../../src/kernel/random.ts';

/** How far ahead a heading must be free. */
const WHISKER = 90;
/** Radians beside the wish, tried in this order. */
const DETOURS = [0, 0.5, -0.5, 1, -1, 1.6, -1.6, 2.3, -2.3];
const MARGIN = 80;

/** The heading nearest to `wish` (radians) with room to go; straight back when there is none. */
export function clearHeading(x: number, y: number, wish: number): number {
  for (const detour of DETOURS) {
    const heading = wish + detour;
    if (traceRay(x, y, Math.cos(heading), Math.sin(heading), WHISKER, BODY_RADIUS) >= WHISKER) return heading;
  }
  return wish + Math.PI;
}

export function randomPlace(random: Random): { x: number; y: number } {
  return {
    x: MARGIN + random.next() * (WIDTH - 2 * MARGIN),
    y: MARGIN + random.next() * (HEIGHT - 2 * MARGIN),
  };
}
