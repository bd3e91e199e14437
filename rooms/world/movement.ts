/**
 * One body and one step: the part of the simulation that a client predicts, and by which creatures walk too. Positions
 * are rounded to float32, as the wire carries them, so that a client replays from what the server continued from.
 */
import { CELL, CELLS, heightAt, OBSTACLES, paceAt, SEA, SIZE } from './map.ts';
import { BODY_RADIUS, MAX_STEPS, TICK_SECONDS, WALK_SPEED } from './rules.ts';

/** What of a `Unit` a step changes. */
export interface Body {
  x: number;
  y: number;
  heading: number;
}

/** The fields that the SDK's reconciler mirrors: all that `stepBody` reads or writes. */
export const PREDICTED_FIELDS: readonly (keyof Body)[] = ['x', 'y', 'heading'];

/** Satisfied by `WalkInput`. */
export interface Walk {
  /** -127 .. 127, whole numbers. */
  moveX: number;
  moveY: number;
  /** Ticks that the stick is held. */
  steps: number;
}

const FULL_STICK = 127;
const TAU = Math.PI * 2;
/** How far from the edge of the world a body stays; the sea begins long before. */
const EDGE = 64;
/** How far apart the heights are taken that tell which way the coast runs. */
const SLOPE = 24;

/** Steps `body` in place by one tick of a stick. */
export function stepBody(body: Body, moveX: number, moveY: number): void {
  if (moveX === 0 && moveY === 0) return;
  const scale = stickScale(moveX, moveY) / FULL_STICK;
  go(body, moveX * scale, moveY * scale, WALK_SPEED);
}

/** Moves a body by one tick into a direction of length 0 to 1. False when something held it up. */
export function go(body: Body, dx: number, dy: number, speed: number): boolean {
  const fromX = body.x;
  const fromY = body.y;
  // Nobody gets into the sea by walking; who is there all the same can get out.
  const stride = speed * Math.max(paceAt(fromX, fromY), 0.25) * TICK_SECONDS;
  let x = inside(fromX + dx * stride);
  let y = inside(fromY + dy * stride);
  const at = cellAt(x, y);
  const push = pushOut(x, y, at);
  x += (x - OBSTACLES.x[at]!) * push;
  y += (y - OBSTACLES.y[at]!) * push;
  let dry = isDry(fromX, fromY, x, y);
  if (!dry) {
    // The step becomes one along the coast, if that stays dry: the ground's slope is taken out of it.
    const upX = heightAt(fromX + SLOPE, fromY) - heightAt(fromX - SLOPE, fromY);
    const upY = heightAt(fromX, fromY + SLOPE) - heightAt(fromX, fromY - SLOPE);
    const steep = upX * upX + upY * upY;
    const into = steep === 0 ? 0 : ((x - fromX) * upX + (y - fromY) * upY) / steep;
    x -= upX * into;
    y -= upY * into;
    dry = steep !== 0 && isDry(fromX, fromY, x, y);
  }
  if (dry) {
    body.x = Math.fround(x);
    body.y = Math.fround(y);
  }
  body.heading = headingOf(dx, dy);
  return push === 0 && dry;
}

/**
 * Makes any input harmless, in place: finite and whole, the stick at most fully out in any direction. Sanitizing twice
 * changes nothing more. Clients call it before they send, so that they predict with what the server will use.
 */
export function sanitizeWalk(input: Walk): void {
  const x = within(input.moveX, -FULL_STICK, FULL_STICK, 0);
  const y = within(input.moveY, -FULL_STICK, FULL_STICK, 0);
  const scale = stickScale(x, y);
  input.moveX = Math.trunc(x * scale);
  input.moveY = Math.trunc(y * scale);
  input.steps = within(input.steps, 1, MAX_STEPS, 1);
}

/** Whether somebody can stand here. */
export function isOpen(x: number, y: number): boolean {
  if (x < EDGE || y < EDGE || x > SIZE - EDGE || y > SIZE - EDGE || heightAt(x, y) < SEA) return false;
  return pushOut(x, y, cellAt(x, y)) === 0;
}

/** Radians within [0, 2 pi). */
export function headingOf(dx: number, dy: number): number {
  const angle = Math.atan2(dy, dx);
  return angle < 0 ? angle + TAU : angle;
}

function within(value: number, low: number, high: number, otherwise: number): number {
  return Number.isFinite(value) ? Math.trunc(Math.min(Math.max(value, low), high)) : otherwise;
}

function inside(value: number): number {
  return Math.min(Math.max(value, EDGE), SIZE - EDGE);
}

/** 1, or less for a diagonal that reaches out of the stick's circle. */
function stickScale(x: number, y: number): number {
  const reach = Math.sqrt(x * x + y * y);
  return reach > FULL_STICK ? FULL_STICK / reach : 1;
}

function cellAt(x: number, y: number): number {
  return Math.floor(y / CELL) * CELLS + Math.floor(x / CELL);
}

/**
 * How far a place is to be pushed away from what stands in its cell, as a share of how far off that is; 0 when it is free.
 * What stands in another cell does not reach into this one (map.ts).
 */
function pushOut(x: number, y: number, at: number): number {
  const radius = OBSTACLES.radius[at]!;
  if (radius === 0) return 0;
  const toX = x - OBSTACLES.x[at]!;
  const toY = y - OBSTACLES.y[at]!;
  const reach = radius + BODY_RADIUS;
  const squared = toX * toX + toY * toY;
  return squared >= reach * reach || squared === 0 ? 0 : reach / Math.sqrt(squared) - 1;
}

/** Whether a step ends on land, or at least nearer to it. */
function isDry(fromX: number, fromY: number, x: number, y: number): boolean {
  const height = heightAt(x, y);
  return height >= SEA || height > heightAt(fromX, fromY);
}
