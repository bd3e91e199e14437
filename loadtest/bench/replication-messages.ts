/** What the processes of the replication bench agree on: fixed numbers, and what they tell each other over IPC. Plain data. */

export const TICK_RATE = 20;
/** Of sight, in units of distance. */
export const RADIUS = 400;

export type Half = 'hypogeum' | 'stock';
export type PositionType = 'float32' | 'int16';

export interface WorldWanted {
  readonly players: number;
  readonly positions: PositionType;
  readonly seed: number;
  /** So many players' frames are decoded, as a client would, to compare the two halves. */
  readonly decoded: number;
}

/** Who came into sight and who left it in one tick: observer, unit, observer, unit ... as walker numbers. */
export interface SightChanges {
  readonly entered: number[];
  readonly left: number[];
}

/** One tick, in the unit of the gauge: microseconds of CPU, or bytes of heap. */
export interface TickCost {
  /** From the recorded field writes to frames that are buffers of their own. Stock: `view.add` and `remove` are in it. */
  readonly frames: number;
  /** Of `frames`, what went into `view.add` and `view.remove`; 0 for Hypogeum, whose interest is apart. */
  readonly views: number;
  /** Deciding who is seen. Nothing for stock: it is told. */
  readonly interest: number;
  /** Of all frames, the protocol byte included. */
  readonly bytes: number;
}

export interface RoundResult {
  readonly ticks: readonly TickCost[];
  /** Entities in sight of a player, mean; 0 where it is not known. */
  readonly visible: number;
  /** What the decoding players hold at the end, as canonical text, one each. */
  readonly held: readonly string[];
  /** Entities that a decoding player holds otherwise than the server does. */
  readonly wrong: number;
}

/** JavaScript heap that one tick allocates, in bytes: medians of the ticks. */
export interface HeapResult {
  /** In all, interest included. */
  readonly tick: number;
  /** As many frames of the same sizes, allocated the same way, by themselves. */
  readonly frames: number;
}

export type ToHalf =
  | { readonly type: 'prepare'; readonly half: Half; readonly world: WorldWanted }
  /** A round of as many ticks; Hypogeum decides who sees whom and fills them in, stock is told. */
  | { readonly type: 'run'; readonly changes: readonly SightChanges[] }
  /** The same, but the heap is measured. */
  | { readonly type: 'weigh'; readonly changes: readonly SightChanges[] };

export type FromHalf =
  | { readonly type: 'ready' }
  | { readonly type: 'round'; readonly round: RoundResult; readonly changes: readonly SightChanges[] }
  | { readonly type: 'heap'; readonly heap: HeapResult; readonly changes: readonly SightChanges[] };
