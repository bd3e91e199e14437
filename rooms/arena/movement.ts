/**
 * One body and one input: how it moves, dashes, slides along walls, and when its weapons fire. This is the part of
 * the simulation that a client predicts: the server steps a `Player` with exactly this code, once for each input it
 * consumes, so every timer in here counts inputs. Positions and velocities are rounded to float32, as the wire
 * carries them: what a client starts a replay from is what the server continued from.
 */
import { clamp, length } from './geometry.ts';
import { HEIGHT, type Rect, WALLS, WIDTH } from './map.ts';
import {
  ACCELERATION,
  ALL_BUTTONS,
  BODY_RADIUS,
  Button,
  DASH_COOLDOWN_TICKS,
  DASH_SPEED,
  DASH_TICKS,
  FRICTION,
  GUN_COOLDOWN_TICKS,
  HASTE_FACTOR,
  MAX_SPEED,
  ROCKET_COOLDOWN_TICKS,
} from './rules.ts';

/** What of a `Player` an input changes. */
export interface Body {
  x: number;
  y: number;
  vx: number;
  vy: number;
  aim: number;
  dashTicks: number;
  dashCooldown: number;
  gunCooldown: number;
  rocketCooldown: number;
  hasteTicks: number;
  alive: boolean;
}

/** The fields that the SDK's reconciler mirrors: all that `stepBody` reads or writes. */
export const PREDICTED_FIELDS: readonly (keyof Body)[] = [
  'x',
  'y',
  'vx',
  'vy',
  'aim',
  'dashTicks',
  'dashCooldown',
  'gunCooldown',
  'rocketCooldown',
  'hasteTicks',
  'alive',
];

/** Satisfied by `ArenaInput`. */
export interface Input {
  /** -127 .. 127, whole numbers. */
  moveX: number;
  moveY: number;
  /** Radians, 0 .. 2 pi. */
  aim: number;
  /** Bits of `Button`. */
  buttons: number;
}

/** What a step set off; a bit mask. The weapon's shot itself is the match's business (`weapons.ts`). */
export const Fired = { gun: 1, rocket: 2, dash: 4 } as const;
export type Fired = number;

const TAU = Math.PI * 2;
const FULL_STICK = 127;
/** Below this speed a body without stick stands still. */
const STANDSTILL = 4;
/** A body's centre stays this far off a wall: a little over the radius, so that rounding to float32 never puts it in. */
const CLEARANCE = BODY_RADIUS + 0.01;
/** The longest way between two looks at the walls: shorter than the radius, so that a centre never enters a wall. */
const STRIDE = BODY_RADIUS * 0.8;
/** Pushing out of one wall may push into its neighbour. */
const PUSH_ROUNDS = 3;

/** A body's motion within one step, in full precision; written back rounded. */
interface Motion {
  x: number;
  y: number;
  vx: number;
  vy: number;
}

/**
 * Steps `body` in place by one input; `dt` in seconds. Returns what fired. A dead body lies still, and its timers
 * stand. Use on the client with the reconciler's `state` and the input as it was sent.
 */
export function stepBody(body: Body, input: Input, dt: number): Fired {
  if (!body.alive) return 0;
  body.aim = input.aim;
  countDown(body);
  const fired = fire(body, input.buttons);
  const motion: Motion = { x: body.x, y: body.y, vx: body.vx, vy: body.vy };
  if (fired & Fired.dash) startDash(body, motion, input);
  else if (body.dashTicks > 0) body.dashTicks--;
  else steer(body, motion, input, dt);
  move(motion, dt);
  body.x = Math.fround(motion.x);
  body.y = Math.fround(motion.y);
  body.vx = Math.fround(motion.vx);
  body.vy = Math.fround(motion.vy);
  return fired;
}

/**
 * Makes any input harmless, in place: numbers finite and in range, the stick at most fully out in any direction, the
 * aim within one turn, only buttons that exist. Sanitizing twice changes nothing more. Clients call it before they
 * send, so that what they predict with is what the server will use.
 */
export function sanitizeInput(input: Input): void {
  const x = axis(input.moveX);
  const y = axis(input.moveY);
  const scale = stickScale(x, y);
  input.moveX = Math.trunc(x * scale);
  input.moveY = Math.trunc(y * scale);
  input.aim = wrapAngle(input.aim);
  input.buttons = Number.isFinite(input.buttons) ? input.buttons & ALL_BUTTONS : 0;
}

/** The same direction within [0, 2 pi); 0 for what is not a number. */
export function wrapAngle(angle: number): number {
  if (!Number.isFinite(angle)) return 0;
  const turned = angle % TAU;
  const wrapped = turned < 0 ? turned + TAU : turned;
  return wrapped < TAU ? wrapped : 0;
}

function axis(value: number): number {
  return Number.isFinite(value) ? Math.trunc(clamp(value, -FULL_STICK, FULL_STICK)) : 0;
}

/** 1, or less for a diagonal that reaches out of the stick's circle. */
function stickScale(x: number, y: number): number {
  const reach = length(x, y);
  return reach > FULL_STICK ? FULL_STICK / reach : 1;
}

function countDown(body: Body): void {
  if (body.dashCooldown > 0) body.dashCooldown--;
  if (body.gunCooldown > 0) body.gunCooldown--;
  if (body.rocketCooldown > 0) body.rocketCooldown--;
  if (body.hasteTicks > 0) body.hasteTicks--;
}

function fire(body: Body, buttons: number): Fired {
  let fired = 0;
  if (buttons & Button.fire && body.gunCooldown === 0) {
    body.gunCooldown = GUN_COOLDOWN_TICKS;
    fired |= Fired.gun;
  }
  if (buttons & Button.rocket && body.rocketCooldown === 0) {
    body.rocketCooldown = ROCKET_COOLDOWN_TICKS;
    fired |= Fired.rocket;
  }
  if (buttons & Button.dash && body.dashCooldown === 0) {
    body.dashCooldown = DASH_COOLDOWN_TICKS;
    fired |= Fired.dash;
  }
  return fired;
}

/** A dash goes where the stick points, or where the body aims; then the direction is fixed for `DASH_TICKS` steps. */
function startDash(body: Body, motion: Motion, input: Input): void {
  const reach = length(input.moveX, input.moveY);
  const dx = reach > 0 ? input.moveX / reach : Math.cos(input.aim);
  const dy = reach > 0 ? input.moveY / reach : Math.sin(input.aim);
  motion.vx = dx * DASH_SPEED;
  motion.vy = dy * DASH_SPEED;
  body.dashTicks = DASH_TICKS - 1;
}

/**
 * With the stick out, velocity goes straight to what the stick asks for, by `ACCELERATION` at most: turning is as
 * quick as starting, and the surplus of a dash or a blast glides out. Without it, friction.
 */
function steer(body: Body, motion: Motion, input: Input, dt: number): void {
  if (input.moveX === 0 && input.moveY === 0) {
    slow(motion, dt);
    return;
  }
  const top = body.hasteTicks > 0 ? MAX_SPEED * HASTE_FACTOR : MAX_SPEED;
  const perUnit = (top / FULL_STICK) * stickScale(input.moveX, input.moveY);
  const wantX = input.moveX * perUnit - motion.vx;
  const wantY = input.moveY * perUnit - motion.vy;
  const want = length(wantX, wantY);
  const share = want > ACCELERATION * dt ? (ACCELERATION * dt) / want : 1;
  motion.vx += wantX * share;
  motion.vy += wantY * share;
}

function slow(motion: Motion, dt: number): void {
  const keep = 1 / (1 + FRICTION * dt);
  motion.vx *= keep;
  motion.vy *= keep;
  if (length(motion.vx, motion.vy) < STANDSTILL) {
    motion.vx = 0;
    motion.vy = 0;
  }
}

/** Moves in strides shorter than any wall is thick, and slides along what is met. */
function move(motion: Motion, dt: number): void {
  const strides = Math.max(1, Math.ceil((length(motion.vx, motion.vy) * dt) / STRIDE));
  for (let i = 0; i < strides; i++) {
    motion.x += (motion.vx * dt) / strides;
    motion.y += (motion.vy * dt) / strides;
    leaveWalls(motion);
  }
}

function leaveWalls(motion: Motion): void {
  for (let round = 0; round < PUSH_ROUNDS; round++) {
    let touched = keepInside(motion);
    for (const wall of WALLS) touched = leaveWall(motion, wall) || touched;
    if (!touched) return;
  }
}

/** Pushes the circle out along the line from the wall's nearest point to its centre. */
function leaveWall(motion: Motion, wall: Rect): boolean {
  const toX = motion.x - clamp(motion.x, wall.x, wall.x + wall.w);
  const toY = motion.y - clamp(motion.y, wall.y, wall.y + wall.h);
  const distance = length(toX, toY);
  if (distance >= CLEARANCE || distance === 0) return false;
  const nx = toX / distance;
  const ny = toY / distance;
  motion.x += nx * (CLEARANCE - distance);
  motion.y += ny * (CLEARANCE - distance);
  loseSpeedInto(motion, nx, ny);
  return true;
}

function keepInside(motion: Motion): boolean {
  const x = clamp(motion.x, BODY_RADIUS, WIDTH - BODY_RADIUS);
  const y = clamp(motion.y, BODY_RADIUS, HEIGHT - BODY_RADIUS);
  if (x === motion.x && y === motion.y) return false;
  if (x !== motion.x) loseSpeedInto(motion, Math.sign(x - motion.x), 0);
  if (y !== motion.y) loseSpeedInto(motion, 0, Math.sign(y - motion.y));
  motion.x = x;
  motion.y = y;
  return true;
}

/** Takes away the part of the velocity that points against the normal: what is left slides. */
function loseSpeedInto(motion: Motion, nx: number, ny: number): void {
  const into = motion.vx * nx + motion.vy * ny;
  if (into >= 0) return;
  motion.vx -= nx * into;
  motion.vy -= ny * into;
}
