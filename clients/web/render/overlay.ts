/** What helps to see and aim, over the arena: darkness at the edges, where others are, crosshair, line of aim, who hurt. */
import { GUN_RANGE } from '../../../rooms/arena/rules.ts';
import { traceShot } from '../../../rooms/arena/simulation.ts';
import type { Actor } from './actors.ts';
import type { Camera } from './camera.ts';
import { COLORS } from './palette.ts';

const HIT_SECONDS = 0.16;
const HURT_SECONDS = 0.7;
const INDICATOR_RANGE = 1100;
/** Off the edge, and clear of what stands at the bottom of the screen. */
const INDICATOR_INSET_X = 26;
const INDICATOR_INSET_Y = 92;
/** On a screen lower than this nothing stands there. */
const LOW_SCREEN = 520;
const AIM_LINE = 340;

export class Overlay {
  /** Seconds since the own gun last went off, and since the own shot last hurt somebody. */
  #sinceShot = 1;
  #sinceHit = 1;
  #sinceHurt = 1;
  #hurtAngle = 0;
  readonly #vignette = document.createElement('canvas');

  fired(): void {
    this.#sinceShot = 0;
  }

  hit(): void {
    this.#sinceHit = 0;
  }

  /** The player was hurt from this direction (radians). */
  hurtFrom(angle: number): void {
    this.#hurtAngle = angle;
    this.#sinceHurt = 0;
  }

  update(seconds: number): void {
    this.#sinceShot += seconds;
    this.#sinceHurt += seconds;
    this.#sinceHit += seconds;
  }

  /** A picture as large as the screen: a gradient would be worked out anew for every pixel of every frame. */
  drawVignette(context: CanvasRenderingContext2D, { width, height }: Camera): void {
    const image = this.#vignette;
    const { canvas } = context;
    if (image.width !== canvas.width || image.height !== canvas.height) {
      image.width = canvas.width;
      image.height = canvas.height;
      paintVignette(image);
    }
    context.drawImage(image, 0, 0, width, height);
  }

  /** Small arrows at the edge of the screen towards those who are not on it. */
  drawIndicators(context: CanvasRenderingContext2D, actors: readonly Actor[], camera: Camera): void {
    const halfWidth = camera.width / 2 - INDICATOR_INSET_X;
    const halfHeight = camera.height / 2 - (camera.height > LOW_SCREEN ? INDICATOR_INSET_Y : INDICATOR_INSET_X);
    for (const actor of actors) {
      if (actor.self || !actor.player.alive || camera.sees(actor.x, actor.y, 0)) continue;
      const dx = actor.x - camera.x;
      const dy = actor.y - camera.y;
      const distance = Math.hypot(dx, dy);
      if (distance > INDICATOR_RANGE) continue;
      const scale = Math.min(halfWidth / Math.abs(dx), halfHeight / Math.abs(dy));
      context.globalAlpha = 0.3 + 0.6 * (1 - distance / INDICATOR_RANGE);
      arrow(context, camera.width / 2 + dx * scale, camera.height / 2 + dy * scale, Math.atan2(dy, dx), actor.color);
    }
    context.globalAlpha = 1;
  }

  drawCrosshair(context: CanvasRenderingContext2D, x: number, y: number): void {
    const kick = Math.max(0, 1 - this.#sinceShot / 0.12) * 6;
    const gap = 7 + kick;
    context.lineCap = 'round';
    for (const [width, color] of CROSSHAIR_STROKES) {
      context.lineWidth = width;
      context.strokeStyle = color;
      context.beginPath();
      for (const [dx, dy] of CROSS) {
        context.moveTo(x + dx * gap, y + dy * gap);
        context.lineTo(x + dx * (gap + 8), y + dy * (gap + 8));
      }
      context.stroke();
    }
    context.fillStyle = COLORS.brassBright;
    context.fillRect(x - 1.5, y - 1.5, 3, 3);
    this.#drawHitMark(context, x, y);
  }

  /** An arc around the player towards whoever hurt them last. World units. */
  drawHurtArc(context: CanvasRenderingContext2D, self: Actor): void {
    const left = 1 - this.#sinceHurt / HURT_SECONDS;
    if (left <= 0) return;
    context.globalAlpha = left;
    context.strokeStyle = COLORS.danger;
    context.lineWidth = 5;
    context.lineCap = 'round';
    context.beginPath();
    context.arc(self.x, self.y, 52, this.#hurtAngle - 0.5, this.#hurtAngle + 0.5);
    context.stroke();
    context.globalAlpha = 1;
  }

  /** For sticks, which have no place on the screen that they point at. World units. */
  drawAimLine(context: CanvasRenderingContext2D, self: Actor): void {
    const reach = Math.min(AIM_LINE, traceShot(self.x, self.y, self.aim, GUN_RANGE));
    const [dx, dy] = [Math.cos(self.aim), Math.sin(self.aim)];
    context.strokeStyle = 'rgb(255 226 160 / 42%)';
    context.lineWidth = 2;
    context.setLineDash(DASHES);
    context.beginPath();
    context.moveTo(self.x + dx * 40, self.y + dy * 40);
    context.lineTo(self.x + dx * reach, self.y + dy * reach);
    context.stroke();
    context.setLineDash(NO_DASHES);
    this.#drawHitMark(context, self.x + dx * reach, self.y + dy * reach);
  }

  #drawHitMark(context: CanvasRenderingContext2D, x: number, y: number): void {
    if (this.#sinceHit > HIT_SECONDS) return;
    context.strokeStyle = COLORS.danger;
    context.lineWidth = 2.6;
    context.beginPath();
    for (const [dx, dy] of DIAGONALS) {
      context.moveTo(x + dx * 5, y + dy * 5);
      context.lineTo(x + dx * 11, y + dy * 11);
    }
    context.stroke();
  }
}

type Direction = readonly [number, number];
const CROSS: readonly Direction[] = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
];
const DIAGONALS: readonly Direction[] = [
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
];
const CROSSHAIR_STROKES: readonly (readonly [number, string])[] = [
  [4.5, 'rgb(12 7 4 / 70%)'],
  [2.2, COLORS.brassBright],
];
const DASHES = [3, 9];
const NO_DASHES: number[] = [];

function paintVignette(image: HTMLCanvasElement): void {
  const { width, height } = image;
  const context = image.getContext('2d')!;
  const reach = Math.hypot(width, height) / 2;
  const dark = context.createRadialGradient(width / 2, height / 2, reach * 0.45, width / 2, height / 2, reach);
  dark.addColorStop(0, 'rgb(8 4 2 / 0%)');
  dark.addColorStop(1, 'rgb(8 4 2 / 56%)');
  context.fillStyle = dark;
  context.fillRect(0, 0, width, height);
}

function arrow(context: CanvasRenderingContext2D, x: number, y: number, angle: number, color: string): void {
  context.translate(x, y);
  context.rotate(angle);
  context.beginPath();
  context.moveTo(11, 0);
  context.lineTo(-7, -8);
  context.lineTo(-3, 0);
  context.lineTo(-7, 8);
  context.closePath();
  context.fillStyle = color;
  context.strokeStyle = 'rgb(12 7 4 / 80%)';
  context.lineWidth = 2.5;
  context.lineJoin = 'round';
  context.stroke();
  context.fill();
  context.rotate(-angle);
  context.translate(-x, -y);
}
