/** What stands in the world and stops a body: trees, rocks, columns. Stones lie under the living, crowns over them. */
import { CELL, CELLS, OBSTACLES, Obstacle } from '../../../rooms/world/map.ts';
import { glowSprite, stamp } from '../render/sprites.ts';
import type { Camera } from './camera.ts';
import { columnSprite, crownSprite, rockSprite, TREES } from './sprites.ts';

/** A crown is this much wider than its trunk. */
const CROWN = 2.1;
/** What the sprites were painted with. */
const CROWN_RADIUS = 50;
const ROCK_RADIUS = 30;
const COLUMN_RADIUS = 26;
const ROCKS = 4;
/** A crown that hides the own body lets it show through. */
const THROUGH = 0.42;

export class Flora {
  readonly #crowns = Array.from({ length: TREES }, (_, i) => crownSprite(i));
  readonly #rocks = Array.from({ length: ROCKS }, (_, i) => rockSprite(i));
  readonly #column = columnSprite();
  readonly #shadow = glowSprite('#100a04', 120, 0.7);

  /** Shadows, trunks and stones. */
  drawLow(context: CanvasRenderingContext2D, camera: Camera): void {
    eachInSight(camera, (at, x, y, radius) => {
      const kind = OBSTACLES.kinds[at]!;
      const reach = kind === Obstacle.tree ? radius * CROWN : radius;
      context.globalAlpha = 0.62;
      stamp(context, this.#shadow, x + reach * 0.22, y + reach * 0.26, (reach * 2.7) / 120);
      context.globalAlpha = 1;
      if (kind === Obstacle.rock) stamp(context, this.#rocks[at % ROCKS]!, x, y, radius / ROCK_RADIUS);
      else if (kind === Obstacle.column) stamp(context, this.#column, x, y, radius / COLUMN_RADIUS);
      else drawTrunk(context, x, y, radius);
    });
  }

  /** Crowns, swaying; `selfX, selfY` is who must not vanish under them. `time` in seconds. */
  drawHigh(context: CanvasRenderingContext2D, camera: Camera, selfX: number, selfY: number, time: number): void {
    eachInSight(camera, (at, x, y, radius) => {
      if (OBSTACLES.kinds[at] !== Obstacle.tree) return;
      const reach = radius * CROWN;
      context.globalAlpha = Math.hypot(selfX - x, selfY - y) < reach + 12 ? THROUGH : 1;
      const sway = Math.sin(time * 0.9 + at) * 1.4;
      stamp(context, this.#crowns[at % TREES]!, x + sway, y + sway * 0.4, reach / CROWN_RADIUS);
    });
    context.globalAlpha = 1;
  }
}

function drawTrunk(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.fillStyle = '#3a2816';
  context.beginPath();
  context.arc(x, y, radius * 0.8, 0, Math.PI * 2);
  context.fill();
  context.fillStyle = '#6a4d2c';
  context.beginPath();
  context.arc(x - 1.5, y - 2, radius * 0.56, 0, Math.PI * 2);
  context.fill();
}

type Visit = (at: number, x: number, y: number, radius: number) => void;

function eachInSight({ x, y, halfWidth, halfHeight }: Camera, visit: Visit): void {
  const cell = (world: number): number => Math.min(CELLS - 1, Math.max(0, Math.floor(world / CELL)));
  const margin = CELL / 2;
  for (let row = cell(y - halfHeight - margin); row <= cell(y + halfHeight + margin); row++) {
    for (let column = cell(x - halfWidth - margin); column <= cell(x + halfWidth + margin); column++) {
      const at = row * CELLS + column;
      if (OBSTACLES.kinds[at] !== Obstacle.none) visit(at, OBSTACLES.x[at]!, OBSTACLES.y[at]!, OBSTACLES.radius[at]!);
    }
  }
}
