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
  /** What of the picture is beyond the world's origin, in its own whole pixels. */
  #margin = 0;

  /** Copies what the camera shows; afterwards drawing is in world units. */
  draw(context: CanvasRenderingContext2D, camera: Camera): void {
    this.#fit(camera.scale);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = COLORS.night;
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
    // Usually 1, and then every pixel is copied to a pixel: without a graphics card that is several times as fast.
    const ratio = camera.scale / this.#scale;
    const { width, height } = this.#canvas;
    const margin = this.#margin * ratio;
    context.drawImage(this.#canvas, camera.left - margin, camera.top - margin, width * ratio, height * ratio);
    camera.apply(context);
  }

  #fit(wanted: number): void {
    const scale = Math.min(MAX_SCALE, wanted);
    if (Math.abs(scale - this.#scale) <= this.#scale * TOLERANCE) return;
    this.#scale = scale;
    const margin = Math.ceil(PODIUM * scale);
    this.#margin = margin;
    this.#canvas.width = Math.ceil(WIDTH * scale) + 2 * margin;
    this.#canvas.height = Math.ceil(HEIGHT * scale) + 2 * margin;
    const context = this.#canvas.getContext('2d', { alpha: false })!;
    context.setTransform(scale, 0, 0, scale, margin, margin);
    const random = createRandom(SEED);
    paintFloor(context, random);
    paintWalls(context, random);
  }
}
