/**
 * The arena's replicated state: all that a client is told. What it means and how it changes is in
 * `simulation.ts`, which knows these classes only by their shape. Times are counted in ticks, so that the
 * server and a predicting client count alike; positions are in world units (a player's body is 20 wide in radius).
 */
import { type SchemaType, schema, t } from '@colyseus/schema';

/** One body in the arena, a person's or an AI's. The key in `ArenaState.players` is the session id, or `ai:N`. */
export const Player = schema(
  {
    name: t.string().default(''),
    ai: t.boolean().default(false),
    /** False while the person's connection is away and the seat is kept. */
    connected: t.boolean().default(true),
    /** Index into the palette of the page; unique among the players of a room. */
    color: t.uint8().default(0),

    // Movement: what a client predicts.
    x: t.float32().default(0),
    y: t.float32().default(0),
    vx: t.float32().default(0),
    vy: t.float32().default(0),
    /** Radians, 0 is east, growing clockwise on the screen (y points down). */
    aim: t.quantized({ min: 0, max: Math.PI * 2, bits: 16, mode: 'wrap' }).default(0),
    /** Ticks that the dash still carries the body; 0 when it does not. */
    dashTicks: t.uint8().default(0),
    /** Ticks until the next dash, shot, rocket; 0 when ready. */
    dashCooldown: t.uint8().default(0),
    gunCooldown: t.uint8().default(0),
    rocketCooldown: t.uint8().default(0),
    /** Ticks of haste (a pickup) left. */
    hasteTicks: t.uint8().default(0),

    // Condition and score.
    health: t.uint8().default(100),
    alive: t.boolean().default(true),
    /** Ticks until the body is back; 0 when alive. */
    respawnTicks: t.uint8().default(0),
    /** Ticks that a fresh body cannot be hurt. */
    shieldTicks: t.uint8().default(0),
    score: t.int16().default(0),
    kills: t.uint16().default(0),
    deaths: t.uint16().default(0),

    /** Counts hitscan shots (wraps); on a change a client draws a line from the muzzle to `shotX, shotY`. */
    shots: t.uint8().default(0),
    shotX: t.int16().default(0),
    shotY: t.int16().default(0),
  },
  'Player',
);
export type Player = SchemaType<typeof Player>;

export const Rocket = schema(
  {
    owner: t.string().default(''),
    x: t.float32().default(0),
    y: t.float32().default(0),
    vx: t.float32().default(0),
    vy: t.float32().default(0),
  },
  'Rocket',
);
export type Rocket = SchemaType<typeof Rocket>;

export const Pickup = schema(
  {
    /** `health` or `haste`. */
    kind: t.string().default('health'),
    x: t.int16().default(0),
    y: t.int16().default(0),
    /** False while it is taken and not yet back. */
    active: t.boolean().default(true),
  },
  'Pickup',
);
export type Pickup = SchemaType<typeof Pickup>;

export const ArenaState = schema(
  {
    /** `play`, or `result` while the scores of the ended round are shown. */
    phase: t.string().default('play'),
    round: t.uint16().default(1),
    /** Seconds left in the phase, rounded up. */
    secondsLeft: t.uint16().default(0),
    /** Session id of the ended round's winner; empty while playing or on a draw. */
    winner: t.string().default(''),
    players: t.map(Player),
    rockets: t.map(Rocket),
    pickups: t.map(Pickup),
  },
  'ArenaState',
);
export type ArenaState = SchemaType<typeof ArenaState>;

/** What a client sends each tick, delta-encoded by `defineInput`. */
export const ArenaInput = schema(
  {
    /** -127 .. 127: left to right, up to down. */
    moveX: t.int8().default(0),
    moveY: t.int8().default(0),
    aim: t.quantized({ min: 0, max: Math.PI * 2, bits: 16, mode: 'wrap' }).default(0),
    /** Bits of `Button` in rules.ts that are held down. */
    buttons: t.uint8().default(0),
  },
  'ArenaInput',
);
export type ArenaInput = SchemaType<typeof ArenaInput>;
