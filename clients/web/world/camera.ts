/** What part of the world the screen shows: world units against CSS pixels, gliding after the player. */
import { VIEW_RADIUS } from '../../../rooms/world/rules.ts';

/** The ground is painted in squares with sides this long, in world units. */
export const CHUNK = 512;

/** The longer half of the screen shows this share of what the server tells of: the rest comes in from beyond the edge. */
const SHOWN_SHARE = 1.04;
/** Seconds in which the camera covers most of the way to where it should be. */
const FOLLOW = 0.13;
/** Farther than this it does not glide but is there. */
const JUMP = 900;
/** Smaller ones would show more than a phone can paint. */
const SMALLEST_ZOOM = 0.55;

export class Camera {
  /** World position in the middle of the screen. */
  x = Number.NaN;
  y = Number.NaN;
  zoom = 1;
  width = 1;
  height = 1;
  pixelRatio = 1;

  resize(width: number, height: number, pixelRatio: number): void {
    this.width = width;
    this.height = height;
    this.pixelRatio = pixelRatio;
    const wanted = Math.max(SMALLEST_ZOOM, Math.max(width, height) / (2 * VIEW_RADIUS * SHOWN_SHARE));
    // A chunk of the ground is a whole number of pixels, so that it is copied pixel by pixel and shows no seam.
    this.zoom = Math.round(wanted * pixelRatio * CHUNK) / CHUNK / pixelRatio;
  }

  /** Glides towards a place; `seconds` since the last frame. */
  follow(x: number, y: number, seconds: number): void {
    const near = Math.hypot(x - this.x, y - this.y) < JUMP;
    const share = near ? 1 - Math.exp(-seconds / FOLLOW) : 1;
    this.x = near ? this.x + (x - this.x) * share : x;
    this.y = near ? this.y + (y - this.y) * share : y;
  }

  /** Device pixels for one world unit. */
  get scale(): number {
    return this.zoom * this.pixelRatio;
  }

  /** Where the world's origin is, in whole device pixels from the screen's corner. */
  get left(): number {
    return Math.round((this.width / 2) * this.pixelRatio - this.x * this.scale);
  }

  get top(): number {
    return Math.round((this.height / 2) * this.pixelRatio - this.y * this.scale);
  }

  /** From here on, drawing is in world units. */
  apply(context: CanvasRenderingContext2D): void {
    context.setTransform(this.scale, 0, 0, this.scale, this.left, this.top);
  }

  /** From here on, drawing is in CSS pixels of the screen. */
  applyScreen(context: CanvasRenderingContext2D): void {
    context.setTransform(this.pixelRatio, 0, 0, this.pixelRatio, 0, 0);
  }

  screenX(worldX: number): number {
    return (worldX - this.x) * this.zoom + this.width / 2;
  }

  screenY(worldY: number): number {
    return (worldY - this.y) * this.zoom + this.height / 2;
  }

  get halfWidth(): number {
    return this.width / 2 / this.zoom;
  }

  get halfHeight(): number {
    return this.height / 2 / this.zoom;
  }

  /** Whether a circle in the world may be on the screen. */
  sees(x: number, y: number, radius: number): boolean {
    return Math.abs(x - this.x) < this.halfWidth + radius && Math.abs(y - this.y) < this.halfHeight + radius;
  }
}
