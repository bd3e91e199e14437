/** What the tree encoder is told of an entity, and tells it. */
import type { ChangeTree } from '@colyseus/schema';
import type { ByteArena } from './byte-arena.ts';

/** When parts of an entity changed last, for whoever missed some ticks. */
export interface ChangeLog {
  readonly tree: ChangeTree;
  /** By field of the entity itself. */
  readonly fieldTicks: Float64Array;
  /** By refId of what hangs on it; those before `nestedSince` are forgotten. */
  readonly nestedTicks: ReadonlyMap<number, number> | undefined;
  readonly nestedSince: number;
  /** What arrays held after the last tick in which they changed, by refId; not of all arrays. */
  readonly arrays: ReadonlyMap<number, readonly unknown[]> | undefined;
  /** A field's value was written, from `start` to where the arena ends now; nothing if the field was deleted. */
  wrote(field: number, arena: ByteArena, start: number): void;
}

/** Trees with changes in this tick: so many from the front, parents first; and which of them other entities hold too. */
export interface DirtyTrees {
  readonly dirty: readonly ChangeTree[];
  readonly dirtyCount: number;
  readonly shared: readonly boolean[];
}
