/** Light and its limits: the time of day over the world, and the haze at the edge of what the server tells of. */
import { DAY_SECONDS, VIEW_RADIUS } from '../../../rooms/world/rules.ts';
import { alpha, COLORS } from '../render/palette.ts';
import type { Camera } from './camera.ts';

/** As shares of a day: when the sun is half up, half down, and how long that takes. */
const SUNRISE = 0.25;
const SUNSET = 0.8;
const TWILIGHT = 0.06;
const DARKEST = 0.56;
/** The haze is painted this much smaller than the screen: it has no edges. */
const COARSE = 4;

export class Sky {
  /** 0 by day, 1 in the night. */
  night = 0;
  readonly #haze = document.createElement('canvas');
  #hour = Number.NaN;
  #twilight = 0;

  /** `hour` in seconds of the world's day; it comes once a second, and the light glides. */
  update(hour: number, seconds: number): void {
    if (Number.isNaN(this.#hour) || Math.abs(hour - this.#hour) > 3) this.#hour = hour;
    this.#hour += (hour - this.#hour) * Math.min(1, seconds * 2);
    const day = this.#hour / DAY_SECONDS;
    const up = smooth((day - SUNRISE) / TWILIGHT + 0.5);
    const down = smooth((day - SUNSET) / TWILIGHT + 0.5);
    this.night = 1 - up + down;
    this.#twilight = 4 * (up * (1 - up) + down * (1 - down));
  }

  /** In screen space. */
  draw(context: CanvasRenderingContext2D, camera: Camera): void {
    if (this.#twilight > 0.01) this.#tint(context, camera, alpha('#d0622a', 0.17 * this.#twilight));
    if (this.night > 0.01) this.#tint(context, camera, alpha('#0b1230', DARKEST * this.night));
  }

  /** In screen space: darker where nothing is told of any more. */
  drawHaze(context: CanvasRenderingContext2D, camera: Camera): void {
    const image = this.#haze;
    const [width, height] = [Math.ceil(camera.width / COARSE), Math.ceil(camera.height / COARSE)];
    if (image.width !== width || image.height !== height) {
      image.width = width;
      image.height = height;
      paintHaze(image, (VIEW_RADIUS * camera.zoom) / COARSE);
    }
    context.drawImage(image, 0, 0, camera.width, camera.height);
  }

  /** In world units: the edge itself, a turning row of dashes. */
  drawEdge(context: CanvasRenderingContext2D, x: number, y: number, time: number): void {
    context.strokeStyle = alpha(COLORS.brass, 0.26);
    context.lineWidth = 2;
    context.setLineDash([14, 22]);
    context.lineDashOffset = -time * 9;
    context.beginPath();
    context.arc(x, y, VIEW_RADIUS, 0, Math.PI * 2);
    context.stroke();
    context.setLineDash([]);
  }

  #tint(context: CanvasRenderingContext2D, { width, height }: Camera, color: string): void {
    context.fillStyle = color;
    context.fillRect(0, 0, width, height);
  }
}

/** What the clock says, in words. */
export function timeOfDay(hour: number): string {
  const day = hour / DAY_SECONDS;
  if (day < SUNRISE - TWILIGHT || day > SUNSET + TWILIGHT) return 'night';
  if (day < SUNRISE + TWILIGHT) return 'dawn';
  if (day > SUNSET - TWILIGHT) return 'dusk';
  return day < 0.45 ? 'morning' : day < 0.58 ? 'noon' : 'afternoon';
}

function smooth(value: number): number {
  const share = Math.min(1, Math.max(0, value));
  return share * share * (3 - 2 * share);
}

function paintHaze(image: HTMLCanvasElement, radius: number): void {
  const context = image.getContext('2d')!;
  const [x, y] = [image.width / 2, image.height / 2];
  const haze = context.createRadialGradient(x, y, radius * 0.5, x, y, radius * 1.22);
  haze.addColorStop(0, 'rgb(10 6 3 / 0%)');
  haze.addColorStop(0.55, 'rgb(10 6 3 / 16%)');
  haze.addColorStop(1, 'rgb(10 6 3 / 72%)');
  context.fillStyle = haze;
  context.fillRect(0, 0, image.width, image.height);
}
