/** What part of the arena the screen shows. World units against CSS pixels; follows the player and never shows nothing. */
import { HEIGHT, WIDTH } from '../../../rooms/arena/map.ts';

/** World area on screen, in square units: the same for everybody, whatever the screen's shape. */
const VISIBLE_AREA = 1_000_000;
const SMALLEST_ZOOM = 0.66;
/** How far beyond the arena's edge one sees. */
const MARGIN = 96;
/**
 * So many CSS pixels from the edges of the screen the HUD and the thumbs of a player with a touch screen cover it: upright
 * the top and the bottom, lying the sides. The edge of the arena comes further in, or one would not see oneself there.
 */
const THUMBS = { top: 150, bottom: 250, side: 160 };
/** Seconds in which the camera covers most of the way to where it should be. */
const FOLLOW = 0.11;
const MAX_SHAKE = 11;
const SHAKE_DECAY = 5.5;

export class Camera {
  /** World position in the middle of the screen. */
  x = WIDTH / 2;
  y = HEIGHT / 2;
  zoom = 1;
  width = 1;
  height = 1;
  pixelRatio = 1;
  /** The player has thumbs on the screen. */
  thumbs = false;
  #shake = 0;
  #shakeX = 0;
  #shakeY = 0;
  #clock = 0;

  resize(width: number, height: number, pixelRatio: number): void {
    this.width = width;
    this.height = height;
    this.pixelRatio = pixelRatio;
    this.zoom = Math.max(SMALLEST_ZOOM, Math.sqrt((width * height) / VISIBLE_AREA));
  }

  /** Glides towards a place; `seconds` since the last frame. */
  follow(x: number, y: number, seconds: number): void {
    const share = 1 - Math.exp(-seconds / FOLLOW);
    const upright = this.thumbs && this.height > this.width;
    const side = this.#margin(this.thumbs && !upright ? THUMBS.side : 0);
    const top = this.#margin(upright ? THUMBS.top : 0);
    const bottom = this.#margin(upright ? THUMBS.bottom : 0);
    this.x += (within(x, this.width / this.zoom, -side, WIDTH + side) - this.x) * share;
    this.y += (within(y, this.height / this.zoom, -top, HEIGHT + bottom) - this.y) * share;
    this.#settle(seconds);
  }

  /** Adds to the shaking, which wears off by itself; 1 is as much as there is. */
  shake(strength: number): void {
    this.#shake = Math.min(1, this.#shake + strength);
  }

  /** Device pixels for one world unit. */
  get scale(): number {
    return this.zoom * this.pixelRatio;
  }

  /** Where the world's origin is, in device pixels from the screen's corner. Whole ones: the floor must not shimmer. */
  get left(): number {
    return Math.round((this.width / 2) * this.pixelRatio - (this.x + this.#shakeX) * this.scale);
  }

  get top(): number {
    return Math.round((this.height / 2) * this.pixelRatio - (this.y + this.#shakeY) * this.scale);
  }

  /** From here on, drawing is in world units. */
  apply(context: CanvasRenderingContext2D): void {
    const { scale } = this;
    context.setTransform(scale, 0, 0, scale, this.left, this.top);
  }

  /** From here on, drawing is in CSS pixels of the screen. */
  applyScreen(context: CanvasRenderingContext2D): void {
    context.setTransform(this.pixelRatio, 0, 0, this.pixelRatio, 0, 0);
  }

  worldX(screenX: number): number {
    return this.x + (screenX - this.width / 2) / this.zoom;
  }

  worldY(screenY: number): number {
    return this.y + (screenY - this.height / 2) / this.zoom;
  }

  screenX(worldX: number): number {
    return (worldX - this.x) * this.zoom + this.width / 2;
  }

  screenY(worldY: number): number {
    return (worldY - this.y) * this.zoom + this.height / 2;
  }

  /** Whether a circle in the world may be on the screen. */
  sees(x: number, y: number, radius: number): boolean {
    return (
      Math.abs(x - this.x) < this.width / 2 / this.zoom + radius &&
      Math.abs(y - this.y) < this.height / 2 / this.zoom + radius
    );
  }

  /** World units beyond the arena's edge, of which so many CSS pixels are covered. */
  #margin(covered: number): number {
    return Math.max(MARGIN, covered / this.zoom);
  }

  #settle(seconds: number): void {
    this.#clock += seconds;
    this.#shake = Math.max(0, this.#shake - this.#shake * SHAKE_DECAY * seconds);
    const reach = this.#shake * this.#shake * MAX_SHAKE;
    this.#shakeX = Math.sin(this.#clock * 71) * reach;
    this.#shakeY = Math.sin(this.#clock * 83 + 1) * reach;
  }
}

/** The nearest place to `center` from which a view of `size` shows nothing outside of `from` to `to`. */
function within(center: number, size: number, from: number, to: number): number {
  const low = from + size / 2;
  const high = to - size / 2;
  return low > high ? (from + to) / 2 : Math.min(high, Math.max(low, center));
}
