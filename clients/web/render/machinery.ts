/** What moves in the arena by itself: gears under the grates, light of embers below, torches. */
import type { Camera } from './camera.ts';
import { GEAR_PITS } from './floor.ts';
import { COLORS } from './palette.ts';
import { gearSprite, glowSprite, grateSprite, stamp, stampTurned } from './sprites.ts';
import { TORCHES } from './walls.ts';

export class Machinery {
  readonly #gear = gearSprite(78, 20, '#8d6429', '#c99543');
  readonly #pinion = gearSprite(40, 10, '#6f4c1d', '#a87a36');
  readonly #grate = grateSprite(82);
  readonly #ember = glowSprite(COLORS.ember, 190, 0.8);
  readonly #torch = glowSprite('#ff9c3f', 430, 0.5);
  readonly #flame = glowSprite('#fff0b8', 34, 1);

  /** In the floor, below everything else that moves. */
  drawPits(context: CanvasRenderingContext2D, camera: Camera, time: number): void {
    for (const { x, y, radius } of GEAR_PITS) {
      if (!camera.sees(x, y, radius + 10)) continue;
      context.save();
      context.beginPath();
      context.arc(x, y, radius, 0, Math.PI * 2);
      context.clip();
      context.globalAlpha = 0.75 + 0.2 * Math.sin(time * 1.7 + x);
      stamp(context, this.#ember, x + 26, y + 30);
      context.globalAlpha = 1;
      stampTurned(context, this.#pinion, x + 54, y + 50, -time * 0.7 + 0.16);
      stampTurned(context, this.#gear, x - 26, y - 20, time * 0.35);
      context.restore();
      stamp(context, this.#grate, x, y);
    }
  }

  drawTorches(context: CanvasRenderingContext2D, camera: Camera, time: number): void {
    context.globalCompositeOperation = 'lighter';
    for (let i = 0; i < TORCHES.length; i++) {
      const { x, y } = TORCHES[i]!;
      if (!camera.sees(x, y, 215)) continue;
      const flicker = 0.8 + 0.12 * Math.sin(time * 9 + i * 2.1) + 0.08 * Math.sin(time * 23 + i);
      context.globalAlpha = 0.62 * flicker;
      stamp(context, this.#torch, x, y);
      context.globalAlpha = 0.95;
      stamp(context, this.#flame, x + Math.sin(time * 13 + i) * 1.2, y, flicker);
    }
    context.globalCompositeOperation = 'source-over';
    context.globalAlpha = 1;
  }
}
