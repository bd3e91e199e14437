/** Sparks, smoke, dust, shards: a fixed number of short-lived things, updated in place and drawn by kind. Allocates nothing. */
import { COLORS } from './palette.ts';
import { glowSprite, type Sprite, stamp } from './sprites.ts';

export const Kind = { none: 0, spark: 1, smoke: 2, fire: 3, dust: 4, shard: 5 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

const CAPACITY = 900;

interface Look {
  /** Share of the speed lost in a second. */
  readonly drag: number;
  /** Units the radius grows by in a second. */
  readonly growth: number;
}

const LOOKS: Readonly<Record<Kind, Look>> = {
  [Kind.none]: { drag: 0, growth: 0 },
  [Kind.spark]: { drag: 4, growth: 0 },
  [Kind.smoke]: { drag: 2.2, growth: 22 },
  [Kind.fire]: { drag: 4.5, growth: -8 },
  [Kind.dust]: { drag: 5, growth: 16 },
  [Kind.shard]: { drag: 3.2, growth: 0 },
};

export class Particles {
  readonly #kind = new Uint8Array(CAPACITY);
  readonly #x = new Float32Array(CAPACITY);
  readonly #y = new Float32Array(CAPACITY);
  readonly #vx = new Float32Array(CAPACITY);
  readonly #vy = new Float32Array(CAPACITY);
  readonly #left = new Float32Array(CAPACITY);
  readonly #life = new Float32Array(CAPACITY);
  readonly #size = new Float32Array(CAPACITY);
  readonly #color: string[] = new Array<string>(CAPACITY).fill('');
  #next = 0;
  /** How many are wanted of those asked for: less where motion is to be reduced. */
  amount = 1;

  readonly #smoke: Sprite = glowSprite('#3a322b', 40, 0.55);
  readonly #fire: Sprite = glowSprite(COLORS.fire, 40, 0.95);
  readonly #dust: Sprite = glowSprite('#c9a26a', 40, 0.42);

  /** The oldest gives way when all are in use. `life` in seconds, `size` is a radius. */
  add(kind: Kind, x: number, y: number, vx: number, vy: number, life: number, size: number, color = ''): void {
    const i = this.#next;
    this.#next = (i + 1) % CAPACITY;
    this.#kind[i] = kind;
    this.#x[i] = x;
    this.#y[i] = y;
    this.#vx[i] = vx;
    this.#vy[i] = vy;
    this.#left[i] = life;
    this.#life[i] = life;
    this.#size[i] = size;
    this.#color[i] = color;
  }

  /** `count` of a kind from one place in all directions, or within `spread` radians around `angle`. */
  burst(
    kind: Kind,
    count: number,
    x: number,
    y: number,
    speed: number,
    life: number,
    size: number,
    color = '',
    angle = 0,
    spread = Math.PI * 2,
  ): void {
    const wanted = Math.ceil(count * this.amount);
    for (let i = 0; i < wanted; i++) {
      const direction = angle + (Math.random() - 0.5) * spread;
      const pace = speed * (0.25 + Math.random() * 0.75);
      const vx = Math.cos(direction) * pace;
      const vy = Math.sin(direction) * pace;
      this.add(kind, x, y, vx, vy, life * (0.6 + Math.random() * 0.6), size * (0.6 + Math.random() * 0.7), color);
    }
  }

  update(seconds: number): void {
    for (let i = 0; i < CAPACITY; i++) {
      if (this.#kind[i] === Kind.none) continue;
      this.#left[i]! -= seconds;
      if (this.#left[i]! <= 0) {
        this.#kind[i] = Kind.none;
        continue;
      }
      const look = LOOKS[this.#kind[i] as Kind];
      const keep = Math.max(0, 1 - look.drag * seconds);
      this.#vx[i]! *= keep;
      this.#vy[i]! *= keep;
      this.#x[i]! += this.#vx[i]! * seconds;
      this.#y[i]! += this.#vy[i]! * seconds;
      this.#size[i] = Math.max(0.5, this.#size[i]! + look.growth * seconds);
    }
  }

  /** What lies on or under the fighters: dust and smoke. */
  drawLow(context: CanvasRenderingContext2D): void {
    this.#drawSprites(context, Kind.dust, this.#dust, 0.8);
    this.#drawSprites(context, Kind.smoke, this.#smoke, 0.75);
    context.globalAlpha = 1;
  }

  /** What flies and shines above them. */
  drawHigh(context: CanvasRenderingContext2D): void {
    this.#drawShards(context);
    context.globalCompositeOperation = 'lighter';
    this.#drawSprites(context, Kind.fire, this.#fire, 0.9);
    this.#drawSparks(context);
    context.globalCompositeOperation = 'source-over';
    context.globalAlpha = 1;
  }

  clear(): void {
    this.#kind.fill(Kind.none);
  }

  #drawSprites(context: CanvasRenderingContext2D, kind: Kind, sprite: Sprite, opacity: number): void {
    for (let i = 0; i < CAPACITY; i++) {
      if (this.#kind[i] !== kind) continue;
      context.globalAlpha = opacity * (this.#left[i]! / this.#life[i]!);
      stamp(context, sprite, this.#x[i]!, this.#y[i]!, (this.#size[i]! * 2) / sprite.size);
    }
  }

  #drawSparks(context: CanvasRenderingContext2D): void {
    context.lineCap = 'round';
    for (let i = 0; i < CAPACITY; i++) {
      if (this.#kind[i] !== Kind.spark) continue;
      context.globalAlpha = Math.min(1, (this.#left[i]! / this.#life[i]!) * 1.6);
      context.strokeStyle = this.#color[i]!;
      context.lineWidth = this.#size[i]!;
      context.beginPath();
      context.moveTo(this.#x[i]!, this.#y[i]!);
      context.lineTo(this.#x[i]! - this.#vx[i]! * 0.035, this.#y[i]! - this.#vy[i]! * 0.035);
      context.stroke();
    }
  }

  #drawShards(context: CanvasRenderingContext2D): void {
    for (let i = 0; i < CAPACITY; i++) {
      if (this.#kind[i] !== Kind.shard) continue;
      const left = this.#left[i]! / this.#life[i]!;
      const half = this.#size[i]!;
      context.globalAlpha = Math.min(1, left * 2);
      context.fillStyle = this.#color[i]!;
      context.translate(this.#x[i]!, this.#y[i]!);
      context.rotate(i + left * 9);
      context.fillRect(-half, -half * 0.6, half * 2, half * 1.2);
      context.rotate(-i - left * 9);
      context.translate(-this.#x[i]!, -this.#y[i]!);
    }
  }
}
