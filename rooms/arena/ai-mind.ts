/** What an AI player carries from tick to tick: its habits, what it believes, and where it is going. */
import { createRandom, type Random } from '../../src/kernel/random.ts';
import type { Input } from './movement.ts';

export interface Mind {
  readonly random: Random;
  /** Refilled each tick; what `decide` answers. */
  readonly input: Input;

  // Habits, drawn once: no two players play alike.
  /** 0 .. 1: how closely its eye follows a target, and how often it thinks of dodging. */
  readonly skill: number;
  /** The distance it likes to fight at. */
  readonly liking: number;

  /** Ticks until it looks around again. */
  thinkTicks: number;

  // The fight.
  /** The enemy it looks at; empty when it sees none. */
  target: string;
  /** Ticks until it has taken in that there is an enemy. */
  noticeTicks: number;
  /** Where it believes the target is: the eye lags behind. */
  trackX: number;
  trackY: number;
  /** Unsteadiness of the hand, in radians; wanders. */
  aimError: number;
  /** Ticks left of the current burst (while positive) or of the pause after it (while negative). */
  triggerTicks: number;
  /** Ticks left to line a rocket up. */
  rocketTicks: number;
  strafe: number;
  strafeTicks: number;

  // The way.
  /** Waypoint it is going to, and the one on the way there; -1 for none. */
  goal: number;
  hop: number;
  goalTicks: number;
  /** Where it was when it last checked that it gets on. */
  wasX: number;
  wasY: number;
  checkTicks: number;
}

/** A new player behind the controls. Equal seeds play alike. */
export function createMind(seed: number): Mind {
  const random = createRandom(seed);
  return {
    random,
    input: { moveX: 0, moveY: 0, aim: 0, buttons: 0 },
    skill: random.next(),
    liking: 170 + 150 * random.next(),
    thinkTicks: random.int(6),
    target: '',
    noticeTicks: 0,
    trackX: 0,
    trackY: 0,
    aimError: 0,
    triggerTicks: 0,
    rocketTicks: 0,
    strafe: 1,
    strafeTicks: 0,
    goal: -1,
    hop: -1,
    goalTicks: 0,
    wasX: 0,
    wasY: 0,
    checkTicks: 0,
  };
}

/** Sets the stick of the mind's input to a direction of any length. */
export function push(mind: Mind, dx: number, dy: number): void {
  const reach = Math.sqrt(dx * dx + dy * dy);
  mind.input.moveX = reach > 0 ? Math.trunc((dx / reach) * 127) : 0;
  mind.input.moveY = reach > 0 ? Math.trunc((dy / reach) * 127) : 0;
}
