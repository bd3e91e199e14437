/**
 * Which instances were elsewhere in the state before they came where they are now, or are in several places. A decoder may
 * still hold them when it hears of them again: what the tree encoder writes of them has to be right whatever it holds.
 */
import { type ChangeTree, type Encoder, OPERATION } from '@colyseus/schema';
import { hasChildren, isTracked } from './colyseus-fields.ts';
import { itemsOf, refIdOf, restoreParent, treeOf } from './colyseus-schema-internals.ts';

export class MovedParts {
  readonly #encoder: Encoder;
  /** By refId: their contents are written over, and not added. */
  readonly #moved = new Set<number>();
  /**
   * Collections that were in several places at once, by refId. A decoder makes a copy for each place and goes on with the
   * last one it heard of, so with every change of such a collection its places are told again.
   */
  readonly #copied = new Set<number>();
  /** Instances from this refId on are new in this tick. */
  #freshFrom = 0;
  /** Instances below this refId moved nobody knows where, in ticks without observers. */
  #unfollowedBelow = 0;

  constructor(encoder: Encoder) {
    this.#encoder = encoder;
  }

  /** A tick begins: what has a refId below was there before. */
  begin(freshFrom: number): void {
    this.#freshFrom = freshFrom;
  }

  has(tree: ChangeTree): boolean {
    return this.#moved.size > 0 && this.#moved.has(refIdOf(tree));
  }

  isCopied(tree: ChangeTree): boolean {
    return this.#copied.size > 0 && this.#copied.has(refIdOf(tree));
  }

  /** Whether somebody who comes back may know it from elsewhere. */
  mayHave(tree: ChangeTree): boolean {
    return refIdOf(tree) < this.#unfollowedBelow;
  }

  isNew(tree: ChangeTree): boolean {
    return refIdOf(tree) >= this.#freshFrom && !this.has(tree);
  }

  /** Notes which parts of a new entity are not its own, and which are not new; none is to `strangers`, who know nothing. */
  note(tree: ChangeTree, strangers = false): void {
    const refId = refIdOf(tree);
    if (refId < this.#freshFrom && !strangers) this.#moved.add(refId);
    if (!tree._isSchema && this.#isShared(tree)) {
      this.#copied.add(refId);
      this.#moved.add(refId);
    }
    if (!hasChildren(tree)) return;
    tree.forEachChild((child, index) => {
      if (this.#isShared(child)) restoreParent(child, tree, index);
      this.note(child, strangers);
    });
  }

  #isShared(tree: ChangeTree): boolean {
    return this.#encoder.root.refCount[refIdOf(tree)]! > 1;
  }

  /** Notes a part that came into a place in this tick. False for one that is new, and nobody else's. */
  isArrival(tree: ChangeTree): boolean {
    if (this.isNew(tree) && !this.#isShared(tree)) return false;
    this.note(tree);
    return true;
  }

  /** Notes what came in this tick into a tree that is written as a whole; `before`: what an array held. */
  noteAllIn(tree: ChangeTree, before: readonly unknown[] | undefined): void {
    if (!hasChildren(tree)) return;
    if (tree.isArray) {
      const known = new Set(before);
      for (const item of itemsOf(tree)) if (isTracked(item) && !known.has(item)) this.note(treeOf(item));
      return;
    }
    tree.forEach((index, operation) => {
      const value = index >= 0 && (operation & OPERATION.ADD) !== 0 ? tree.getValue(index) : undefined;
      if (isTracked(value)) this.note(treeOf(value));
    });
  }

  /** Nobody follows what moves, and nobody knows anything but who comes back. Instances from `refId` on are yet to be made. */
  loseTrack(refId: number): void {
    this.#moved.clear();
    this.#unfollowedBelow = refId;
  }

  /** Drops what is remembered of instances that are gone. */
  forgetGone(): void {
    const { changeTrees } = this.#encoder.root;
    for (const noted of [this.#moved, this.#copied])
      for (const refId of noted) if (changeTrees[refId] === undefined) noted.delete(refId);
  }
}
