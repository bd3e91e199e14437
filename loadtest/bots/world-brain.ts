/**
 * What a world bot wants: to walk about, turn now and then, stand for a while. It needs no state of the world, so that a
 * bot that decodes nothing can have it too. Time comes in with each call, chance from a seeded generator.
 */
import type { Random } from '../../src/kernel/random.ts';

/** 16 directions, the first to the east; and to stand. */
export const DIRECTIONS = 16;
export const STAND = DIRECTIONS;

const STAND_SHARE = 0.15;
const CHANGE_MS = 1500;
const CHANGE_JITTER_MS = 4000;
/** How many of 16 directions it turns by at most. */
const TURN = 4;
const FULL_STICK = 127;

export class WorldBrain {
  readonly #random: Random;
  #changeAt = Number.NEGATIVE_INFINITY;
  #direction: number;
  #standing = false;

  constructor(random: Random) {
    this.#random = random;
    this.#direction = random.int(DIRECTIONS);
  }

  /** A direction, or STAND. `now` in milliseconds of any monotonic clock. */
  decide(now: number): number {
    if (now >= this.#changeAt) {
      this.#changeAt = now + CHANGE_MS + this.#random.int(CHANGE_JITTER_MS);
      this.#standing = this.#random.next() < STAND_SHARE;
      this.#direction = (this.#direction + DIRECTIONS + this.#random.int(2 * TURN + 1) - TURN) % DIRECTIONS;
    }
    return this.#standing ? STAND : this.#direction;
  }
}

/** The stick of a direction. */
export function stickOf(direction: number): { moveX: number; moveY: number } {
  if (direction === STAND) return { moveX: 0, moveY: 0 };
  const angle = (direction * 2 * Math.PI) / DIRECTIONS;
  return { moveX: Math.trunc(Math.cos(angle) * FULL_STICK), moveY: Math.trunc(Math.sin(angle) * FULL_STICK) };
}
