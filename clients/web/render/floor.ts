/** The sand and what is let into it, painted once: rings of the rake, paved ways, lift shafts, the seal in the middle. */
import { HEIGHT, PICKUPS, SPAWNS, WIDTH } from '../../../rooms/arena/map.ts';
import type { Random } from '../../../src/kernel/random.ts';
import { alpha, COLORS } from './palette.ts';

const CENTER_X = WIDTH / 2;
const CENTER_Y = HEIGHT / 2;
const WAY_WIDTH = 190;
const GRAINS = 11_000;

/** Round pits with a gear turning under the bars; the gears themselves move and are drawn each frame. */
export const GEAR_PITS = [
  { x: 640, y: 850, radius: 82 },
  { x: 1360, y: 550, radius: 82 },
] as const;

/** Paints the whole floor, in world units. */
export function paintFloor(context: CanvasRenderingContext2D, random: Random): void {
  paintSand(context);
  paintWays(context, random);
  paintBlots(context, random);
  paintRakeRings(context);
  paintSeal(context);
  for (const spawn of SPAWNS) paintLift(context, spawn.x, spawn.y);
  for (const place of PICKUPS) paintPedestal(context, place.x, place.y);
  for (const pit of GEAR_PITS) paintPit(context, pit.x, pit.y, pit.radius);
  paintGrains(context, random);
}

function paintSand(context: CanvasRenderingContext2D): void {
  const light = context.createRadialGradient(CENTER_X, CENTER_Y, 80, CENTER_X, CENTER_Y, 1200);
  light.addColorStop(0, COLORS.sandLight);
  light.addColorStop(0.55, COLORS.sand);
  light.addColorStop(1, COLORS.sandDark);
  context.fillStyle = light;
  context.fillRect(0, 0, WIDTH, HEIGHT);
}

/** Two ways of flagstones that cross in the middle, worn and half covered. */
function paintWays(context: CanvasRenderingContext2D, random: Random): void {
  const row = WAY_WIDTH / 4;
  for (let y = CENTER_Y - WAY_WIDTH / 2; y < CENTER_Y + WAY_WIDTH / 2; y += row) {
    for (let x = -20 - random.next() * 60; x < WIDTH; )
      x += paintSlab(context, random, x, y, 50 + random.next() * 56, row);
  }
  for (let x = CENTER_X - WAY_WIDTH / 2; x < CENTER_X + WAY_WIDTH / 2; x += row) {
    for (let y = -20 - random.next() * 60; y < HEIGHT; ) {
      const length = 50 + random.next() * 56;
      if (Math.abs(y + length / 2 - CENTER_Y) > WAY_WIDTH / 2) paintSlab(context, random, x, y, row, length);
      y += length;
    }
  }
}

/** One flagstone; answers its width. */
function paintSlab(
  context: CanvasRenderingContext2D,
  random: Random,
  x: number,
  y: number,
  width: number,
  height: number,
): number {
  const worn = random.next();
  if (worn > 0.12) {
    context.fillStyle = alpha('#2a1d12', 0.1 + worn * 0.16);
    context.beginPath();
    context.roundRect(x + 1.5, y + 1.5, width - 3, height - 3, 4);
    context.fill();
    context.fillStyle = alpha('#ffdf9f', 0.02 + worn * 0.05);
    context.fillRect(x + 3, y + 2, width - 6, 1.5);
  }
  return width;
}

function paintBlots(context: CanvasRenderingContext2D, random: Random): void {
  for (let i = 0; i < 170; i++) {
    const [x, y, radius] = [random.next() * WIDTH, random.next() * HEIGHT, 50 + random.next() * 150];
    const color = random.next() < 0.55 ? '#2a1b0e' : '#e0b878';
    const blot = context.createRadialGradient(x, y, 0, x, y, radius);
    blot.addColorStop(0, alpha(color, 0.13));
    blot.addColorStop(1, alpha(color, 0));
    context.fillStyle = blot;
    context.fillRect(x - radius, y - radius, radius * 2, radius * 2);
  }
}

/** What the rake left: long ellipses around the middle. */
function paintRakeRings(context: CanvasRenderingContext2D): void {
  for (let radius = 210; radius < 1250; radius += 13) {
    context.strokeStyle = alpha(radius % 3 === 0 ? '#ffdda0' : '#1c1108', 0.055);
    context.lineWidth = radius % 2 === 0 ? 3 : 1.5;
    context.beginPath();
    context.ellipse(CENTER_X, CENTER_Y, radius, radius * 0.72, 0, 0, Math.PI * 2);
    context.stroke();
  }
}

/** Brass let into stone: a wheel of sixteen spokes, one for each fighter. */
function paintSeal(context: CanvasRenderingContext2D): void {
  context.save();
  context.translate(CENTER_X, CENTER_Y);
  disc(context, 186, alpha('#20150c', 0.5));
  ring(context, 180, 5, alpha(COLORS.brass, 0.5));
  ring(context, 168, 1.5, alpha(COLORS.brass, 0.4));
  ring(context, 96, 3, alpha(COLORS.brass, 0.42));
  for (let i = 0; i < 16; i++) {
    context.rotate(Math.PI / 8);
    context.fillStyle = alpha(COLORS.brass, i % 2 === 0 ? 0.36 : 0.18);
    context.beginPath();
    context.moveTo(102, 0);
    context.lineTo(132, i % 2 === 0 ? -8 : -4);
    context.lineTo(164, 0);
    context.lineTo(132, i % 2 === 0 ? 8 : 4);
    context.fill();
  }
  disc(context, 34, alpha(COLORS.brass, 0.28));
  ring(context, 34, 2, alpha(COLORS.brassBright, 0.4));
  context.restore();
}

/** A trapdoor over a lift, where fighters come up. */
function paintLift(context: CanvasRenderingContext2D, x: number, y: number): void {
  const half = 36;
  context.save();
  context.translate(x, y);
  context.fillStyle = alpha('#160d06', 0.55);
  context.beginPath();
  context.roundRect(-half, -half, half * 2, half * 2, 7);
  context.fill();
  context.fillStyle = '#4b3824';
  for (let i = 0; i < 4; i++) context.fillRect(-half + 5, -half + 5 + i * 16.6, half * 2 - 10, 15);
  context.fillStyle = alpha('#000000', 0.5);
  context.fillRect(-1.5, -half + 4, 3, half * 2 - 8);
  context.strokeStyle = alpha(COLORS.brass, 0.4);
  context.lineWidth = 2;
  context.strokeRect(-half + 3.5, -half + 3.5, half * 2 - 7, half * 2 - 7);
  context.fillStyle = alpha(COLORS.brass, 0.65);
  for (const cornerX of [-1, 1]) for (const cornerY of [-1, 1]) dot(context, cornerX * 27, cornerY * 27, 3);
  context.restore();
}

/** The brass plate that carries a pickup. */
function paintPedestal(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.save();
  context.translate(x, y);
  disc(context, 38, alpha('#0d0704', 0.55));
  disc(context, 33, '#382a1b');
  ring(context, 33, 4, COLORS.brassDark);
  ring(context, 27, 1.5, alpha(COLORS.brass, 0.65));
  context.fillStyle = alpha(COLORS.brass, 0.8);
  for (let i = 0; i < 8; i++) dot(context, Math.cos((i * Math.PI) / 4) * 33, Math.sin((i * Math.PI) / 4) * 33, 1.8);
  context.restore();
}

/** A shaft in the floor: dark, with a stone rim. Bars and gear are drawn over it each frame. */
function paintPit(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.save();
  context.translate(x, y);
  disc(context, radius + 16, alpha('#0d0704', 0.4));
  disc(context, radius + 11, COLORS.stone);
  for (let i = 0; i < 24; i++) {
    context.rotate(Math.PI / 12);
    context.fillStyle = alpha('#000000', 0.35);
    context.fillRect(radius, -0.8, 11, 1.6);
  }
  ring(context, radius + 11, 1.5, alpha('#ffe2b0', 0.22));
  disc(context, radius, '#0a0604');
  context.restore();
}

function paintGrains(context: CanvasRenderingContext2D, random: Random): void {
  for (let i = 0; i < GRAINS; i++) {
    const light = random.next() < 0.5;
    context.fillStyle = alpha(light ? '#ffe6b4' : '#120a04', 0.05 + random.next() * 0.12);
    const size = 0.8 + random.next() * 1.6;
    context.fillRect(random.next() * WIDTH, random.next() * HEIGHT, size, size);
  }
}

function disc(context: CanvasRenderingContext2D, radius: number, color: string): void {
  context.fillStyle = color;
  dot(context, 0, 0, radius);
}

function dot(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, Math.PI * 2);
  context.fill();
}

function ring(context: CanvasRenderingContext2D, radius: number, width: number, color: string): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.beginPath();
  context.arc(0, 0, radius, 0, Math.PI * 2);
  context.stroke();
}
