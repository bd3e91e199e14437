/** One client's side of replication: what it was sent so far, and what this tick's look decided. */
import type { ByteBudget } from './byte-budget.ts';
import { KnownSet } from './known-set.ts';
import { NumberList } from './number-list.ts';
import type { Viewer } from './policies.ts';

/** The shared part's version of an observer that has no state at all. */
export const NO_STATE = -1;

export class Observer {
  readonly viewer: Viewer;
  /** May be set and taken away at any time. */
  budget: ByteBudget | undefined;
  /** Of each collection, in the order of their declaration. */
  readonly known: KnownSet[] = [];
  /** Serials of entities that left sight in this tick, by collection; the client still has them. */
  readonly left: NumberList[] = [];
  /** Slots of those of them that are still there. */
  readonly leftSlots: NumberList[] = [];
  /** How many entries at the end of each known set came into sight in this tick. */
  readonly came: number[] = [];
  sharedVersion = NO_STATE;
  lookedAt = 0;

  constructor(viewer: Viewer, budget: ByteBudget | undefined) {
    this.viewer = viewer;
    this.budget = budget;
  }

  /** Entities the client holds after what it was sent. */
  get knownCount(): number {
    return this.known.reduce((sum, { sent }) => sum + sent, 0);
  }

  /** Collections may be declared after observers came. */
  reserve(collections: number): void {
    while (this.known.length < collections) {
      this.known.push(new KnownSet());
      this.left.push(new NumberList());
      this.leftSlots.push(new NumberList());
      this.came.push(0);
    }
  }
}
