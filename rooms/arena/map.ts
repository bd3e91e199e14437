/** The arena's ground plan: walls a body, a shot and a rocket stop at, places to start, places of pickups. */

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
export interface Point {
  readonly x: number;
  readonly y: number;
}

export const WIDTH = 2000;
export const HEIGHT = 1400;

/** Axis-aligned blocks, in world units; `x, y` is the upper left corner. The plan is point-symmetric, so no corner is better. */
export const WALLS: readonly Rect[] = mirrored([
  { x: 300, y: 260, w: 240, h: 50 },
  { x: 300, y: 310, w: 50, h: 180 },
  { x: 760, y: 160, w: 50, h: 260 },
  { x: 1060, y: 240, w: 320, h: 50 },
  { x: 560, y: 560, w: 180, h: 50 },
  { x: 170, y: 680, w: 220, h: 50 },
  { x: 930, y: 560, w: 50, h: 110 },
  { x: 1560, y: 180, w: 50, h: 240 },
]);

export const SPAWNS: readonly Point[] = mirroredPoints([
  { x: 120, y: 120 },
  { x: 640, y: 110 },
  { x: 1180, y: 110 },
  { x: 1780, y: 120 },
  { x: 110, y: 560 },
  { x: 640, y: 430 },
  { x: 1240, y: 420 },
  { x: 1700, y: 540 },
]);

export interface PickupPlace extends Point {
  readonly kind: 'health' | 'haste';
}
export const PICKUPS: readonly PickupPlace[] = [
  { kind: 'haste', x: 1000, y: 500 },
  { kind: 'haste', x: 1000, y: 900 },
  { kind: 'health', x: 430, y: 400 },
  { kind: 'health', x: 1570, y: 1000 },
  { kind: 'health', x: 1480, y: 340 },
  { kind: 'health', x: 520, y: 1060 },
];

function mirrored(half: Rect[]): Rect[] {
  return [...half, ...half.map((r) => ({ x: WIDTH - r.x - r.w, y: HEIGHT - r.y - r.h, w: r.w, h: r.h }))];
}

function mirroredPoints(half: Point[]): Point[] {
  return [...half, ...half.map((p) => ({ x: WIDTH - p.x, y: HEIGHT - p.y }))];
}
