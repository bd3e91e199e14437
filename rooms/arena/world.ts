/**
 * The arena as the simulation sees it: shapes only, satisfied by `ArenaState` and by plain maps alike, so that the
 * simulation knows no Colyseus. `Match` adds what clients need not be told, and the ways out: events and factories.
 */
import type { Random } from '../../src/kernel/random.ts';
import type { Body } from './movement.ts';
import { RESULT_SECONDS, ROUND_SECONDS, TICK_RATE } from './rules.ts';

/** What a `Map` and a `MapSchema` have in common; iterated in order of insertion. */
export interface Table<T> {
  readonly size: number;
  get(key: string): T | undefined;
  has(key: string): boolean;
  set(key: string, value: T): unknown;
  delete(key: string): boolean;
  clear(): void;
  values(): IterableIterator<T>;
  [Symbol.iterator](): IterableIterator<[string, T]>;
}

export interface Position {
  readonly x: number;
  readonly y: number;
}

/** A `Player`; see state.ts for what each field means. */
export interface Fighter extends Body {
  name: string;
  ai: boolean;
  connected: boolean;
  color: number;
  health: number;
  respawnTicks: number;
  shieldTicks: number;
  score: number;
  kills: number;
  deaths: number;
  shots: number;
  shotX: number;
  shotY: number;
}

export interface Missile {
  owner: string;
  x: number;
  y: number;
  vx: number;
  vy: number;
}

export interface Item {
  kind: string;
  x: number;
  y: number;
  active: boolean;
}

export interface World {
  phase: string;
  round: number;
  secondsLeft: number;
  winner: string;
  readonly players: Table<Fighter>;
  readonly rockets: Table<Missile>;
  readonly pickups: Table<Item>;
}

export type Weapon = 'gun' | 'rocket';
export type PickupKind = 'health' | 'haste';

/** Told of each outcome as it happens, in plain arguments, so that a tick allocates nothing for it. */
export interface Events {
  /** `killer` is empty when it left meanwhile, and `victim` itself after an own rocket. */
  kill(killer: string, victim: string, weapon: Weapon): void;
  /** `by` hurt `victim`, who stood at `x, y`. */
  hit(by: string, victim: string, damage: number, x: number, y: number): void;
  /** `victim` was hurt from `x, y`: the shooter's place, or the blast's. */
  hurt(victim: string, by: string, damage: number, x: number, y: number): void;
  boom(x: number, y: number): void;
  pickup(by: string, id: string, kind: PickupKind): void;
}

/** Makes what the world's tables hold; all fields at their defaults. */
export interface Factories {
  player(): Fighter;
  rocket(): Missile;
  pickup(): Item;
}

/** Where `shooter` saw `target` when it pulled the trigger. The answer is read at once and may be a reused object. */
export type SeenAt = (shooter: string, target: Fighter) => Position;

/** Everybody where they are now: for AI players, and for worlds without a network. */
export const seenLive: SeenAt = (_shooter, target) => target;

export interface Match {
  readonly world: World;
  readonly random: Random;
  readonly events: Events;
  readonly make: Factories;
  readonly roundTicks: number;
  readonly resultTicks: number;
  /** Ticks left in the phase. */
  phaseTicks: number;
  rocketCount: number;
  /** Ticks each rocket has left to fly, by its id. */
  readonly rocketTicks: Map<string, number>;
  /** Ticks until a taken pickup is back, by its id. */
  readonly pickupTicks: Map<string, number>;
}

export interface MatchOptions {
  world: World;
  random: Random;
  events: Events;
  make: Factories;
  roundSeconds?: number;
  resultSeconds?: number;
}

export function newMatch(options: MatchOptions): Match {
  const roundTicks = Math.round((options.roundSeconds ?? ROUND_SECONDS) * TICK_RATE);
  return {
    world: options.world,
    random: options.random,
    events: options.events,
    make: options.make,
    roundTicks,
    resultTicks: Math.round((options.resultSeconds ?? RESULT_SECONDS) * TICK_RATE),
    phaseTicks: roundTicks,
    rocketCount: 0,
    rocketTicks: new Map(),
    pickupTicks: new Map(),
  };
}
