/** People and creatures on the ground: shadow, feet, body, and the names of people. */
import { Kind } from '../../../rooms/world/rules.ts';
import { NameTags } from '../render/name-tags.ts';
import { COLORS } from '../render/palette.ts';
import { glowSprite, type Sprite, stamp, stampTurned } from '../render/sprites.ts';
import type { Camera } from './camera.ts';
import type { Actor, Cast } from './cast.ts';
import { creatureSprite, footSprite, travellerSprite } from './sprites.ts';

const NAME_ABOVE = 36;
/** Way walked in one swing of the feet. */
const STRIDE = 26;
/** Slower is standing. */
const STANDING = 12;
const LARGEST = 60;

export class Beings {
  readonly #shadow = glowSprite('#0c0703', 58, 0.78);
  readonly #light = glowSprite(COLORS.fire, 210, 0.34);
  readonly #foot = footSprite();
  readonly #sprites = new Map<number, Sprite>();
  readonly #tags = new NameTags();

  draw(context: CanvasRenderingContext2D, cast: Cast, camera: Camera, time: number): void {
    for (const actor of cast.leaving) this.#draw(context, actor, camera);
    for (const actor of cast.actors) if (!actor.self) this.#draw(context, actor, camera);
    const { self } = cast;
    if (!self) return;
    drawOwnMark(context, self, time);
    this.#draw(context, self, camera);
  }

  drawNames(context: CanvasRenderingContext2D, cast: Cast, camera: Camera): void {
    for (const actor of cast.actors) {
      if (actor.self || !actor.isPerson || !camera.sees(actor.x, actor.y, LARGEST)) continue;
      context.globalAlpha = actor.presence * (actor.unit.connected ? 0.95 : 0.45);
      this.#tags.draw(context, actor.id, actor.unit.name, actor.x, actor.y - NAME_ABOVE);
    }
    context.globalAlpha = 1;
    for (const actor of cast.leaving) this.#tags.forget(actor.id);
  }

  /** Lanterns that people carry when it is dark; `share` of the night. */
  drawLights(context: CanvasRenderingContext2D, cast: Cast, camera: Camera, share: number): void {
    if (share <= 0) return;
    context.globalCompositeOperation = 'lighter';
    for (const actor of cast.actors) {
      if (!actor.isPerson || !camera.sees(actor.x, actor.y, 110)) continue;
      context.globalAlpha = actor.presence * share * (actor.self ? 1 : 0.7);
      stamp(context, this.#light, actor.x, actor.y, actor.self ? 1.5 : 1);
    }
    context.globalCompositeOperation = 'source-over';
    context.globalAlpha = 1;
  }

  clear(): void {
    this.#tags.clear();
  }

  #draw(context: CanvasRenderingContext2D, actor: Actor, camera: Camera): void {
    if (!camera.sees(actor.x, actor.y, LARGEST)) return;
    const presence = Math.max(0, actor.presence) * (actor.unit.connected ? 1 : 0.5);
    context.globalAlpha = presence * 0.85;
    stamp(context, this.#shadow, actor.x + 3, actor.y + 5);
    context.globalAlpha = presence;
    const swing = actor.pace > STANDING ? Math.sin((actor.strides / STRIDE) * Math.PI) : 0;
    this.#drawFeet(context, actor, swing);
    const roll = swing * (actor.isPerson ? 0.07 : 0.05);
    stampTurned(context, this.#sprite(actor), actor.x, actor.y, actor.heading + roll);
    context.globalAlpha = 1;
  }

  #drawFeet(context: CanvasRenderingContext2D, { x, y, heading, isPerson, unit }: Actor, swing: number): void {
    if (unit.kind === Kind.tortoise) return;
    const [cos, sin] = [Math.cos(heading), Math.sin(heading)];
    const wide = isPerson ? 7 : 6;
    for (const side of [-1, 1]) {
      for (const pair of isPerson ? [0] : [-9, 8]) {
        const ahead = pair + side * swing * 7 * (pair > 0 ? -1 : 1);
        stampTurned(
          context,
          this.#foot,
          x + cos * ahead - sin * side * wide,
          y + sin * ahead + cos * side * wide,
          heading,
        );
      }
    }
  }

  #sprite({ unit, isPerson }: Actor): Sprite {
    const key = unit.kind * 256 + unit.color;
    let sprite = this.#sprites.get(key);
    if (sprite === undefined) {
      sprite = isPerson ? travellerSprite(unit.color) : creatureSprite(unit.kind, unit.color);
      this.#sprites.set(key, sprite);
    }
    return sprite;
  }
}

function drawOwnMark(context: CanvasRenderingContext2D, { x, y }: Actor, time: number): void {
  context.globalAlpha = 0.5 + 0.18 * Math.sin(time * 3.4);
  context.strokeStyle = COLORS.brassBright;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, 25, 0, Math.PI * 2);
  context.stroke();
  context.globalAlpha = 1;
}
