/**
 * Who is near a point: a uniform grid kept in a hash table, rebuilt in one pass each tick. The plane has no edges, and
 * nothing is allocated while the number of points does not grow.
 * After Teschner et al., "Optimized Spatial Hashing for Collision Detection of Deformable Objects" (2003), with two
 * changes so that a query reads memory in order: the buckets lie one after another (counting sort), and cells side by
 * side have buckets side by side, so that the nine cells around a point are three runs of points.
 */

const MIN_BUCKETS = 64;
/** Buckets per point: fewer mean more strangers in each, more mean more memory to walk. */
const BUCKETS_PER_POINT = 2;
/**
 * How many buckets on the next row of cells begins. Its last seven bits keep rows next to each other more than three
 * buckets apart, however many buckets there are.
 */
const ROW_STRIDE = 0x9e3779b1 | 0;

/** How many cells from the origin positions may be: so far out, a rounded division is off by 2^-22 cells at most. */
const MAX_CELL = 2 ** 31;
/**
 * Cells are wider than the farthest query by a little more than what rounding can take from a distance and from two
 * divisions. Else two points just within reach of each other would, once in a while, lie two cells apart.
 */
const ROUNDING = 1 + 2 ** -20;

export class SpatialHash {
  readonly #cellSize: number;
  readonly #maxCoordinate: number;
  #mask = 0;
  /** Where each bucket begins in the sorted points; one more at the end. */
  #starts = new Int32Array(1);
  #bucketOf = new Int32Array(0);
  #ids = new Int32Array(0);
  #xs = new Float64Array(0);
  #ys = new Float64Array(0);

  /** Queries are for points at most `reach` away. */
  constructor(reach: number) {
    this.#cellSize = reach * ROUNDING;
    this.#maxCoordinate = reach * MAX_CELL;
  }

  /** Whether a point can be taken or asked about: it has a finite position that is not absurdly far out. */
  reaches(x: number, y: number): boolean {
    return Math.abs(x) <= this.#maxCoordinate && Math.abs(y) <= this.#maxCoordinate;
  }

  /** Takes the first `count` points, each within reach; `ids` are handed back by queries. */
  rebuild(count: number, ids: Int32Array, xs: Float64Array, ys: Float64Array): void {
    this.#reserve(count);
    const starts = this.#starts;
    starts.fill(0);
    for (let i = 0; i < count; i++) {
      const bucket = this.#bucket(Math.floor(xs[i]! / this.#cellSize), Math.floor(ys[i]! / this.#cellSize));
      this.#bucketOf[i] = bucket;
      starts[bucket]!++;
    }
    for (let bucket = 0, before = 0; bucket < starts.length; bucket++) {
      before += starts[bucket]!;
      starts[bucket] = before;
    }
    // From the back, each point to the end of what its bucket has left: `starts` ends up at the beginnings.
    for (let i = count - 1; i >= 0; i--) {
      const at = --starts[this.#bucketOf[i]!]!;
      this.#ids[at] = ids[i]!;
      this.#xs[at] = xs[i]!;
      this.#ys[at] = ys[i]!;
    }
  }

  /**
   * For a point within reach: writes the ids of all points within `radius` (inclusive, at most the hash's reach) to `found`,
   * which has room for all points; returns how many. Each candidate is written, and counts or not: whether it is near is a
   * branch that processors cannot foresee, because one in three is.
   */
  query(x: number, y: number, radius: number, found: Int32Array): number {
    const cellX = Math.floor(x / this.#cellSize);
    const cellY = Math.floor(y / this.#cellSize);
    const reach = radius * radius;
    const starts = this.#starts;
    const ids = this.#ids;
    const xs = this.#xs;
    const ys = this.#ys;
    let count = 0;
    for (let row = cellY - 1; row <= cellY + 1; row++) {
      const first = this.#bucket(cellX - 1, row);
      const whole = first + 2 <= this.#mask;
      // The run of three goes on at the front when it reaches the last bucket.
      const end = starts[whole ? first + 3 : this.#mask + 1]!;
      for (let at = starts[first]!; at < end; at++) {
        const offX = xs[at]! - x;
        const offY = ys[at]! - y;
        found[count] = ids[at]!;
        count += +(offX * offX + offY * offY <= reach);
      }
      if (whole) continue;
      const rest = starts[first + 2 - this.#mask]!;
      for (let at = 0; at < rest; at++) {
        const offX = xs[at]! - x;
        const offY = ys[at]! - y;
        found[count] = ids[at]!;
        count += +(offX * offX + offY * offY <= reach);
      }
    }
    return count;
  }

  #bucket(cellX: number, cellY: number): number {
    return (cellX + Math.imul(cellY, ROW_STRIDE)) & this.#mask;
  }

  #reserve(count: number): void {
    if (count <= this.#ids.length && this.#starts.length > 1) return;
    const capacity = Math.max(MIN_BUCKETS, 2 ** Math.ceil(Math.log2(count)));
    this.#mask = capacity * BUCKETS_PER_POINT - 1;
    this.#starts = new Int32Array(capacity * BUCKETS_PER_POINT + 1);
    this.#bucketOf = new Int32Array(capacity);
    this.#ids = new Int32Array(capacity);
    this.#xs = new Float64Array(capacity);
    this.#ys = new Float64Array(capacity);
  }
}
