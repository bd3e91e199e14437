/**
 * Two small maps: the whole island with the own place in it, and around the own place what the server tells of: everybody
 * known as a dot, within the circle of sight. What is outside that circle no page knows.
 */
import { SIZE } from '../../../rooms/world/map.ts';
import { VIEW_RADIUS } from '../../../rooms/world/rules.ts';
import { alpha, COLORS, fighterColor } from '../render/palette.ts';
import { byId } from '../ui/dom.ts';
import type { Actor, Cast } from './cast.ts';
import type { WorldRoom } from './connection.ts';
import { paintMap } from './paint.ts';

/** Pixels of a canvas for one CSS pixel. */
const DETAIL = 2;
/** The small map around the player reaches this much farther than their sight. */
const BEYOND = 1.22;
const MAP_SIDE = 320;
/** Dots move slowly: that many frames share one painting. */
const EVERY = 3;

export class Minimap {
  readonly #world = byId('map-world', HTMLCanvasElement).getContext('2d')!;
  readonly #near = byId('map-near', HTMLCanvasElement).getContext('2d')!;
  #island: HTMLCanvasElement | undefined;
  #frame = 0;

  draw(room: WorldRoom, cast: Cast, time: number): void {
    const { self } = cast;
    if (!self || this.#frame++ % EVERY !== 0) return;
    this.#island ??= paintMap(MAP_SIDE);
    this.#drawWorld(self, this.#island, time);
    this.#drawNear(self, room, cast, this.#island);
  }

  #drawWorld(self: Actor, island: HTMLCanvasElement, time: number): void {
    const context = this.#world;
    const side = context.canvas.width;
    context.drawImage(island, 0, 0, side, side);
    const [x, y, sight] = [(self.x / SIZE) * side, (self.y / SIZE) * side, (VIEW_RADIUS / SIZE) * side];
    context.fillStyle = alpha(COLORS.brassBright, 0.26);
    context.strokeStyle = alpha(COLORS.brassBright, 0.95);
    context.lineWidth = DETAIL;
    circle(context, x, y, sight);
    context.fill();
    context.stroke();
    context.strokeStyle = alpha(COLORS.brassBright, 0.5 * (1 - (time % 1.6) / 1.6));
    circle(context, x, y, sight + ((time % 1.6) / 1.6) * sight * 1.6);
    context.stroke();
    context.fillStyle = '#fff6dd';
    circle(context, x, y, 1.6 * DETAIL);
    context.fill();
  }

  #drawNear(self: Actor, room: WorldRoom, cast: Cast, island: HTMLCanvasElement): void {
    const context = this.#near;
    const side = context.canvas.width;
    const scale = side / (2 * VIEW_RADIUS * BEYOND);
    const middle = side / 2;
    context.clearRect(0, 0, side, side);
    context.save();
    circle(context, middle, middle, middle);
    context.clip();
    context.fillStyle = '#10222a';
    context.fillRect(0, 0, side, side);
    const [unit, reach] = [island.width / SIZE, VIEW_RADIUS * BEYOND];
    const seen = 2 * reach * unit;
    context.drawImage(island, (self.x - reach) * unit, (self.y - reach) * unit, seen, seen, 0, 0, side, side);
    context.fillStyle = 'rgb(11 7 5 / 48%)';
    context.fillRect(0, 0, side, side);
    const at = (x: number, y: number): [number, number] => [
      middle + (x - self.x) * scale,
      middle + (y - self.y) * scale,
    ];
    context.fillStyle = '#f3cf74';
    room.state.items?.forEach((item) => {
      context.fillRect(...corner(at(item.x, item.y)), 2 * DETAIL, 2 * DETAIL);
    });
    for (const actor of cast.actors) drawDot(context, actor, at(actor.x, actor.y));
    context.restore();
    drawSight(context, middle, VIEW_RADIUS * scale);
    drawArrow(context, middle, self.heading);
  }
}

function corner([x, y]: [number, number]): [number, number] {
  return [x - DETAIL, y - DETAIL];
}

function drawDot(context: CanvasRenderingContext2D, actor: Actor, [x, y]: [number, number]): void {
  if (actor.self) return;
  context.globalAlpha = actor.presence;
  context.fillStyle = actor.isPerson ? fighterColor(actor.unit.color) : '#d8cbb2';
  circle(context, x, y, (actor.isPerson ? 2.7 : 1.6) * DETAIL);
  context.fill();
  if (actor.isPerson) {
    context.strokeStyle = 'rgb(14 8 4 / 80%)';
    context.lineWidth = DETAIL * 0.8;
    context.stroke();
  }
  context.globalAlpha = 1;
}

function drawSight(context: CanvasRenderingContext2D, middle: number, radius: number): void {
  context.strokeStyle = alpha(COLORS.brass, 0.85);
  context.lineWidth = DETAIL;
  context.setLineDash([5 * DETAIL, 4 * DETAIL]);
  circle(context, middle, middle, radius);
  context.stroke();
  context.setLineDash([]);
}

function drawArrow(context: CanvasRenderingContext2D, middle: number, heading: number): void {
  context.save();
  context.translate(middle, middle);
  context.rotate(heading);
  context.fillStyle = '#fff6dd';
  context.strokeStyle = 'rgb(14 8 4 / 85%)';
  context.lineWidth = 1.4 * DETAIL;
  context.beginPath();
  context.moveTo(6 * DETAIL, 0);
  context.lineTo(-4 * DETAIL, -4 * DETAIL);
  context.lineTo(-2 * DETAIL, 0);
  context.lineTo(-4 * DETAIL, 4 * DETAIL);
  context.closePath();
  context.stroke();
  context.fill();
  context.restore();
}

function circle(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, Math.PI * 2);
}
