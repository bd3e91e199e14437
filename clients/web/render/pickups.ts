/** Pickups: what floats over the brass plates, and the dimmed plate while it is away. */
import { PICKUPS } from '../../../rooms/arena/map.ts';
import type { ArenaState } from '../../../rooms/arena/state.ts';
import type { Camera } from './camera.ts';
import { COLORS } from './palette.ts';
import { glowSprite, type Sprite, sprite, stamp } from './sprites.ts';

const HOVER = 5;

export class Pickups {
  readonly #health = tokenSprite(COLORS.health, paintCross);
  readonly #haste = tokenSprite(COLORS.haste, paintBolt);
  readonly #healthGlow = glowSprite(COLORS.health, 120, 0.5);
  readonly #hasteGlow = glowSprite(COLORS.haste, 120, 0.5);
  readonly #shadow = glowSprite('#000000', 46, 0.7);

  draw(
    context: CanvasRenderingContext2D,
    pickups: ArenaState['pickups'] | undefined,
    camera: Camera,
    time: number,
  ): void {
    if (!pickups) return;
    for (const { active, kind, x, y } of pickups.values()) {
      if (active && camera.sees(x, y, 70)) this.#draw(context, kind, x, y, time);
    }
  }

  /** The plan's own places, where there is no match to look at. */
  drawPlan(context: CanvasRenderingContext2D, camera: Camera, time: number): void {
    for (const { kind, x, y } of PICKUPS) if (camera.sees(x, y, 70)) this.#draw(context, kind, x, y, time);
  }

  #draw(context: CanvasRenderingContext2D, kind: string, x: number, y: number, time: number): void {
    const haste = kind === 'haste';
    const phase = time * 2.6 + x * 0.01;
    const lift = HOVER + Math.sin(phase) * 4;
    context.globalAlpha = 0.8;
    stamp(context, this.#shadow, x, y + 5, 1 - lift * 0.015);
    context.globalCompositeOperation = 'lighter';
    context.globalAlpha = 0.55 + 0.2 * Math.sin(phase);
    stamp(context, haste ? this.#hasteGlow : this.#healthGlow, x, y - lift);
    context.globalCompositeOperation = 'source-over';
    context.globalAlpha = 1;
    stamp(context, haste ? this.#haste : this.#health, x, y - lift);
  }
}

type Sign = (context: CanvasRenderingContext2D) => void;

/** A token of dark glass in a brass rim, with a sign in its colour. */
function tokenSprite(color: string, paintSign: Sign): Sprite {
  return sprite(48, (context) => {
    const glass = context.createRadialGradient(-5, -6, 2, 0, 0, 18);
    glass.addColorStop(0, '#4a4034');
    glass.addColorStop(1, '#17100a');
    context.fillStyle = glass;
    context.beginPath();
    context.arc(0, 0, 17, 0, Math.PI * 2);
    context.fill();
    context.lineWidth = 3;
    context.strokeStyle = COLORS.brass;
    context.stroke();
    context.lineWidth = 1;
    context.strokeStyle = COLORS.brassBright;
    context.beginPath();
    context.arc(0, 0, 18, Math.PI * 1.05, Math.PI * 1.6);
    context.stroke();
    context.fillStyle = color;
    context.shadowColor = color;
    context.shadowBlur = 10;
    paintSign(context);
  });
}

function paintCross(context: CanvasRenderingContext2D): void {
  context.beginPath();
  context.roundRect(-3.4, -9.5, 6.8, 19, 1.6);
  context.roundRect(-9.5, -3.4, 19, 6.8, 1.6);
  context.fill();
}

function paintBolt(context: CanvasRenderingContext2D): void {
  context.beginPath();
  context.moveTo(3, -11);
  context.lineTo(-7, 2);
  context.lineTo(-1, 2);
  context.lineTo(-3, 11);
  context.lineTo(7, -2.5);
  context.lineTo(1, -2.5);
  context.closePath();
  context.fill();
}
