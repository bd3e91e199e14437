/**
 * Paints a square of the ground: colour by height and growth with light from the north-west, the lines of the coast and of
 * the hills, and small things that nobody stumbles over. The same place looks the same for everybody. Also the map of
 * the whole world, from the same colours.
 */
import { BEACH, GROVE, growthAt, HILLS, hash, heightAt, noise, SEA, SHORE, SIZE } from '../../../rooms/world/map.ts';
import { createRandom, type Random } from '../../../src/kernel/random.ts';
import { alpha } from '../render/palette.ts';

type Color = readonly [number, number, number];

/** Pixels of colour along a square's side; what lies between is blended by the browser. */
const PIXELS = 96;
/** Points along a square's side between which the lines of equal height run. */
const LINES = 32;
const DETAILS = 150;
/** None of them reaches farther than this from its place. */
const DETAIL_REACH = 26;
const SEED = 91;
/**
 * How far the light looks for the slope, and what it makes of it. Less than half of what lies between two points of the
 * simulation's grid, and every line of that grid would be an edge between light and shade.
 */
const LIGHT_REACH = 32;
const LIGHT = 2.8;

/** How much of a height, and of what grows there, is unevenness that is only seen. */
const UNEVEN = 0.011;
const UNEVEN_GROWTH = 0.07;

const BEACH_TOP = BEACH - 0.012;
const SAND: Color = [190, 157, 103];
/** Heights under the grass and the colour they have; between two of them the colour is between theirs. */
const SHORES: readonly (readonly [number, Color])[] = [
  [0, [14, 30, 38]],
  [0.2, [22, 48, 56]],
  [SEA - 0.012, [38, 78, 82]],
  [SEA + 0.004, [74, 124, 116]],
  [SHORE - 0.004, [126, 146, 116]],
  [SHORE + 0.006, [186, 156, 104]],
  [BEACH_TOP, SAND],
];
const DRY: Color = [158, 134, 82];
const MEADOW: Color = [124, 119, 66];
const WOOD: Color = [80, 86, 48];
const ROCK: Color = [124, 106, 84];
const PEAK: Color = [158, 140, 114];

/** A picture of the square with its corner at `left, top`, `size` units long, at `scale` pixels a unit. */
export function paintChunk(left: number, top: number, size: number, scale: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(size * scale);
  canvas.height = canvas.width;
  const context = canvas.getContext('2d', { alpha: false })!;
  context.imageSmoothingQuality = 'medium';
  context.drawImage(paintColors(left, top, size), 1, 1, PIXELS, PIXELS, 0, 0, canvas.width, canvas.height);
  context.setTransform(scale, 0, 0, scale, -left * scale, -top * scale);
  paintLines(context, left, top, size);
  paintDetails(context, left, top, size);
  return canvas;
}

/** The whole world as a map of `side` pixels. */
export function paintMap(side: number): HTMLCanvasElement {
  const step = SIZE / side;
  return paintPixels(side, (at, pixel) => {
    const x = ((at % side) + 0.5) * step;
    const y = (Math.floor(at / side) + 0.5) * step;
    colorInto(pixel, heightAt(x, y), growthAt(x, y));
    return 1 + 5 * slope(x, y, LIGHT_REACH);
  });
}

/** One pixel more on each side, so that neighbours are blended alike. */
function paintColors(left: number, top: number, size: number): HTMLCanvasElement {
  const side = PIXELS + 2;
  const step = size / PIXELS;
  return paintPixels(side, (at, pixel) => {
    const x = left + ((at % side) - 0.5) * step;
    const y = top + (Math.floor(at / side) - 0.5) * step;
    const height = shownHeight(x, y);
    const uneven = noise(x / 70, y / 70, 2, SEED);
    colorInto(pixel, height, growthAt(x, y) + (uneven - 0.5) * UNEVEN_GROWTH);
    const mottled = 0.94 + 0.12 * uneven;
    return height < SEA ? mottled : mottled * (1 + LIGHT * slope(x, y, LIGHT_REACH));
  });
}

/** `paint` writes the colour of the pixel `at` and answers how much light falls on it. */
function paintPixels(side: number, paint: (at: number, pixel: Float64Array) => number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(side, side);
  const { data } = image;
  const pixel = new Float64Array(3);
  for (let i = 0; i < side * side; i++) {
    const light = paint(i, pixel);
    for (let channel = 0; channel < 3; channel++) data[4 * i + channel] = pixel[channel]! * light;
    data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** The height with a fine unevenness: the coarse grid of the simulation would show in straight lines. */
function shownHeight(x: number, y: number): number {
  return heightAt(x, y) + (noise(x / 52, y / 52, 2, SEED + 1) - 0.5) * UNEVEN;
}

/** Positive where the ground faces the light. */
function slope(x: number, y: number, reach: number): number {
  return heightAt(x + reach, y + reach) - heightAt(x - reach, y - reach);
}

function colorInto(pixel: Float64Array, height: number, growth: number): void {
  if (height < BEACH_TOP) {
    shoreInto(pixel, height);
    return;
  }
  pixel.set(SAND);
  blend(pixel, DRY, ramp(height, BEACH_TOP, BEACH + 0.03));
  blend(pixel, MEADOW, ramp(growth, 0.34, 0.5) * ramp(height, BEACH_TOP, BEACH + 0.03));
  blend(pixel, WOOD, ramp(growth, 0.5, GROVE + 0.015) * ramp(height, BEACH_TOP, BEACH + 0.03));
  blend(pixel, ROCK, ramp(height, HILLS - 0.02, HILLS + 0.012));
  blend(pixel, PEAK, ramp(height, HILLS + 0.03, HILLS + 0.16));
}

function shoreInto(pixel: Float64Array, height: number): void {
  let i = 1;
  while (i < SHORES.length - 1 && height >= SHORES[i]![0]) i++;
  const [[from, low], [to, high]] = [SHORES[i - 1]!, SHORES[i]!];
  pixel.set(low);
  blend(pixel, high, ramp(height, from, to));
}

function blend(pixel: Float64Array, color: Color, share: number): void {
  if (share === 0) return;
  for (let channel = 0; channel < 3; channel++) pixel[channel]! += (color[channel]! - pixel[channel]!) * share;
}

function ramp(value: number, from: number, to: number): number {
  return Math.min(1, Math.max(0, (value - from) / (to - from)));
}

/** Foam along the coast, a damp edge on the beach, a ledge at the foot of the hills. */
function paintLines(context: CanvasRenderingContext2D, left: number, top: number, size: number): void {
  const heights = sampleHeights(left, top, size);
  const trace = (level: number): Path2D => traceLevel(heights, left, top, size / LINES, level);
  const stroke = (path: Path2D, color: string, width: number): void => {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke(path);
  };
  context.lineCap = 'round';
  const foam = trace(SEA + 0.002);
  stroke(foam, alpha('#d8efe4', 0.16), 9);
  stroke(foam, alpha('#eafaf0', 0.5), 2.4);
  stroke(trace(SEA - 0.014), alpha('#bfe3da', 0.16), 2);
  stroke(trace(SHORE), alpha('#fff3d8', 0.3), 2.2);
  const ledge = trace(HILLS - 0.004);
  stroke(ledge, alpha('#2a2016', 0.34), 3);
  context.translate(-1.6, -2);
  stroke(ledge, alpha('#ffe9c4', 0.2), 1.6);
  context.translate(1.6, 2);
  stroke(trace(HILLS + 0.07), alpha('#2a2016', 0.16), 2);
}

function sampleHeights(left: number, top: number, size: number): Float32Array {
  const side = LINES + 1;
  const heights = new Float32Array(side * side);
  const step = size / LINES;
  for (let i = 0; i < heights.length; i++) {
    heights[i] = shownHeight(left + (i % side) * step, top + Math.floor(i / side) * step);
  }
  return heights;
}

/** Marching squares: in each small square, a line from where the level crosses one side to where it crosses another. */
function traceLevel(heights: Float32Array, left: number, top: number, step: number, level: number): Path2D {
  const path = new Path2D();
  const side = LINES + 1;
  if (heights.every((height) => height < level) || heights.every((height) => height >= level)) return path;
  for (let row = 0; row < LINES; row++) {
    for (let column = 0; column < LINES; column++) {
      const at = row * side + column;
      const a = heights[at]!;
      const b = heights[at + 1]!;
      const c = heights[at + side + 1]!;
      const d = heights[at + side]!;
      if (a < level === b < level && b < level === c < level && c < level === d < level) continue;
      const x = left + column * step;
      const y = top + row * step;
      const points: number[] = [];
      cross(points, a, b, level, x, y, step, 0);
      cross(points, b, c, level, x + step, y, 0, step);
      cross(points, d, c, level, x, y + step, step, 0);
      cross(points, a, d, level, x, y, 0, step);
      for (let i = 0; i + 3 < points.length; i += 4) {
        path.moveTo(points[i]!, points[i + 1]!);
        path.lineTo(points[i + 2]!, points[i + 3]!);
      }
    }
  }
  return path;
}

function cross(
  points: number[],
  from: number,
  to: number,
  level: number,
  x: number,
  y: number,
  dx: number,
  dy: number,
): void {
  if (from < level === to < level) return;
  const share = (level - from) / (to - from);
  points.push(x + dx * share, y + dy * share);
}

/** Tufts, pebbles, ripples: each place gets what grows or lies there, and what reaches in from the squares around. */
function paintDetails(context: CanvasRenderingContext2D, left: number, top: number, size: number): void {
  const [right, bottom] = [left + size + DETAIL_REACH, top + size + DETAIL_REACH];
  for (let around = 0; around < 9; around++) {
    const [column, row] = [(around % 3) - 1, Math.floor(around / 3) - 1];
    for (const { x, y, seed } of detailsOf(left + column * size, top + row * size, size)) {
      if (x < left - DETAIL_REACH || y < top - DETAIL_REACH || x > right || y > bottom) continue;
      paintDetail(context, createRandom(seed), x, y);
    }
  }
}

/** Where the details of a square are, and what decides how each looks. */
function* detailsOf(left: number, top: number, size: number): Generator<{ x: number; y: number; seed: number }> {
  const random = createRandom(Math.floor(hash(left, top, SEED) * 2 ** 32));
  for (let i = 0; i < DETAILS; i++) {
    yield { x: left + random.next() * size, y: top + random.next() * size, seed: random.int(2 ** 32) };
  }
}

function paintDetail(context: CanvasRenderingContext2D, random: Random, x: number, y: number): void {
  const [height, growth] = [heightAt(x, y), growthAt(x, y)];
  if (height < SEA - 0.01) paintRipple(context, random, x, y, alpha('#9fd2cc', 0.1));
  else if (height < SHORE) paintRipple(context, random, x, y, alpha('#e9fbf2', 0.18));
  else if (height < BEACH)
    random.next() < 0.6
      ? paintRipple(context, random, x, y, alpha('#6b4e25', 0.16))
      : paintPebbles(context, random, x, y);
  else if (height > HILLS) paintStony(context, random, x, y);
  else if (random.next() < 0.06) paintFlowers(context, random, x, y);
  else if (growth > 0.4 || random.next() < 0.4) paintTuft(context, random, x, y, growth);
  else paintPebbles(context, random, x, y);
}

function paintRipple(context: CanvasRenderingContext2D, random: Random, x: number, y: number, color: string): void {
  const width = 8 + random.next() * 16;
  context.strokeStyle = color;
  context.lineWidth = 1.6;
  context.beginPath();
  context.moveTo(x - width, y);
  context.quadraticCurveTo(x - width / 2, y - 4, x, y);
  context.quadraticCurveTo(x + width / 2, y + 4, x + width, y);
  context.stroke();
}

function paintTuft(context: CanvasRenderingContext2D, random: Random, x: number, y: number, growth: number): void {
  context.strokeStyle = growth > GROVE ? alpha('#a3ab62', 0.34) : alpha('#d3c47c', 0.36);
  context.lineWidth = 1.5;
  context.beginPath();
  for (let blade = -2; blade <= 2; blade++) {
    const tall = 5 + random.next() * 6;
    context.moveTo(x + blade * 1.7, y);
    context.quadraticCurveTo(x + blade * 2, y - tall * 0.6, x + blade * 3.4, y - tall);
  }
  context.stroke();
  context.fillStyle = alpha('#241b0c', 0.14);
  context.beginPath();
  context.ellipse(x + 2, y + 1, 8, 2.6, 0, 0, Math.PI * 2);
  context.fill();
}

function paintPebbles(context: CanvasRenderingContext2D, random: Random, x: number, y: number): void {
  for (let i = 1 + random.int(3); i > 0; i--) {
    const [px, py, radius] = [x + random.next() * 18 - 9, y + random.next() * 12 - 6, 1.6 + random.next() * 3.2];
    context.fillStyle = alpha('#1d140b', 0.26);
    ellipse(context, px + 1.2, py + 1.6, radius, radius * 0.8);
    context.fillStyle = random.next() < 0.5 ? '#9c8a70' : '#7d6b54';
    ellipse(context, px, py, radius, radius * 0.78);
  }
}

/** Between the stones of the hills there is dry grass, and mostly nothing. */
function paintStony(context: CanvasRenderingContext2D, random: Random, x: number, y: number): void {
  const chance = random.next();
  if (chance < 0.34) paintPebbles(context, random, x, y);
  else if (chance < 0.5) paintTuft(context, random, x, y, 0);
  else if (chance < 0.62) paintRipple(context, random, x, y, alpha('#2a2016', 0.16));
}

function paintFlowers(context: CanvasRenderingContext2D, random: Random, x: number, y: number): void {
  const color = random.pick(['#e2684a', '#f1d27a', '#e9e2cf', '#b99bd8']);
  for (let i = 3 + random.int(5); i > 0; i--) {
    const [px, py] = [x + random.next() * 30 - 15, y + random.next() * 20 - 10];
    context.fillStyle = alpha('#3f4a20', 0.5);
    ellipse(context, px + 0.8, py + 1.6, 2, 1.4);
    context.fillStyle = color;
    ellipse(context, px, py, 1.7, 1.7);
  }
}

function ellipse(context: CanvasRenderingContext2D, x: number, y: number, radiusX: number, radiusY: number): void {
  context.beginPath();
  context.ellipse(x, y, radiusX, radiusY, 0, 0, Math.PI * 2);
  context.fill();
}
