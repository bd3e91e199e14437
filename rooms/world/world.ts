/**
 * The world as the simulation sees it: shapes only, satisfied by `WorldState` and by plain maps alike, so that the
 * simulation knows no Colyseus. `Realm` adds what clients need not be told.
 */
import type { Random } from '../../src/kernel/random.ts';
import type { Thing, Things } from './geometry.ts';
import type { Body, Walk } from './movement.ts';

/** What a `Map` and a `MapSchema` have in common; iterated in order of insertion. */
export interface Table<T> {
  readonly size: number;
  get(key: string): T | undefined;
  has(key: string): boolean;
  set(key: string, value: T): unknown;
  delete(key: string): boolean;
  values(): IterableIterator<T>;
  forEach(each: (value: T, key: string) => void): void;
  [Symbol.iterator](): IterableIterator<[string, T]>;
}

/** A `Unit`; see state.ts for what each field means. */
export interface Being extends Body {
  kind: number;
  name: string;
  color: number;
  connected: boolean;
}

/** A `Bag`. */
export interface Pouch {
  readonly counts: Table<number>;
}

export interface World {
  players: number;
  creatures: number;
  things: number;
  hour: number;
  readonly units: Table<Being>;
  readonly items: Table<Thing>;
  readonly bags: Table<Pouch>;
}

/** Makes what the world's tables hold; all fields at their defaults. */
export interface Factories {
  unit(): Being;
  item(): Thing;
  bag(): Pouch;
}

/** One creature's mind: what it does for how long. */
export interface Creature {
  readonly body: Being;
  /** Ticks left of what it does now. */
  ticks: number;
  /** Where it goes: a unit vector, or 0, 0 while it stands. */
  dx: number;
  dy: number;
}

/** What a person is in the middle of: the input that is being walked, and the ticks they may still use. */
export interface Walker {
  /** Of the session. */
  readonly id: string;
  readonly unit: Being;
  readonly bag: Pouch;
  readonly walk: Walk;
  /** Ticks granted and not used. */
  credit: number;
}

export interface Realm {
  readonly world: World;
  readonly random: Random;
  readonly make: Factories;
  readonly things: Things;
  readonly creatures: Creature[];
  /** By session id. */
  readonly walkers: Map<string, Walker>;
  /** Ticks since the beginning. */
  tick: number;
}
