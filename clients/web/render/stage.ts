/** Floor and walls as one picture, painted at the screen's resolution and kept: a frame copies the part it shows. */
import { HEIGHT, WIDTH } from '../../../rooms/arena/map.ts';
import { createRandom } from '../../../src/kernel/random.ts';
import type { Camera } from './camera.ts';
import { paintFloor } from './floor.ts';
import { COLORS } from './palette.ts';
import { PODIUM, paintWalls } from './walls.ts';

/** Every visitor sees the same sand. */
const SEED = 80;
/** More pixels than this for one unit cost memory that phones do not have. */
const MAX_SCALE = 1.6;
/** Painted again when the resolution wanted differs by more than this. */
const TOLERANCE = 0.12;

export class Stage {
  readonly #canvas = document.createElement('canvas');
  #scale = 0;

  /** Copies what the camera shows; afterwards drawing is in world units. */
  draw(context: CanvasRenderingContext2D, camera: Camera): void {
    this.#fit(camera.zoom * camera.pixelRatio);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = COLORS.night;
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
    camera.apply(context);
    const left = Math.max(-PODIUM, camera.worldX(0) - 20);
    const top = Math.max(-PODIUM, camera.worldY(0) - 20);
    const width = Math.min(WIDTH + PODIUM, camera.worldX(camera.width) + 20) - left;
    const height = Math.min(HEIGHT + PODIUM, camera.worldY(camera.height) + 20) - top;
    const s = this.#scale;
    context.drawImage(
      this.#canvas,
      (left + PODIUM) * s,
      (top + PODIUM) * s,
      width * s,
      height * s,
      left,
      top,
      width,
      height,
    );
  }

  #fit(wanted: number): void {
    const scale = Math.min(MAX_SCALE, wanted);
    if (Math.abs(scale - this.#scale) <= this.#scale * TOLERANCE) return;
    this.#scale = scale;
    this.#canvas.width = Math.ceil((WIDTH + 2 * PODIUM) * scale);
    this.#canvas.height = Math.ceil((HEIGHT + 2 * PODIUM) * scale);
    const context = this.#canvas.getContext('2d', { alpha: false })!;
    context.setTransform(scale, 0, 0, scale, PODIUM * scale, PODIUM * scale);
    const random = createRandom(SEED);
    paintFloor(context, random);
    paintWalls(context, random);
  }
}
