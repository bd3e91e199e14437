/** One client's side of replication: what it was sent so far, and what this tick's look decided. */
import type { ByteBudget } from './byte-budget.ts';
import { type KnownPool, KnownSet } from './known-set.ts';
import type { Viewer } from './policies.ts';

/** The shared part's version of an observer that has no state at all. */
export const NO_STATE = -1;

export class Observer {
  readonly viewer: Viewer;
  /** May be set and taken away at any time. */
  budget: ByteBudget | undefined;
  /** Of each collection, in the order of their declaration. */
  readonly known: KnownSet[] = [];
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
  reserve(collections: number, pool: KnownPool): void {
    while (this.known.length < collections) this.known.push(new KnownSet(pool));
  }

  release(): void {
    for (const known of this.known) known.release();
  }
}
