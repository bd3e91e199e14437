/** Fighters on the sand: shadow, after-images, body, shield, name and health. */
import { BODY_RADIUS, MAX_HEALTH } from '../../../rooms/arena/rules.ts';
import { type Actor, GHOST_SECONDS } from './actors.ts';
import type { Camera } from './camera.ts';
import { NameTags } from './name-tags.ts';
import { alpha, COLORS } from './palette.ts';
import { glowSprite, stamp, stampTurned } from './sprites.ts';

/** How long a fighter takes to come up on the lift. */
const RISE_SECONDS = 0.28;
/** How far above a body its name stands. */
const NAME_ABOVE = 41;
const HEALTH_WIDTH = 40;

export class Bodies {
  readonly #shadow = glowSprite('#000000', 64, 0.75);
  readonly #ownLight = glowSprite(COLORS.fire, 190, 0.3);
  readonly #haste = glowSprite(COLORS.haste, 90, 0.6);
  readonly #tags = new NameTags();

  draw(context: CanvasRenderingContext2D, actors: readonly Actor[], camera: Camera, time: number): void {
    for (const actor of actors) if (isShown(actor, camera)) this.#drawUnder(context, actor, time);
    for (const actor of actors) if (isShown(actor, camera)) this.#drawBody(context, actor, time);
    context.globalAlpha = 1;
  }

  drawNames(context: CanvasRenderingContext2D, actors: readonly Actor[], camera: Camera): void {
    for (const actor of actors) {
      if (actor.self || !isShown(actor, camera)) continue;
      context.globalAlpha = actor.player.connected ? 0.95 : 0.45;
      this.#tags.draw(context, actor.id, actor.player.name, actor.x, actor.y - NAME_ABOVE);
      context.globalAlpha = 1;
      if (actor.player.health < MAX_HEALTH) drawHealth(context, actor);
    }
  }

  /** Forgets pictures of names that nobody has any more. */
  forgetNames(): void {
    this.#tags.clear();
  }

  #drawUnder(context: CanvasRenderingContext2D, actor: Actor, time: number): void {
    context.globalAlpha = 0.85;
    stamp(context, this.#shadow, actor.x + 4, actor.y + 7);
    if (actor.self) this.#drawOwnMark(context, actor, time);
    if (actor.player.hasteTicks > 0) {
      context.globalAlpha = 0.6;
      stamp(context, this.#haste, actor.x, actor.y);
    }
    for (const ghost of actor.ghosts) {
      if (ghost.left <= 0) continue;
      context.globalAlpha = (ghost.left / GHOST_SECONDS) * 0.42;
      stampTurned(context, actor.sprite, ghost.x, ghost.y, ghost.aim);
    }
  }

  #drawOwnMark(context: CanvasRenderingContext2D, actor: Actor, time: number): void {
    context.globalAlpha = 1;
    context.globalCompositeOperation = 'lighter';
    stamp(context, this.#ownLight, actor.x, actor.y);
    context.globalCompositeOperation = 'source-over';
    context.globalAlpha = 0.6 + 0.2 * Math.sin(time * 3.4);
    context.strokeStyle = COLORS.brassBright;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(actor.x, actor.y, BODY_RADIUS + 7, 0, Math.PI * 2);
    context.stroke();
  }

  #drawBody(context: CanvasRenderingContext2D, actor: Actor, time: number): void {
    const rise = Math.min(1, actor.age / RISE_SECONDS);
    const away = actor.player.connected ? 1 : 0.5;
    context.globalAlpha = rise * away;
    stampTurned(context, actor.sprite, actor.x, actor.y, actor.aim);
    if (actor.flash > 0) {
      context.globalAlpha = Math.min(1, actor.flash * 9);
      context.globalCompositeOperation = 'lighter';
      stampTurned(context, actor.sprite, actor.x, actor.y, actor.aim);
      context.globalCompositeOperation = 'source-over';
    }
    if (actor.player.shieldTicks > 0) drawShield(context, actor, time);
  }
}

function isShown(actor: Actor, camera: Camera): boolean {
  return actor.player.alive && camera.sees(actor.x, actor.y, 60);
}

function drawShield(context: CanvasRenderingContext2D, { x, y, player }: Actor, time: number): void {
  const left = Math.min(1, player.shieldTicks / 10);
  context.lineWidth = 3;
  context.strokeStyle = alpha('#fff1c4', 0.85 * left);
  context.globalAlpha = 1;
  for (let i = 0; i < 6; i++) {
    const from = time * 1.8 + (i * Math.PI) / 3;
    context.beginPath();
    context.arc(x, y, BODY_RADIUS + 12, from, from + 0.72);
    context.stroke();
  }
  context.fillStyle = alpha('#ffe9b0', 0.12 * left);
  context.beginPath();
  context.arc(x, y, BODY_RADIUS + 12, 0, Math.PI * 2);
  context.fill();
}

function drawHealth(context: CanvasRenderingContext2D, { x, y, player }: Actor): void {
  const share = player.health / MAX_HEALTH;
  const left = x - HEALTH_WIDTH / 2;
  const top = y - 31;
  context.fillStyle = 'rgb(12 7 4 / 80%)';
  context.fillRect(left - 1.5, top - 1.5, HEALTH_WIDTH + 3, 7);
  context.fillStyle = share > 0.5 ? '#9bd56f' : share > 0.25 ? '#f3b843' : '#f2564a';
  context.fillRect(left, top, HEALTH_WIDTH * share, 4);
}
