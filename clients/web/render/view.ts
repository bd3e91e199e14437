/** The canvas: what is drawn, in which order, and at which resolution. Where things are is told by whoever asks for a frame. */
import { HEIGHT, WIDTH } from '../../../rooms/arena/map.ts';
import type { ArenaState } from '../../../rooms/arena/state.ts';
import type { Actor } from './actors.ts';
import { Bodies } from './bodies.ts';
import { Camera } from './camera.ts';
import { Effects } from './effects.ts';
import { Machinery } from './machinery.ts';
import { Overlay } from './overlay.ts';
import { Pickups } from './pickups.ts';
import type { Rockets } from './rockets.ts';
import { fillWindow } from './screen.ts';
import { Stage } from './stage.ts';

/** What of a match is on the screen. */
export interface Scene {
  readonly actors: readonly Actor[];
  readonly self: Actor | undefined;
  readonly rockets: Rockets;
  readonly pickups: ArenaState['pickups'] | undefined;
  /** Where the crosshair is, in CSS pixels; without it a line shows the aim. */
  readonly crosshair: { readonly x: number; readonly y: number } | undefined;
}

export class View {
  readonly camera = new Camera();
  readonly effects: Effects;
  readonly overlay = new Overlay();
  readonly #context: CanvasRenderingContext2D;
  readonly #stage = new Stage();
  readonly #machinery = new Machinery();
  readonly #pickups = new Pickups();
  readonly #bodies = new Bodies();

  constructor(canvas: HTMLCanvasElement) {
    this.#context = canvas.getContext('2d', { alpha: false })!;
    this.effects = new Effects(this.camera, matchMedia('(prefers-reduced-motion: reduce)').matches);
    fillWindow(canvas, this.camera);
  }

  /** The arena without a match, seen from a camera that wanders; behind the start screen. `time` in seconds. */
  drawEmpty(time: number, seconds: number): void {
    const { camera } = this;
    camera.follow(WIDTH / 2 + Math.cos(time * 0.07) * 420, HEIGHT / 2 + Math.sin(time * 0.1) * 260, seconds);
    this.effects.update(seconds);
    this.#drawGround(time);
    this.#pickups.drawPlan(this.#context, camera, time);
    this.#drawAir(time);
  }

  draw(scene: Scene, time: number, seconds: number): void {
    const context = this.#context;
    const { camera, effects, overlay } = this;
    effects.update(seconds);
    overlay.update(seconds);
    this.#drawGround(time);
    this.#pickups.draw(context, scene.pickups, camera, time);
    this.#bodies.draw(context, scene.actors, camera, time);
    if (!scene.crosshair && scene.self?.player.alive) overlay.drawAimLine(context, scene.self);
    scene.rockets.draw(context, camera);
    this.#drawAir(time, () => {
      this.#bodies.drawNames(context, scene.actors, camera);
      effects.drawLabels(context);
      if (scene.self?.player.alive) overlay.drawHurtArc(context, scene.self);
    });
    overlay.drawIndicators(context, scene.actors, camera);
    if (scene.crosshair && scene.self?.player.alive)
      overlay.drawCrosshair(context, scene.crosshair.x, scene.crosshair.y);
  }

  /** Nothing of the last match is left. */
  clear(): void {
    this.effects.clear();
    this.#bodies.forgetNames();
  }

  #drawGround(time: number): void {
    this.#stage.draw(this.#context, this.camera);
    this.#machinery.drawPits(this.#context, this.camera, time);
    this.effects.drawLow(this.#context);
  }

  /** Light, then darkness, then what must stay readable; ends in screen space. */
  #drawAir(time: number, readable?: () => void): void {
    const context = this.#context;
    this.#machinery.drawTorches(context, this.camera, time);
    this.effects.drawHigh(context);
    this.camera.applyScreen(context);
    this.overlay.drawVignette(context, this.camera);
    if (!readable) return;
    this.camera.apply(context);
    readable();
    this.camera.applyScreen(context);
  }
}
