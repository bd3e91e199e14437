/**
 * What happens in the arena, made visible: shots, bursts, deaths, arrivals, damage. Callers say what happened and where;
 * how it looks, how long it lasts and how it is drawn is here. Slots are reused, so a frame allocates nothing.
 */
import type { Camera } from './camera.ts';
import { COLORS } from './palette.ts';
import { Kind, Particles } from './particles.ts';
import { pool } from './pool.ts';
import { glowSprite, type Sprite, stamp } from './sprites.ts';

/** A line of light from a muzzle to where the shot ended. */
interface Tracer {
  x: number;
  y: number;
  toX: number;
  toY: number;
  left: number;
}
/** A light, a widening ring, or a mark that stays for a while. */
interface Mark {
  x: number;
  y: number;
  radius: number;
  left: number;
  life: number;
  sprite: Sprite | undefined;
  color: string;
}
interface Label {
  x: number;
  y: number;
  left: number;
  text: string;
  color: string;
  size: number;
}

const TRACER_SECONDS = 0.11;
const NUMBER_SECONDS = 0.85;
const SCORCH_SECONDS = 14;
const DAMAGE_TEXTS: readonly string[] = Array.from({ length: 256 }, (_, damage) => String(damage));

export class Effects {
  readonly particles = new Particles();
  readonly #camera: Camera;
  readonly #calm: boolean;
  readonly #tracers = pool<Tracer>(48, () => ({ x: 0, y: 0, toX: 0, toY: 0, left: 0 }));
  readonly #lights = pool<Mark>(40, emptyMark);
  readonly #rings = pool<Mark>(32, emptyMark);
  readonly #scorches = pool<Mark>(28, emptyMark);
  readonly #labels = pool<Label>(32, () => ({ x: 0, y: 0, left: 0, text: '', color: '', size: 0 }));
  readonly #flash = glowSprite('#fff2c8', 120, 1);
  readonly #blast = glowSprite(COLORS.fire, 360, 1);
  readonly #scorch = glowSprite('#0b0603', 150, 0.8);

  /** `calm`: the player asked for less motion; no shaking, fewer particles. */
  constructor(camera: Camera, calm: boolean) {
    this.#camera = camera;
    this.#calm = calm;
    this.particles.amount = calm ? 0.4 : 1;
  }

  /** A gun went off; `hitBody` says whether somebody stopped the shot. */
  shot(x: number, y: number, toX: number, toY: number, hitBody: boolean, color: string): void {
    Object.assign(this.#tracers.next(), { x, y, toX, toY, left: TRACER_SECONDS });
    this.#light(x, y, 46, 0.07, this.#flash);
    const back = Math.atan2(y - toY, x - toX);
    if (hitBody) {
      this.particles.burst(Kind.spark, 8, toX, toY, 360, 0.22, 2.4, color, back, 2.2);
      this.#light(toX, toY, 40, 0.1, this.#flash);
    } else {
      this.particles.burst(Kind.spark, 5, toX, toY, 260, 0.2, 1.6, COLORS.brassBright, back, 2.4);
      this.particles.burst(Kind.dust, 2, toX, toY, 60, 0.45, 6, '', back, 2);
    }
  }

  launch(x: number, y: number, angle: number): void {
    this.#light(x, y, 80, 0.12, this.#flash);
    this.particles.burst(Kind.smoke, 6, x, y, 110, 0.7, 8, '', angle + Math.PI, 1.4);
  }

  /** What a flying rocket leaves behind in one frame. */
  rocketTrail(x: number, y: number, angle: number): void {
    const [backX, backY] = [x - Math.cos(angle) * 13, y - Math.sin(angle) * 13];
    this.particles.burst(Kind.smoke, 1, backX, backY, 26, 0.75, 6);
    this.particles.burst(Kind.fire, 1, backX, backY, 40, 0.18, 7);
  }

  /** A rocket burst. `near` (0 to 1) is how much of it is felt. */
  explosion(x: number, y: number, near: number): void {
    const { particles } = this;
    this.#light(x, y, 420, 0.38, this.#blast);
    this.#light(x, y, 190, 0.16, this.#flash);
    this.#ring(x, y, 125, 0.34, '#ffdf9d');
    this.#mark(this.#scorches.next(), x, y, 130, SCORCH_SECONDS, this.#scorch, '');
    particles.burst(Kind.smoke, 16, x, y, 190, 1.15, 17);
    particles.burst(Kind.fire, 22, x, y, 420, 0.42, 19);
    particles.burst(Kind.spark, 22, x, y, 640, 0.5, 2.2, COLORS.fire);
    particles.burst(Kind.shard, 8, x, y, 380, 0.7, 3, '#3b2c1c');
    this.shake(0.75 * near);
  }

  death(x: number, y: number, color: string): void {
    this.particles.burst(Kind.shard, 22, x, y, 420, 0.85, 4.5, color);
    this.particles.burst(Kind.shard, 8, x, y, 300, 0.9, 3.4, COLORS.brass);
    this.particles.burst(Kind.dust, 14, x, y, 170, 0.9, 15);
    this.particles.burst(Kind.spark, 12, x, y, 500, 0.4, 2, '#fff2c8');
    this.#ring(x, y, 74, 0.4, color);
    this.#light(x, y, 190, 0.24, this.#flash);
  }

  /** Somebody comes up on a lift. */
  arrival(x: number, y: number, color: string): void {
    this.#ring(x, y, 62, 0.5, color);
    this.#ring(x, y, 40, 0.36, COLORS.brassBright);
    this.particles.burst(Kind.dust, 16, x, y, 150, 0.8, 12);
    this.#light(x, y, 170, 0.4, this.#flash);
  }

  dash(x: number, y: number, angle: number): void {
    this.particles.burst(Kind.dust, 9, x, y, 190, 0.55, 11, '', angle + Math.PI, 1.3);
  }

  pickup(x: number, y: number, color: string): void {
    this.#ring(x, y, 48, 0.42, color);
    this.particles.burst(Kind.spark, 16, x, y, 260, 0.5, 2.2, color);
  }

  /** A number that rises where somebody was hurt. */
  damage(x: number, y: number, damage: number, color: string): void {
    const text = DAMAGE_TEXTS[Math.round(damage) & 255]!;
    this.label(x + (Math.random() - 0.5) * 18, y - 24, text, color, 17 + Math.min(1, damage / 70) * 13);
  }

  /** A few characters that rise and fade. */
  label(x: number, y: number, text: string, color: string, size: number): void {
    Object.assign(this.#labels.next(), { x, y, left: NUMBER_SECONDS, text, color, size });
  }

  shake(strength: number): void {
    if (!this.#calm) this.#camera.shake(strength);
  }

  update(seconds: number): void {
    this.particles.update(seconds);
    for (const tracer of this.#tracers.all) tracer.left -= seconds;
    for (const list of [this.#lights, this.#rings, this.#scorches]) for (const mark of list.all) mark.left -= seconds;
    for (const label of this.#labels.all) label.left -= seconds;
  }

  clear(): void {
    this.particles.clear();
    for (const { all } of [this.#tracers, this.#lights, this.#rings, this.#scorches, this.#labels]) {
      for (const one of all) one.left = 0;
    }
  }

  /** Under the fighters. */
  drawLow(context: CanvasRenderingContext2D): void {
    for (const scorch of this.#scorches.all) {
      if (scorch.left <= 0) continue;
      context.globalAlpha = Math.min(1, scorch.left / 4) * 0.8;
      stamp(context, scorch.sprite!, scorch.x, scorch.y, scorch.radius / scorch.sprite!.size);
    }
    context.globalAlpha = 1;
    this.particles.drawLow(context);
  }

  /** Over the fighters. */
  drawHigh(context: CanvasRenderingContext2D): void {
    this.particles.drawHigh(context);
    context.globalCompositeOperation = 'lighter';
    for (const light of this.#lights.all) {
      if (light.left <= 0) continue;
      context.globalAlpha = (light.left / light.life) ** 1.4;
      stamp(context, light.sprite!, light.x, light.y, light.radius / light.sprite!.size);
    }
    this.#drawTracers(context);
    context.globalCompositeOperation = 'source-over';
    this.#drawRings(context);
    context.globalAlpha = 1;
  }

  drawLabels(context: CanvasRenderingContext2D): void {
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    context.lineWidth = 4;
    context.strokeStyle = 'rgb(14 8 4 / 85%)';
    for (const label of this.#labels.all) {
      if (label.left <= 0) continue;
      const age = 1 - label.left / NUMBER_SECONDS;
      const y = label.y - 44 * (1 - (1 - age) ** 2);
      context.globalAlpha = Math.min(1, (1 - age) * 2.4);
      context.font = `800 ${label.size}px sans-serif`;
      context.strokeText(label.text, label.x, y);
      context.fillStyle = label.color;
      context.fillText(label.text, label.x, y);
    }
    context.globalAlpha = 1;
  }

  #drawTracers(context: CanvasRenderingContext2D): void {
    context.lineCap = 'round';
    for (const tracer of this.#tracers.all) {
      if (tracer.left <= 0) continue;
      const left = tracer.left / TRACER_SECONDS;
      // The tail follows the head: the line shortens from the muzzle.
      const gone = (1 - left) * 0.75;
      const x = tracer.x + (tracer.toX - tracer.x) * gone;
      const y = tracer.y + (tracer.toY - tracer.y) * gone;
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(tracer.toX, tracer.toY);
      context.globalAlpha = left * 0.3;
      context.strokeStyle = COLORS.fire;
      context.lineWidth = 9;
      context.stroke();
      context.globalAlpha = left;
      context.strokeStyle = COLORS.tracer;
      context.lineWidth = 2.4;
      context.stroke();
    }
  }

  #drawRings(context: CanvasRenderingContext2D): void {
    for (const ring of this.#rings.all) {
      if (ring.left <= 0) continue;
      const left = ring.left / ring.life;
      context.globalAlpha = left;
      context.strokeStyle = ring.color;
      context.lineWidth = 1 + 7 * left;
      context.beginPath();
      context.arc(ring.x, ring.y, ring.radius * (1 - left ** 2.2), 0, Math.PI * 2);
      context.stroke();
    }
  }

  #light(x: number, y: number, radius: number, life: number, sprite: Sprite): void {
    this.#mark(this.#lights.next(), x, y, radius, life, sprite, '');
  }

  #ring(x: number, y: number, radius: number, life: number, color: string): void {
    this.#mark(this.#rings.next(), x, y, radius, life, undefined, color);
  }

  #mark(
    mark: Mark,
    x: number,
    y: number,
    radius: number,
    life: number,
    sprite: Sprite | undefined,
    color: string,
  ): void {
    mark.x = x;
    mark.y = y;
    mark.radius = radius;
    mark.left = life;
    mark.life = life;
    mark.sprite = sprite;
    mark.color = color;
  }
}

function emptyMark(): Mark {
  return { x: 0, y: 0, radius: 0, left: 0, life: 1, sprite: undefined, color: '' };
}
