/** The arena's numbers: what the game is balanced by, shared by server, page and bots. */

export const TICK_RATE = 30;
export const TICK_SECONDS = 1 / TICK_RATE;
const seconds = (s: number): number => Math.round(s * TICK_RATE);

export const MAX_PLAYERS = 16;
/** AI players fill a room up to this many. */
export const FILL = 8;
export const ROUND_SECONDS = 180;
export const RESULT_SECONDS = 8;

/** Bits of `ArenaInput.buttons`. */
export const Button = { fire: 1, rocket: 2, dash: 4 } as const;
export const ALL_BUTTONS = Button.fire | Button.rocket | Button.dash;

export const BODY_RADIUS = 20;
export const MAX_SPEED = 330;
export const HASTE_FACTOR = 1.35;
/** Units per second per second, full stick; and how fast a body slows without it (per second). */
export const ACCELERATION = 2600;
export const FRICTION = 7;
export const DASH_SPEED = 980;
export const DASH_TICKS = seconds(0.15);
export const DASH_COOLDOWN_TICKS = seconds(1.6);

export const MAX_HEALTH = 100;
export const RESPAWN_TICKS = seconds(2);
export const SHIELD_TICKS = seconds(1.2);

export const GUN_DAMAGE = 12;
export const GUN_RANGE = 900;
export const GUN_COOLDOWN_TICKS = seconds(0.16);
/** A hit is judged where the shooter saw the target, but never further back than this. */
export const MAX_REWIND_MS = 250;

export const ROCKET_SPEED = 520;
export const ROCKET_COOLDOWN_TICKS = seconds(1.1);
export const ROCKET_RADIUS = 7;
export const ROCKET_LIFE_TICKS = seconds(3);
export const SPLASH_RADIUS = 120;
export const SPLASH_DAMAGE = 70;
/** What of the splash its own shooter takes, and how fast a burst throws a body that touches it (units per second). */
export const SELF_SPLASH_FACTOR = 0.5;
export const KNOCKBACK = 620;

export const PICKUP_RADIUS = 18;
export const PICKUP_RESPAWN_TICKS = seconds(12);
export const HEALTH_PICKUP = 40;
export const HASTE_TICKS = seconds(6);

export const SCORE_KILL = 100;
export const SCORE_SUICIDE = -50;

/** Messages beside the state; payloads are plain objects. */
export interface ArenaMessages {
  /** Somebody died. `killer` is empty for an accident of nobody's making, and `victim` itself after an own rocket. */
  kill: { killer: string; victim: string; weapon: 'gun' | 'rocket' };
  /** Sent to the shooter alone: a shot or splash of theirs hurt somebody, who stood at `x, y`. */
  hit: { victim: string; damage: number; x: number; y: number };
  /** Sent to the hurt player alone; `x, y` is where it came from: the shooter, or the burst. */
  hurt: { by: string; damage: number; x: number; y: number };
  /** A rocket burst here. */
  boom: { x: number; y: number };
  /** Somebody took a pickup. */
  pickup: { by: string; id: string; kind: 'health' | 'haste' };
}
