/** The canvas: what is drawn, in which order, and at which resolution. Where things are is told by whoever asks for a frame. */
import { fillWindow } from '../render/screen.ts';
import { Beings } from './beings.ts';
import { Camera } from './camera.ts';
import type { Cast } from './cast.ts';
import { Flora } from './flora.ts';
import { Ground } from './ground.ts';
import { Sky } from './sky.ts';
import type { ThingsShown } from './things.ts';

export class WorldView {
  readonly camera = new Camera();
  readonly sky = new Sky();
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #ground = new Ground();
  readonly #flora = new Flora();
  readonly #beings = new Beings();

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d', { alpha: false })!;
    fillWindow(canvas, this.camera);
  }

  /** `time` in seconds. Draws nothing before the own body is there. */
  draw(cast: Cast, things: ThingsShown, time: number): void {
    const { self } = cast;
    if (!self) return;
    const context = this.#context;
    const { camera, sky } = this;
    this.#ground.draw(context, camera);
    this.#flora.drawLow(context, camera);
    things.draw(context, camera, time);
    this.#beings.draw(context, cast, camera, time);
    this.#flora.drawHigh(context, camera, self.x, self.y, time);
    camera.applyScreen(context);
    sky.draw(context, camera);
    camera.apply(context);
    this.#beings.drawLights(context, cast, camera, sky.night);
    camera.applyScreen(context);
    sky.drawHaze(context, camera);
    camera.apply(context);
    sky.drawEdge(context, self.x, self.y, time);
    this.#beings.drawNames(context, cast, camera);
    things.drawTaken(context, self);
  }

  /** Nothing of the last world is left. */
  clear(): void {
    this.#beings.clear();
    this.#context.setTransform(1, 0, 0, 1, 0, 0);
    this.#context.fillStyle = '#0b0705';
    this.#context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
  }
}
