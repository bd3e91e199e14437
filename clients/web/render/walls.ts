/** The stone: blocks that stand in the arena, with height and shadow, and the podium wall with its arches around it. Painted once. */
import { HEIGHT, type Rect, WALLS, WIDTH } from '../../../rooms/arena/map.ts';
import type { Random } from '../../../src/kernel/random.ts';
import { alpha, COLORS } from './palette.ts';

/** How much of a block's footprint its front takes: seen from above and a little from the south. */
const FRONT = 15;
/** The stone around the arena, as deep as the camera ever looks. */
export const PODIUM = 100;
const RIM = 20;

/** Torches burn on the podium and on the blocks; their light moves and is drawn each frame. */
export const TORCHES: readonly { readonly x: number; readonly y: number }[] = [...podiumTorches(), ...blockTorches()];

export function paintWalls(context: CanvasRenderingContext2D, random: Random): void {
  paintPodium(context);
  for (const wall of WALLS) paintShadow(context, wall);
  paintPodiumShade(context);
  for (const wall of WALLS) paintBlock(context, wall, random);
  for (const torch of TORCHES) paintBrazier(context, torch.x, torch.y);
}

function podiumTorches(): { x: number; y: number }[] {
  const torches = [];
  for (let x = 200; x < WIDTH; x += 400) torches.push({ x, y: -34 }, { x, y: HEIGHT + 34 });
  for (let y = 200; y < HEIGHT; y += 333) torches.push({ x: -34, y }, { x: WIDTH + 34, y });
  return torches;
}

function blockTorches(): { x: number; y: number }[] {
  return WALLS.filter(({ w, h }) => w >= 300 || h >= 240).map(({ x, y, w, h }) => ({
    x: x + w / 2,
    y: y + (h - FRONT) / 2,
  }));
}

function paintShadow(context: CanvasRenderingContext2D, { x, y, w, h }: Rect): void {
  context.save();
  context.shadowColor = 'rgb(0 0 0 / 62%)';
  context.shadowBlur = 34;
  context.shadowOffsetX = 9;
  context.shadowOffsetY = 14;
  context.fillStyle = '#000000';
  context.fillRect(x, y, w, h);
  context.restore();
}

function paintBlock(context: CanvasRenderingContext2D, { x, y, w, h }: Rect, random: Random): void {
  const top = h - FRONT;
  const front = context.createLinearGradient(0, y + top, 0, y + h);
  front.addColorStop(0, '#33271b');
  front.addColorStop(1, '#150e08');
  context.fillStyle = front;
  context.fillRect(x, y + top, w, FRONT);
  const face = context.createLinearGradient(x, y, x + w * 0.4, y + top);
  face.addColorStop(0, COLORS.stoneLight);
  face.addColorStop(1, COLORS.stone);
  context.fillStyle = face;
  context.fillRect(x, y, w, top);
  paintMasonry(context, x, y, w, top, random);
  context.fillStyle = alpha('#ffe6bd', 0.3);
  context.fillRect(x, y, w, 2);
  context.fillRect(x, y, 2, top);
  context.fillStyle = alpha('#000000', 0.45);
  context.fillRect(x, y + top - 1, w, 2);
  context.strokeStyle = alpha(COLORS.brass, 0.62);
  context.lineWidth = 2;
  context.strokeRect(x + 8, y + 8, w - 16, top - 16);
  context.strokeStyle = '#0c0704';
  context.lineWidth = 2;
  context.strokeRect(x - 1, y - 1, w + 2, h + 2);
}

/** Seams and stains of single stones, kept within the face. */
function paintMasonry(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  w: number,
  h: number,
  random: Random,
): void {
  context.save();
  context.beginPath();
  context.rect(x, y, w, h);
  context.clip();
  const along = w >= h;
  const length = along ? w : h;
  for (let at = 18 + random.next() * 20; at < length; at += 42 + random.next() * 26) {
    context.fillStyle = alpha('#000000', 0.32);
    context.fillRect(along ? x + at : x, along ? y : y + at, along ? 1.6 : w, along ? h : 1.6);
    context.fillStyle = alpha('#ffe6bd', 0.1);
    context.fillRect(along ? x + at + 1.6 : x, along ? y : y + at + 1.6, along ? 1 : w, along ? h : 1);
  }
  for (let i = 0; i < (w * h) / 900; i++) {
    context.fillStyle = alpha(random.next() < 0.5 ? '#000000' : '#ffe6bd', 0.05);
    context.fillRect(x + random.next() * w, y + random.next() * h, 3 + random.next() * 12, 2 + random.next() * 5);
  }
  context.restore();
}

/** Everything outside of the sand: the podium's dark stone, its arches, and a brass line along the edge. */
function paintPodium(context: CanvasRenderingContext2D): void {
  context.save();
  context.beginPath();
  context.rect(-PODIUM, -PODIUM, WIDTH + 2 * PODIUM, HEIGHT + 2 * PODIUM);
  context.rect(0, 0, WIDTH, HEIGHT);
  context.clip('evenodd');
  context.fillStyle = '#1c140d';
  context.fillRect(-PODIUM, -PODIUM, WIDTH + 2 * PODIUM, HEIGHT + 2 * PODIUM);
  side(context, 0, 0, 0, WIDTH);
  side(context, WIDTH, HEIGHT, Math.PI, WIDTH);
  side(context, 0, HEIGHT, -Math.PI / 2, HEIGHT);
  side(context, WIDTH, 0, Math.PI / 2, HEIGHT);
  context.restore();
  context.strokeStyle = '#0a0604';
  context.lineWidth = 5;
  context.strokeRect(-2.5, -2.5, WIDTH + 5, HEIGHT + 5);
  context.strokeStyle = alpha(COLORS.brass, 0.75);
  context.lineWidth = 2.5;
  context.strokeRect(-8, -8, WIDTH + 16, HEIGHT + 16);
}

/** One side, drawn as if it were the north one: the sand lies at y > 0. */
function side(context: CanvasRenderingContext2D, x: number, y: number, turn: number, length: number): void {
  context.save();
  context.translate(x, y);
  context.rotate(turn);
  const rim = context.createLinearGradient(0, -RIM, 0, 0);
  rim.addColorStop(0, COLORS.stoneLight);
  rim.addColorStop(1, '#2b2016');
  context.fillStyle = rim;
  context.fillRect(-PODIUM, -RIM, length + 2 * PODIUM, RIM);
  context.fillStyle = alpha('#000000', 0.4);
  for (let at = -PODIUM; at < length + PODIUM; at += 50) context.fillRect(at, -RIM, 1.6, RIM);
  for (let at = 25; at < length; at += 50) arch(context, at, -RIM - 8, at % 200 === 25 ? 0.34 : 0.06);
  context.restore();
}

/** The mouth of a gangway, lit from within by `glow` (0 to 1). */
function arch(context: CanvasRenderingContext2D, x: number, y: number, glow: number): void {
  context.beginPath();
  context.moveTo(x - 15, y);
  context.lineTo(x - 15, y - 22);
  context.arc(x, y - 22, 15, Math.PI, 0);
  context.lineTo(x + 15, y);
  context.closePath();
  context.fillStyle = '#090503';
  context.fill();
  const light = context.createRadialGradient(x, y - 4, 1, x, y - 10, 26);
  light.addColorStop(0, alpha(COLORS.fire, glow));
  light.addColorStop(1, alpha(COLORS.ember, 0));
  context.fillStyle = light;
  context.fill();
  context.strokeStyle = alpha('#ffe6bd', 0.14);
  context.lineWidth = 2;
  context.stroke();
}

/** The shade that the podium throws onto the sand. */
function paintPodiumShade(context: CanvasRenderingContext2D): void {
  const edges: [number, number, number, number][] = [
    [0, 0, 0, 90],
    [0, 0, 70, 0],
    [0, HEIGHT, 0, HEIGHT - 46],
    [WIDTH, 0, WIDTH - 46, 0],
  ];
  for (const [x0, y0, x1, y1] of edges) {
    const shade = context.createLinearGradient(x0, y0, x1, y1);
    shade.addColorStop(0, 'rgb(0 0 0 / 58%)');
    shade.addColorStop(1, 'rgb(0 0 0 / 0%)');
    context.fillStyle = shade;
    context.fillRect(0, 0, WIDTH, HEIGHT);
  }
}

function paintBrazier(context: CanvasRenderingContext2D, x: number, y: number): void {
  const disc = (radius: number, color: string) => {
    context.fillStyle = color;
    context.beginPath();
    context.arc(x, y, radius, 0, Math.PI * 2);
    context.fill();
  };
  disc(10.5, '#0a0604');
  disc(8.5, COLORS.brassDark);
  disc(6, '#2a1206');
}
