/**
 * Lines and circles against the arena's walls: how far a shot flies, and whether a place can be seen from another.
 * Pure numbers, shared by server, page and bots; only operations whose result IEEE 754 fixes are used where a
 * predicted value depends on it (no `hypot`, no `exp`). It knows no players and no rules.
 */
import { HEIGHT, type Rect, WALLS, WIDTH } from './map.ts';

/**
 * Distance from `x, y` along the unit vector `dx, dy` to the first wall or to the arena's edge, at most `range`.
 * `margin` thickens every wall, so that a ray stands for something that wide.
 */
export function traceRay(x: number, y: number, dx: number, dy: number, range: number, margin = 0): number {
  let distance = Math.min(range, distanceToEdge(x, y, dx, dy, margin));
  for (const wall of WALLS) {
    const hit = rayToRect(x, y, dx, dy, wall, margin);
    if (hit < distance) distance = hit;
  }
  return distance;
}

/** How far a shot from `x, y` at `angle` (radians, clockwise from east) flies before a wall stops it, at most `range`. */
export function traceShot(x: number, y: number, angle: number, range: number): number {
  return traceRay(x, y, Math.cos(angle), Math.sin(angle), range);
}

/** Whether nothing stands between two places; `margin` asks for that much room on both sides of the line. */
export function canSee(x: number, y: number, toX: number, toY: number, margin = 0): boolean {
  const distance = length(toX - x, toY - y);
  if (distance === 0) return true;
  return traceRay(x, y, (toX - x) / distance, (toY - y) / distance, distance, margin) >= distance;
}

/**
 * Distance from `x, y` along the unit vector `dx, dy` to the circle at `cx, cy`; 0 from inside it, Infinity when it is missed.
 * The usual quadratic, written with the projection on the ray.
 */
export function raycastCircle(
  x: number,
  y: number,
  dx: number,
  dy: number,
  cx: number,
  cy: number,
  radius: number,
): number {
  const toX = cx - x;
  const toY = cy - y;
  const along = toX * dx + toY * dy;
  const outside = toX * toX + toY * toY - radius * radius;
  if (outside <= 0) return 0;
  const half = along * along - outside;
  if (along <= 0 || half < 0) return Number.POSITIVE_INFINITY;
  return along - Math.sqrt(half);
}

export function length(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

function distanceToEdge(x: number, y: number, dx: number, dy: number, margin: number): number {
  const across = dx > 0 ? (WIDTH - margin - x) / dx : dx < 0 ? (margin - x) / dx : Number.POSITIVE_INFINITY;
  const down = dy > 0 ? (HEIGHT - margin - y) / dy : dy < 0 ? (margin - y) / dy : Number.POSITIVE_INFINITY;
  return Math.max(0, Math.min(across, down));
}

/**
 * Slab test (Kay and Kajiya 1986): where the ray is between the wall's left and right, and between its upper and
 * lower side, at the same time. Infinity when nowhere ahead; 0 from inside.
 */
function rayToRect(x: number, y: number, dx: number, dy: number, wall: Rect, margin: number): number {
  let enter = 0;
  let leave = Number.POSITIVE_INFINITY;
  if (dx === 0) {
    if (x <= wall.x - margin || x >= wall.x + wall.w + margin) return Number.POSITIVE_INFINITY;
  } else {
    const a = (wall.x - margin - x) / dx;
    const b = (wall.x + wall.w + margin - x) / dx;
    enter = Math.max(enter, Math.min(a, b));
    leave = Math.min(leave, Math.max(a, b));
  }
  if (dy === 0) {
    if (y <= wall.y - margin || y >= wall.y + wall.h + margin) return Number.POSITIVE_INFINITY;
  } else {
    const a = (wall.y - margin - y) / dy;
    const b = (wall.y + wall.h + margin - y) / dy;
    enter = Math.max(enter, Math.min(a, b));
    leave = Math.min(leave, Math.max(a, b));
  }
  return enter < leave ? enter : Number.POSITIVE_INFINITY;
}
