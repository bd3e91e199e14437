/** Pictures of the world, painted once and stamped many times: travellers, creatures, trees, stones, things. Units are the world's. */
import { ITEM_KINDS, type ItemKind } from '../../../rooms/world/rules.ts';
import { alpha, fighterColor, shade } from '../render/palette.ts';
import { type Sprite, sprite } from '../render/sprites.ts';
import { disc, fill, line, outline, type Paint, ring, stroke } from './brush.ts';

const INK = '#1a1009';

/** A traveller who looks to the east, under a straw hat, in a cloak of their colour. */
export function travellerSprite(colorIndex: number): Sprite {
  const color = fighterColor(colorIndex);
  return sprite(72, (context) => {
    context.lineJoin = 'round';
    paintStaff(context);
    paintCloak(context, color);
    paintHat(context, color);
  });
}

function paintStaff(context: Paint): void {
  stroke(context, '#2a1b0e', 4.4, () => line(context, -2, 17, 25, 13));
  stroke(context, '#a97f4a', 2.2, () => line(context, -2, 17, 25, 13));
}

function paintCloak(context: Paint, color: string): void {
  const cloth = context.createRadialGradient(-3, -5, 2, -2, 0, 20);
  cloth.addColorStop(0, shade(color, 0.32));
  cloth.addColorStop(0.65, color);
  cloth.addColorStop(1, shade(color, -0.42));
  context.fillStyle = cloth;
  outline(context, INK, 2.2, () => {
    context.moveTo(8, -13);
    context.quadraticCurveTo(13, 0, 8, 13);
    context.quadraticCurveTo(-3, 19, -14, 12);
    context.quadraticCurveTo(-20, 0, -14, -12);
    context.quadraticCurveTo(-3, -19, 8, -13);
  });
  stroke(context, shade(color, -0.35), 1.3, () => {
    line(context, -6, -12, -15, -7);
    line(context, -6, 12, -15, 7);
    line(context, -8, 0, -17, 0);
  });
}

function paintHat(context: Paint, color: string): void {
  const straw = context.createRadialGradient(-2, -3, 1, 1, 0, 13);
  straw.addColorStop(0, '#fff0c2');
  straw.addColorStop(0.6, '#e0b768');
  straw.addColorStop(1, '#9a6f33');
  context.fillStyle = straw;
  outline(context, INK, 1.8, () => disc(context, 1, 0, 12));
  stroke(context, alpha('#7b5423', 0.45), 0.9, () => ring(context, 1, 0, 9.4));
  stroke(context, shade(color, -0.1), 2.6, () => ring(context, 1, 0, 6.6));
  context.fillStyle = '#f3d592';
  fill(context, () => disc(context, 0.4, -0.4, 5));
}

/** By `Unit.kind` (goat, boar, tortoise) and coat; each looks to the east. */
export function creatureSprite(kind: number, coat: number): Sprite {
  return CREATURES[kind]!(coat);
}

const GOAT_COATS = ['#efe6d3', '#b98d5c', '#6d5a4b', '#d9c3a0'];
const BOAR_COATS = ['#5b4535', '#473a33', '#6e5138', '#3c332f'];
const SHELL_COATS = ['#7d7a3c', '#8a6a39', '#5f6f43', '#94824a'];

const CREATURES: Readonly<Record<number, (coat: number) => Sprite>> = {
  1: (coat) => sprite(64, (context) => paintGoat(context, GOAT_COATS[coat % GOAT_COATS.length]!)),
  2: (coat) => sprite(68, (context) => paintBoar(context, BOAR_COATS[coat % BOAR_COATS.length]!)),
  3: (coat) => sprite(60, (context) => paintTortoise(context, SHELL_COATS[coat % SHELL_COATS.length]!)),
};

function paintGoat(context: Paint, coat: string): void {
  context.fillStyle = fur(context, coat, 17);
  outline(context, INK, 2, () => context.ellipse(-3, 0, 16, 9.5, 0, 0, Math.PI * 2));
  stroke(context, shade(coat, -0.24), 1.5, () => line(context, -14, 0, 6, 0));
  context.fillStyle = shade(coat, -0.12);
  outline(context, INK, 1.8, () => context.ellipse(-20, 0, 4, 2.6, 0, 0, Math.PI * 2));
  context.fillStyle = shade(coat, 0.12);
  outline(context, INK, 1.8, () => context.ellipse(15, 0, 7.5, 5, 0, 0, Math.PI * 2));
  for (const side of [-1, 1]) {
    context.fillStyle = shade(coat, -0.2);
    outline(context, INK, 1.3, () => context.ellipse(11.5, side * 6.4, 3.6, 1.9, side * 0.7, 0, Math.PI * 2));
    stroke(context, INK, 3.6, () => horn(context, side));
    stroke(context, '#cbb391', 2, () => horn(context, side));
    context.fillStyle = INK;
    fill(context, () => disc(context, 18, side * 2.6, 1));
  }
}

function horn(context: Paint, side: number): void {
  context.moveTo(13, side * 2.4);
  context.quadraticCurveTo(9, side * 7, 3, side * 5);
}

function paintBoar(context: Paint, coat: string): void {
  context.fillStyle = fur(context, coat, 19);
  outline(context, INK, 2.2, () => {
    context.moveTo(-21, 0);
    context.quadraticCurveTo(-19, -12, -2, -12);
    context.quadraticCurveTo(14, -10, 24, -4);
    context.lineTo(24, 4);
    context.quadraticCurveTo(14, 10, -2, 12);
    context.quadraticCurveTo(-19, 12, -21, 0);
  });
  stroke(context, shade(coat, 0.3), 1.2, () => {
    for (let x = -17; x < 10; x += 3.4) {
      line(context, x, 0, x - 3, -3);
      line(context, x, 0, x - 3, 3);
    }
  });
  context.fillStyle = '#c08d7d';
  outline(context, INK, 1.6, () => context.ellipse(24, 0, 3, 4.4, 0, 0, Math.PI * 2));
  for (const side of [-1, 1]) {
    context.fillStyle = shade(coat, -0.25);
    outline(context, INK, 1.4, () => context.ellipse(8, side * 9.4, 4.2, 2.8, side * 0.5, 0, Math.PI * 2));
    stroke(context, '#efe3c6', 2, () => line(context, 19, side * 5, 25, side * 8));
    context.fillStyle = '#f0d9a0';
    fill(context, () => disc(context, 16.5, side * 4, 1.1));
  }
}

function paintTortoise(context: Paint, shell: string): void {
  context.fillStyle = '#8a8450';
  for (const [x, y] of [
    [10, -12],
    [10, 12],
    [-11, -11],
    [-11, 11],
  ] as const) {
    outline(context, INK, 1.6, () => context.ellipse(x, y, 5.2, 3.6, x * y * 0.006, 0, Math.PI * 2));
  }
  outline(context, INK, 1.8, () => context.ellipse(20, 0, 6, 4.4, 0, 0, Math.PI * 2));
  outline(context, INK, 1.4, () => context.ellipse(-18, 0, 3.6, 1.8, 0, 0, Math.PI * 2));
  context.fillStyle = fur(context, shell, 18);
  outline(context, INK, 2.2, () => context.ellipse(0, 0, 17, 14, 0, 0, Math.PI * 2));
  stroke(context, shade(shell, -0.42), 1.5, () => {
    hexagon(context, 7);
    for (let i = 0; i < 6; i++) {
      const [x, y] = [Math.cos((i * Math.PI) / 3), Math.sin((i * Math.PI) / 3)];
      line(context, x * 7, y * 7, x * 15, y * 12.4);
    }
  });
  context.fillStyle = alpha('#fff2c8', 0.24);
  fill(context, () => context.ellipse(-3, -5, 6, 3, -0.4, 0, Math.PI * 2));
  context.fillStyle = INK;
  for (const side of [-1, 1]) fill(context, () => disc(context, 22.6, side * 2.2, 0.9));
}

/** A foot; two of them swing under whoever walks. */
export function footSprite(): Sprite {
  return sprite(18, (context) => {
    context.fillStyle = '#4a3220';
    outline(context, INK, 1.4, () => context.ellipse(0, 0, 6, 3.4, 0, 0, Math.PI * 2));
  });
}

export const TREES = 5;

/** The crown of a tree, over whoever walks beneath it: pines, olives, a cypress. `radius` in units is 50. */
export function crownSprite(variant: number): Sprite {
  const base = ['#4f5f35', '#5d6b3c', '#7f8a5c', '#46583a', '#6f7d4c'][variant % TREES]!;
  return sprite(124, (context) => {
    const lobes = 9 + (variant % 3) * 2;
    context.fillStyle = shade(base, -0.5);
    fill(context, () => blob(context, 50, lobes, variant));
    context.fillStyle = shade(base, -0.22);
    fill(context, () => blob(context, 45, lobes, variant + 1));
    context.fillStyle = base;
    context.translate(-4, -5);
    fill(context, () => blob(context, 36, lobes, variant + 2));
    context.fillStyle = shade(base, 0.14);
    context.translate(-4, -5);
    fill(context, () => blob(context, 24, lobes - 2, variant + 3));
    context.fillStyle = shade(base, 0.28);
    context.translate(-3, -3);
    fill(context, () => blob(context, 11, lobes - 3, variant + 4));
  });
}

function blob(context: Paint, radius: number, lobes: number, turn: number): void {
  for (let i = 0; i < lobes; i++) {
    const angle = ((i + turn * 0.37) * Math.PI * 2) / lobes;
    const reach = radius * (0.72 + 0.09 * Math.sin(i * 2.3 + turn));
    const [x, y] = [Math.cos(angle) * reach, Math.sin(angle) * reach];
    context.moveTo(x + radius * 0.28, y);
    context.arc(x, y, radius * 0.28, 0, Math.PI * 2);
  }
  context.moveTo(radius * 0.78, 0);
  context.arc(0, 0, radius * 0.78, 0, Math.PI * 2);
}

/** A rock; `radius` is 30. */
export function rockSprite(variant: number): Sprite {
  return sprite(76, (context) => {
    const corners = 9 + (variant % 3);
    const corner = (i: number, reach: number): [number, number] => {
      const angle = ((i + variant * 0.3) / corners) * Math.PI * 2;
      const far = reach * (0.9 + 0.1 * Math.sin(i * 2.2 + variant * 1.7));
      return [Math.cos(angle) * far, Math.sin(angle) * far];
    };
    const shape = (reach: number) => () => {
      for (let i = 0; i < corners; i++) context.lineTo(...corner(i, reach));
      context.closePath();
    };
    context.fillStyle = '#5c4d3e';
    outline(context, INK, 2.4, shape(30));
    context.translate(-2.5, -3.5);
    context.fillStyle = '#86735c';
    fill(context, shape(24));
    context.translate(-2, -2.5);
    context.fillStyle = '#a8937a';
    fill(context, shape(15));
    stroke(context, alpha('#2c2116', 0.5), 1.4, () => {
      line(context, ...corner(1, 14), ...corner(1, 27));
      line(context, ...corner(4, 15), ...corner(4, 28));
    });
  });
}

/** What is left of a temple: a fluted drum on its plinth. `radius` is 26. */
export function columnSprite(): Sprite {
  return sprite(76, (context) => {
    context.fillStyle = '#8b7c66';
    outline(context, INK, 2.2, () => context.roundRect(-27, -27, 54, 54, 5));
    context.fillStyle = '#b3a288';
    fill(context, () => context.roundRect(-25, -25, 48, 48, 4));
    const marble = context.createRadialGradient(-7, -8, 2, 0, 0, 24);
    marble.addColorStop(0, '#fbf2de');
    marble.addColorStop(1, '#b6a489');
    context.fillStyle = marble;
    outline(context, INK, 2, () => {
      for (let i = 0; i < 48; i++) {
        const reach = i % 4 < 2 ? 22 : 19.6;
        context.lineTo(Math.cos((i * Math.PI) / 24) * reach, Math.sin((i * Math.PI) / 24) * reach);
      }
      context.closePath();
    });
    stroke(context, alpha('#6f5f49', 0.6), 1.4, () => ring(context, 0, 0, 13));
  });
}

/** A thing as it lies on the ground and in the bag; about 30 units wide. */
export function thingSprite(kind: ItemKind): Sprite {
  return sprite(40, (context) => {
    context.lineJoin = 'round';
    THINGS[kind](context);
  });
}

/** All kinds, in the order of `ITEM_KINDS`. */
export function thingSprites(): readonly Sprite[] {
  return ITEM_KINDS.map(thingSprite);
}

const THINGS: Readonly<Record<ItemKind, (context: Paint) => void>> = {
  coin(context) {
    const gold = context.createRadialGradient(-3, -4, 1, 0, 0, 12);
    gold.addColorStop(0, '#fff3c0');
    gold.addColorStop(0.55, '#eab94c');
    gold.addColorStop(1, '#966316');
    context.fillStyle = gold;
    outline(context, INK, 2, () => disc(context, 0, 0, 11));
    stroke(context, '#8a5a14', 1.3, () => ring(context, 0, 0, 7.8));
    context.fillStyle = '#8a5a14';
    fill(context, () => {
      context.arc(-0.5, -1, 3.4, Math.PI * 0.6, Math.PI * 2.1);
      context.lineTo(2.4, 5);
      context.lineTo(-3.6, 5);
    });
  },
  olive(context) {
    stroke(context, '#4d3a1d', 2, () => line(context, -11, 8, 10, -9));
    for (const [x, y, turn] of [
      [-5, -3, 0.7],
      [5, 4, -0.4],
    ] as const) {
      context.fillStyle = '#7e8f4d';
      outline(context, INK, 1.4, () => context.ellipse(x, y - 4, 7.5, 3, turn, 0, Math.PI * 2));
    }
    for (const [x, y] of [
      [-4, 6],
      [6, -1],
    ] as const) {
      context.fillStyle = '#59702f';
      outline(context, INK, 1.8, () => context.ellipse(x, y, 5, 6.2, 0.4, 0, Math.PI * 2));
      context.fillStyle = alpha('#e8f0b8', 0.65);
      fill(context, () => disc(context, x - 1.6, y - 2, 1.5));
    }
  },
  fig(context) {
    context.fillStyle = fur(context, '#7a4a78', 13);
    outline(context, INK, 2, () => {
      context.moveTo(0, -12);
      context.bezierCurveTo(4, -6, 12, -2, 10.5, 5);
      context.bezierCurveTo(9, 12, -9, 12, -10.5, 5);
      context.bezierCurveTo(-12, -2, -4, -6, 0, -12);
    });
    stroke(context, alpha('#e7c4d9', 0.5), 1.2, () => {
      context.moveTo(-2, -6);
      context.quadraticCurveTo(-7, 0, -5, 8);
    });
    stroke(context, '#5a7034', 2.6, () => line(context, 0, -11, 2, -15));
  },
  laurel(context) {
    stroke(context, '#6a5a24', 1.8, () => context.arc(0, 0, 10, Math.PI * 0.68, Math.PI * 2.32));
    for (let i = 0; i < 10; i++) {
      const angle = Math.PI * (0.72 + i * 0.173);
      context.fillStyle = i % 2 === 0 ? '#8fae4a' : '#6d8f3a';
      outline(context, INK, 1.1, () =>
        context.ellipse(Math.cos(angle) * 10.5, Math.sin(angle) * 10.5, 5.2, 2.5, angle + 1.1, 0, Math.PI * 2),
      );
    }
  },
  amphora(context) {
    stroke(context, INK, 4.4, () => handles(context));
    stroke(context, '#a9572f', 2.2, () => handles(context));
    context.fillStyle = fur(context, '#c56f3e', 14);
    outline(context, INK, 2, () => {
      context.moveTo(-4, -14);
      context.lineTo(4, -14);
      context.lineTo(3, -8);
      context.bezierCurveTo(14, -3, 9, 9, 2, 15);
      context.lineTo(-2, 15);
      context.bezierCurveTo(-9, 9, -14, -3, -3, -8);
      context.closePath();
    });
    stroke(context, '#4a2412', 1.6, () => {
      line(context, -7.6, -1, 7.6, -1);
      line(context, -7.4, 3, 7.4, 3);
    });
  },
  gem(context) {
    context.fillStyle = '#3fb5c9';
    outline(context, INK, 2, () => {
      for (const [x, y] of [
        [-11, -4],
        [-6, -10],
        [6, -10],
        [11, -4],
        [0, 12],
      ] as const)
        context.lineTo(x, y);
      context.closePath();
    });
    context.fillStyle = '#a8f0f4';
    fill(context, () => {
      for (const [x, y] of [
        [-5, -4],
        [-3, -9],
        [3, -9],
        [5, -4],
        [0, 10],
      ] as const)
        context.lineTo(x, y);
    });
    stroke(context, '#e9ffff', 1.2, () => line(context, -11, -4, 11, -4));
  },
};

function handles(context: Paint): void {
  for (const side of [-1, 1]) {
    context.moveTo(side * 3.4, -12);
    context.bezierCurveTo(side * 12, -13, side * 12, -5, side * 8, -3);
  }
}

function hexagon(context: Paint, reach: number): void {
  for (let i = 0; i < 6; i++) {
    const [x, y] = [Math.cos((i * Math.PI) / 3) * reach, Math.sin((i * Math.PI) / 3) * reach];
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.closePath();
}

function fur(context: Paint, color: string, reach: number): CanvasGradient {
  const coat = context.createRadialGradient(-4, -5, 1, 0, 0, reach);
  coat.addColorStop(0, shade(color, 0.34));
  coat.addColorStop(0.6, color);
  coat.addColorStop(1, shade(color, -0.36));
  return coat;
}
