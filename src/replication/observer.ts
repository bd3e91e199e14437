/** One client's side of replication, besides what it knows of each collection (see known-set.ts). */
import type { ByteBudget } from './byte-budget.ts';
import type { Viewer } from './policies.ts';

/** The shared part's version of an observer that has no state at all. */
export const NO_STATE = -1;

export class Observer {
  /** Small, and used again when an observer is gone. */
  readonly number: number;
  readonly viewer: Viewer;
  /** May be set and taken away at any time. */
  budget: ByteBudget | undefined;
  sharedVersion = NO_STATE;
  /** The tick of its latest look. */
  lookedAt = 0;

  constructor(number: number, viewer: Viewer, budget: ByteBudget | undefined) {
    this.number = number;
    this.viewer = viewer;
    this.budget = budget;
  }
}
