/**
 * Things on the ground, and what becomes of them: one that vanishes within the own reach was picked up and flies into the
 * bag, any other fades. The bag itself is bag.ts's.
 */
import { ITEM_KINDS, REACH } from '../../../rooms/world/rules.ts';
import type { Item } from '../../../rooms/world/state.ts';
import { COLORS } from '../render/palette.ts';
import { glowSprite, type Sprite, stamp } from '../render/sprites.ts';
import type { Camera } from './camera.ts';
import type { Actor } from './cast.ts';
import type { WorldRoom } from './connection.ts';
import { thingSprites } from './sprites.ts';

const FADE_SECONDS = 0.35;
const FLIGHT_SECONDS = 0.42;
const LABEL_SECONDS = 1.1;
/** The own body is drawn ahead of what the server has used: a thing may be taken from a little farther off. */
const TAKEN_WITHIN = REACH * 1.9;
const LABELS: Readonly<Record<(typeof ITEM_KINDS)[number], string>> = {
  coin: 'a coin',
  olive: 'olives',
  fig: 'a fig',
  laurel: 'laurel',
  amphora: 'an amphora',
  gem: 'a gem',
};

interface Lying {
  readonly kind: number;
  readonly x: number;
  readonly y: number;
  presence: number;
  gone: boolean;
}

interface Taken {
  readonly kind: number;
  readonly fromX: number;
  readonly fromY: number;
  age: number;
}

export class ThingsShown {
  readonly #room: WorldRoom;
  readonly #sprites: readonly Sprite[] = thingSprites();
  readonly #shadow = glowSprite('#0c0703', 34, 0.7);
  readonly #shine = glowSprite(COLORS.brassBright, 64, 0.5);
  readonly #lying = new Map<string, Lying>();
  readonly #taken: Taken[] = [];
  readonly #onTaken: (kind: number) => void;

  constructor(room: WorldRoom, onTaken: (kind: number) => void) {
    this.#room = room;
    this.#onTaken = onTaken;
  }

  update(self: Actor | undefined, seconds: number): void {
    for (const lying of this.#lying.values()) lying.gone = true;
    this.#room.state.items?.forEach((item, id) => {
      this.#see(id, item, seconds);
    });
    for (const [id, lying] of this.#lying) if (lying.gone) this.#lose(id, lying, self, seconds);
    for (const taken of this.#taken) taken.age += seconds;
    while (this.#taken[0] && this.#taken[0].age > LABEL_SECONDS) this.#taken.shift();
  }

  draw(context: CanvasRenderingContext2D, camera: Camera, time: number): void {
    for (const { kind, x, y, presence } of this.#lying.values()) {
      if (!camera.sees(x, y, 30)) continue;
      const bob = Math.sin(time * 2.6 + x) * 2;
      context.globalAlpha = presence * (0.34 + 0.12 * Math.sin(time * 2.6 + x));
      stamp(context, this.#shine, x, y);
      context.globalAlpha = presence * 0.8;
      stamp(context, this.#shadow, x + 2, y + 5);
      context.globalAlpha = presence;
      stamp(context, this.#sprites[kind]!, x, y - 3 - bob, 0.8);
    }
    context.globalAlpha = 1;
  }

  /** What is on its way into the bag, and what it was. */
  drawTaken(context: CanvasRenderingContext2D, self: Actor | undefined): void {
    if (!self) return;
    for (const { kind, fromX, fromY, age } of this.#taken) {
      const flight = Math.min(1, age / FLIGHT_SECONDS);
      if (flight < 1) {
        const [x, y] = [fromX + (self.x - fromX) * flight, fromY + (self.y - fromY) * flight];
        stamp(context, this.#sprites[kind]!, x, y - Math.sin(flight * Math.PI) * 34, 0.9 * (1 - flight * 0.5));
        drawRing(context, self, flight);
      }
      drawLabel(context, `+ ${LABELS[ITEM_KINDS[kind]!]}`, self.x, self.y - 44 - age * 34, age / LABEL_SECONDS);
    }
  }

  #see(id: string, { kind, x, y }: Item, seconds: number): void {
    const lying = this.#lying.get(id);
    if (lying === undefined) {
      this.#lying.set(id, { kind, x, y, presence: 0, gone: false });
      return;
    }
    lying.gone = false;
    lying.presence = Math.min(1, lying.presence + seconds / FADE_SECONDS);
  }

  #lose(id: string, lying: Lying, self: Actor | undefined, seconds: number): void {
    const { kind, x, y } = lying;
    const taken = self && Math.hypot(self.x - x, self.y - y) < TAKEN_WITHIN && lying.presence >= 0;
    if (taken) {
      this.#taken.push({ kind, fromX: x, fromY: y, age: 0 });
      this.#onTaken(kind);
    }
    lying.presence -= seconds / FADE_SECONDS;
    if (taken || lying.presence <= 0) this.#lying.delete(id);
  }
}

function drawRing(context: CanvasRenderingContext2D, { x, y }: Actor, share: number): void {
  context.globalAlpha = 0.7 * (1 - share);
  context.strokeStyle = COLORS.brassBright;
  context.lineWidth = 2.5;
  context.beginPath();
  context.arc(x, y, 18 + share * 34, 0, Math.PI * 2);
  context.stroke();
  context.globalAlpha = 1;
}

function drawLabel(context: CanvasRenderingContext2D, text: string, x: number, y: number, share: number): void {
  context.globalAlpha = Math.min(1, 2.4 * (1 - share));
  context.font = '700 15px "Cinzel", Georgia, serif';
  context.textAlign = 'center';
  context.lineJoin = 'round';
  context.lineWidth = 4;
  context.strokeStyle = 'rgb(14 8 4 / 80%)';
  context.strokeText(text, x, y);
  context.fillStyle = COLORS.brassBright;
  context.fillText(text, x, y);
  context.globalAlpha = 1;
}
