/**
 * The ground: an island, the same on server and page because both work it out from the same seed. Heights and growth are
 * value noise on a coarse grid; rocks, trees and columns stand one to a cell at most. Made once when the module is
 * loaded, then only read. Integer hashes and plain arithmetic only, so every machine gets the same island.
 */

/** Length of the world's side. */
export const SIZE = 13_056;
const SEED = 0x4a7e51;

/** Heights, 0 .. 1, that mean something. */
export const SEA = 0.3;
export const SHORE = 0.345;
export const BEACH = 0.39;
export const HILLS = 0.66;
/** Growth, 0 .. 1, from which on there is a grove. */
export const GROVE = 0.57;

/** Distance of the noise grid's points. */
const GRID = 64;
const POINTS = SIZE / GRID + 1;
const LAST = POINTS - 1.001;

/**
 * At most one rock, tree or column a cell, and in its middle: none reaches a body in another cell, so that a step looks
 * at one of them only.
 */
export const CELL = 192;
export const CELLS = SIZE / CELL;

/** What stands in a cell; `Obstacles.kinds`. */
export const Obstacle = { none: 0, tree: 1, rock: 2, column: 3 } as const;

interface Obstacles {
  readonly kinds: Readonly<Uint8Array>;
  readonly x: Readonly<Float32Array>;
  readonly y: Readonly<Float32Array>;
  /** Of the part that stops a body. */
  readonly radius: Readonly<Float32Array>;
}

const heights: Readonly<Float32Array> = fill((x, y) => height(x, y));
const growths: Readonly<Float32Array> = fill((x, y) => bentNoise(x, y, 1500, 4, SEED + 77));

/** By cell: `cellY * CELLS + cellX`. */
export const OBSTACLES: Obstacles = placeObstacles();

/** 0 .. 1; under `SEA` nobody walks. */
export function heightAt(x: number, y: number): number {
  return sample(heights, x, y);
}

/** 0 .. 1; how much grows here. */
export function growthAt(x: number, y: number): number {
  return sample(growths, x, y);
}

/** How fast the ground lets one walk, as a share of the full speed; 0 in the sea. */
export function paceAt(x: number, y: number): number {
  const ground = sample(heights, x, y);
  if (ground < SEA) return 0;
  if (ground < SHORE) return 0.5;
  if (ground > HILLS) return 0.72;
  return sample(growths, x, y) > GROVE ? 0.84 : 1;
}

/** Two octaves or more of value noise, 0 .. 1; for the page's painting too. */
export function noise(x: number, y: number, octaves: number, seed: number): number {
  let sum = 0;
  let weight = 0.5;
  let total = 0;
  let scale = 1;
  for (let octave = 0; octave < octaves; octave++) {
    sum += weight * lattice(x * scale, y * scale, seed + octave * 1013);
    total += weight;
    weight *= 0.5;
    scale *= 2;
  }
  return sum / total;
}

/** Noise looked up a little beside the place, by other noise: without that one sees the lattice it is made on. */
function bentNoise(x: number, y: number, size: number, octaves: number, seed: number): number {
  const [u, v] = [x / size, y / size];
  const bendX = noise(u * 1.3 + 7.1, v * 1.3 + 2.7, 3, seed + 5) - 0.5;
  const bendY = noise(u * 1.3 + 3.9, v * 1.3 + 9.2, 3, seed + 6) - 0.5;
  return noise(u + 1.5 * bendX, v + 1.5 * bendY, octaves, seed);
}

/** 0 .. 1, the same for the same whole numbers (a round of murmur3's mixing; Austin Appleby). */
export function hash(x: number, y: number, seed: number): number {
  let h = Math.imul(x | 0, 0x27d4eb2d) ^ Math.imul(y | 0, 0x165667b1) ^ Math.imul(seed | 0, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

function lattice(x: number, y: number, seed: number): number {
  const cellX = Math.floor(x);
  const cellY = Math.floor(y);
  const u = ease(x - cellX);
  const v = ease(y - cellY);
  const top = hash(cellX, cellY, seed) * (1 - u) + hash(cellX + 1, cellY, seed) * u;
  const bottom = hash(cellX, cellY + 1, seed) * (1 - u) + hash(cellX + 1, cellY + 1, seed) * u;
  return top * (1 - v) + bottom * v;
}

function ease(share: number): number {
  return share * share * (3 - 2 * share);
}

/** Noise that sinks into the sea towards the edges: the coast keeps people in the world, not a wall. */
function height(x: number, y: number): number {
  const [u, v] = [(2 * x) / SIZE - 1, (2 * y) / SIZE - 1];
  const edge = Math.max(u * u, v * v) * 0.62 + (u * u + v * v) * 0.26;
  const land = 0.58 - 0.6 * edge * edge * edge;
  return land + (bentNoise(x, y, 1750, 5, SEED) - 0.5) * 0.9;
}

function fill(value: (x: number, y: number) => number): Float32Array {
  const points = new Float32Array(POINTS * POINTS);
  for (let row = 0; row < POINTS; row++) {
    for (let column = 0; column < POINTS; column++) points[row * POINTS + column] = value(column * GRID, row * GRID);
  }
  return points;
}

/** Between the four points around; outside the world as at its edge. Asked thousands of times a tick. */
function sample(points: Readonly<Float32Array>, x: number, y: number): number {
  const gridX = inGrid(x);
  const gridY = inGrid(y);
  const column = Math.floor(gridX);
  const row = Math.floor(gridY);
  const u = gridX - column;
  const v = gridY - row;
  const at = row * POINTS + column;
  const top = points[at]! + (points[at + 1]! - points[at]!) * u;
  const bottom = points[at + POINTS]! + (points[at + POINTS + 1]! - points[at + POINTS]!) * u;
  return top + (bottom - top) * v;
}

/** Never the last point itself: there is none after it. */
function inGrid(value: number): number {
  const at = value / GRID;
  return at > 0 ? Math.min(at, LAST) : 0;
}

function placeObstacles(): Obstacles {
  const count = CELLS * CELLS;
  const kinds = new Uint8Array(count);
  const [x, y, radius] = [new Float32Array(count), new Float32Array(count), new Float32Array(count)];
  for (let cellY = 0; cellY < CELLS; cellY++) {
    for (let cellX = 0; cellX < CELLS; cellX++) {
      const at = cellY * CELLS + cellX;
      x[at] = (cellX + 0.25 + 0.5 * hash(cellX, cellY, SEED + 1)) * CELL;
      y[at] = (cellY + 0.25 + 0.5 * hash(cellX, cellY, SEED + 2)) * CELL;
      kinds[at] = obstacleAt(x[at]!, y[at]!, hash(cellX, cellY, SEED + 3));
      radius[at] = kinds[at] === 0 ? 0 : 17 + 13 * hash(cellX, cellY, SEED + 4);
    }
  }
  return { kinds, x, y, radius };
}

/** Trees where much grows, rocks in the hills, here and there what is left of a temple. */
function obstacleAt(x: number, y: number, chance: number): number {
  const [ground, growth] = [heightAt(x, y), growthAt(x, y)];
  if (ground < BEACH) return Obstacle.none;
  if (ground > HILLS) return chance < 0.5 ? Obstacle.rock : Obstacle.none;
  if (growth > GROVE) return chance < 0.85 ? Obstacle.tree : Obstacle.none;
  if (chance > 0.985) return Obstacle.column;
  return chance < 0.1 ? Obstacle.tree : chance < 0.16 ? Obstacle.rock : Obstacle.none;
}
