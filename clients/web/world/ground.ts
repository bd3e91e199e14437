/**
 * The ground on the screen: squares of the world painted once, when they come near, and copied from then on. At most one
 * is painted ahead of its time in a frame. What is in such a picture is paint.ts's business.
 */
import { SIZE } from '../../../rooms/world/map.ts';
import { type Camera, CHUNK } from './camera.ts';
import { paintChunk } from './paint.ts';

const CHUNKS = Math.ceil(SIZE / CHUNK);
/** Pictures kept; a screen shows up to 20. */
const KEPT = 44;
/** How far beyond the screen the ground is painted ahead. */
const AHEAD = 200;
const DEEP_SEA = '#10222a';

export class Ground {
  /** By place; the map's order is that of their last use. */
  readonly #chunks = new Map<number, HTMLCanvasElement>();
  #scale = 0;

  /** Copies what the camera shows; afterwards drawing is in world units. */
  draw(context: CanvasRenderingContext2D, camera: Camera): void {
    this.#fit(camera.scale);
    context.setTransform(1, 0, 0, 1, 0, 0);
    const side = Math.round(CHUNK * camera.scale);
    for (const { column, row } of squares(camera, 0)) {
      const [x, y] = [camera.left + column * side, camera.top + row * side];
      const chunk = this.#chunk(column, row);
      if (chunk) context.drawImage(chunk, x, y);
      else fillSea(context, x, y, side);
    }
    this.#paintAhead(camera);
    camera.apply(context);
  }

  #paintAhead(camera: Camera): void {
    for (const { column, row } of squares(camera, AHEAD)) {
      if (!isWorld(column, row) || this.#chunks.has(row * CHUNKS + column)) continue;
      this.#chunk(column, row);
      return;
    }
  }

  #chunk(column: number, row: number): HTMLCanvasElement | undefined {
    if (!isWorld(column, row)) return undefined;
    const place = row * CHUNKS + column;
    const chunk = this.#chunks.get(place) ?? paintChunk(column * CHUNK, row * CHUNK, CHUNK, this.#scale);
    this.#chunks.delete(place);
    this.#chunks.set(place, chunk);
    if (this.#chunks.size > KEPT) this.#chunks.delete(this.#chunks.keys().next().value!);
    return chunk;
  }

  #fit(scale: number): void {
    if (scale === this.#scale) return;
    this.#scale = scale;
    this.#chunks.clear();
  }
}

function* squares(camera: Camera, margin: number): Generator<{ column: number; row: number }> {
  const at = (world: number): number => Math.floor(world / CHUNK);
  const [width, height] = [camera.halfWidth + margin, camera.halfHeight + margin];
  for (let row = at(camera.y - height); row <= at(camera.y + height); row++) {
    for (let column = at(camera.x - width); column <= at(camera.x + width); column++) yield { column, row };
  }
}

function isWorld(column: number, row: number): boolean {
  return column >= 0 && row >= 0 && column < CHUNKS && row < CHUNKS;
}

function fillSea(context: CanvasRenderingContext2D, x: number, y: number, side: number): void {
  context.fillStyle = DEEP_SEA;
  context.fillRect(x, y, side, side);
}
