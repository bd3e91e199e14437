/** Where things lie: a grid, so that looking around costs the same however many there are. */
import { SIZE } from './map.ts';
import { REACH } from './rules.ts';

/** An `Item`; see state.ts for what its fields mean. */
export interface Thing {
  kind: number;
  x: number;
  y: number;
}

/** Larger than a reach, so that four cells hold all that one can reach. */
const CELL = 128;
const CELLS = SIZE / CELL;

export interface Lying {
  readonly id: string;
  readonly thing: Thing;
  /** The tick from which on it can be taken. */
  readonly freeAt: number;
  readonly dropped: boolean;
}

/** Where things lie, and what is still to come up. */
export class Things {
  readonly #cells: (Lying[] | undefined)[] = new Array(CELLS * CELLS).fill(undefined);
  /** Ids of dropped things, the oldest first; some of them are taken. */
  readonly dropped = new Set<string>();
  /** Ticks at which taken things come up again, in order. */
  readonly due: number[] = [];
  count = 0;

  add(lying: Lying): void {
    const at = cellOf(lying.thing.x, lying.thing.y);
    const cell = this.#cells[at];
    if (cell === undefined) this.#cells[at] = [lying];
    else cell.push(lying);
  }

  remove({ id, thing }: Pick<Lying, 'id' | 'thing'>): void {
    const cell = this.#cells[cellOf(thing.x, thing.y)] ?? [];
    const index = cell.findIndex((lying) => lying.id === id);
    if (index >= 0) cell.splice(index, 1);
  }

  /** Something that can be taken from here, if there is anything. */
  within(x: number, y: number, tick: number): Lying | undefined {
    const left = column(x - REACH);
    const right = column(x + REACH);
    const bottom = column(y + REACH);
    for (let row = column(y - REACH); row <= bottom; row++) {
      for (let at = row * CELLS + left; at <= row * CELLS + right; at++) {
        const cell = this.#cells[at];
        if (cell === undefined) continue;
        for (const lying of cell) if (tick >= lying.freeAt && isInReach(lying.thing, x, y)) return lying;
      }
    }
    return undefined;
  }
}

function isInReach(thing: Thing, x: number, y: number): boolean {
  const dx = thing.x - x;
  const dy = thing.y - y;
  return dx * dx + dy * dy < REACH * REACH;
}

function cellOf(x: number, y: number): number {
  return column(y) * CELLS + column(x);
}

function column(x: number): number {
  return Math.min(Math.max(Math.floor(x / CELL), 0), CELLS - 1);
}
