/**
 * The world of the replication bench: walkers on a square field, all moving in every step, some of their other fields
 * changing. It is plain numbers drawn from a seed, so two processes that step it have the same world, and it is written
 * into a Colyseus state as a game would write it. It knows nothing of who sees what.
 */
import { type MapSchema, type SchemaType, schema, t } from '@colyseus/schema';
import { createRandom, type Random } from '../../src/kernel/random.ts';
import { type PositionType, RADIUS, TICK_RATE } from './replication-messages.ts';

const about = {
  name: t.string(),
  hp: t.uint8().default(100),
  action: t.uint8().default(0),
  score: t.uint16().default(0),
};

const FloatUnit = schema({ x: t.float32(), y: t.float32(), ...about }, 'FloatUnit');
const IntUnit = schema({ x: t.int16(), y: t.int16(), ...about }, 'IntUnit');
const FloatState = schema({ tick: t.uint32().default(0), units: t.map(FloatUnit).view() }, 'FloatState');
const IntState = schema({ tick: t.uint32().default(0), units: t.map(IntUnit).view() }, 'IntState');

/** The two unit classes differ in how positions travel only. */
export type Unit = SchemaType<typeof FloatUnit>;
export interface FieldState {
  tick: number;
  readonly units: MapSchema<Unit>;
}
export type SchemaState = SchemaType<typeof FloatState>;

/** Players in sight that the field's size is chosen for. */
const VISIBLE = 30;
/** Entities are seen from the radius on and until 1.1 radii: on average as if it were this. */
const MEAN_RADIUS = RADIUS * 1.05;
/** Units of distance a second. */
const SPEED = 200;
const TURNS_PER_STEP = 0.05;
const HITS_PER_STEP = 0.05;
const ACTIONS_PER_STEP = 0.1;
const POINTS_PER_STEP = 0.02;

export class Field {
  readonly state: SchemaState;
  /** By walker number; the key of a walker is its number too. */
  readonly units: readonly Unit[];
  readonly #random: Random;
  readonly #side: number;
  readonly #whole: boolean;
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  readonly #dx: Float64Array;
  readonly #dy: Float64Array;

  constructor(players: number, positions: PositionType, seed: number) {
    this.#random = createRandom(seed);
    this.#side = Math.sqrt((players * Math.PI * MEAN_RADIUS ** 2) / VISIBLE);
    this.#whole = positions === 'int16';
    this.state = (this.#whole ? new IntState() : new FloatState()) as SchemaState;
    const place = (): Float64Array => Float64Array.from({ length: players }, () => this.#random.next() * this.#side);
    [this.#x, this.#y] = [place(), place()];
    [this.#dx, this.#dy] = [new Float64Array(players), new Float64Array(players)];
    this.units = Array.from({ length: players }, (_, walker) => this.#enter(walker));
  }

  /** One tick: everybody moves, some are hit, act or score. */
  step(): void {
    this.state.tick++;
    for (let walker = 0; walker < this.units.length; walker++) {
      const unit = this.units[walker]!;
      this.#walk(walker);
      this.#place(unit, walker);
      if (this.#random.next() < HITS_PER_STEP) unit.hp = this.#random.int(100);
      if (this.#random.next() < ACTIONS_PER_STEP) unit.action = this.#random.int(8);
      if (this.#random.next() < POINTS_PER_STEP) unit.score++;
    }
  }

  #enter(walker: number): Unit {
    const unit = (this.#whole ? new IntUnit() : new FloatUnit()) as Unit;
    unit.name = `walker ${walker}`;
    this.#place(unit, walker);
    this.#turn(walker);
    this.state.units.set(String(walker), unit);
    return unit;
  }

  #place(unit: Unit, walker: number): void {
    const [x, y] = [this.#x[walker]!, this.#y[walker]!];
    unit.x = this.#whole ? Math.round(x) : Math.fround(x);
    unit.y = this.#whole ? Math.round(y) : Math.fround(y);
  }

  /** Straight on, with a turn now and then; the edges throw back. */
  #walk(walker: number): void {
    if (this.#random.next() < TURNS_PER_STEP) this.#turn(walker);
    advance(this.#x, this.#dx, walker, this.#side);
    advance(this.#y, this.#dy, walker, this.#side);
  }

  #turn(walker: number): void {
    const heading = this.#random.next() * 2 * Math.PI;
    this.#dx[walker] = (Math.cos(heading) * SPEED) / TICK_RATE;
    this.#dy[walker] = (Math.sin(heading) * SPEED) / TICK_RATE;
  }
}

function advance(at: Float64Array, by: Float64Array, walker: number, side: number): void {
  const next = at[walker]! + by[walker]!;
  if (next >= 0 && next <= side) {
    at[walker] = next;
    return;
  }
  at[walker] = next < 0 ? -next : 2 * side - next;
  by[walker] = -by[walker]!;
}
