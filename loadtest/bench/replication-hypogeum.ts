/** The Hypogeum half of the replication bench: the Replicator as a room drives it, every line ready. */
import { Protocol } from '@colyseus/core';
import { Encoder, type Schema } from '@colyseus/schema';
import { noMeter } from '../../src/kernel/ports.ts';
import { Replicator } from '../../src/replication/colyseus-replicator.ts';
import type { Observer } from '../../src/replication/observer.ts';
import { area } from '../../src/replication/policies.ts';
import type { Gauge } from './replication-gauges.ts';
import { RADIUS, type SightChanges, TICK_RATE, type TickCost, type WorldWanted } from './replication-messages.ts';
import { Field, type Unit } from './replication-world.ts';

const PATCH = Uint8Array.of(Protocol.ROOM_STATE_PATCH);
const STATE = Uint8Array.of(Protocol.ROOM_STATE);

export class HypogeumHalf {
  readonly field: Field;
  /** Of the last tick, by walker number. */
  readonly frames: (Uint8Array | undefined)[];
  readonly #replicator: Replicator;
  readonly #observers: readonly Observer[];
  /** Walker numbers. */
  readonly #numbers: ReadonlyMap<Schema, number>;
  #now = 0;

  constructor({ players, positions, seed }: WorldWanted) {
    this.field = new Field(players, positions, seed);
    this.#replicator = new Replicator(new Encoder(this.field.state), { meter: noMeter, labels: {} });
    this.#replicator.replicate<Unit>(this.field.state.units, area({ radius: RADIUS }));
    this.frames = new Array<Uint8Array | undefined>(players).fill(undefined);
    this.#observers = this.frames.map((_, walker) => this.#replicator.addObserver({ sessionId: String(walker) }));
    this.#numbers = new Map(this.field.units.map((unit, walker) => [unit, walker]));
  }

  /** Entities that players hold, mean. */
  get visible(): number {
    const known = this.#observers.reduce((sum, observer) => sum + this.#replicator.knownCount(observer), 0);
    return known / this.#observers.length;
  }

  /** One tick after `field.step()`; who came into sight and who left is written to `changes`, off the gauge. */
  tick(changes: SightChanges, gauge: Gauge): TickCost {
    this.frames.fill(undefined);
    this.#now += 1000 / TICK_RATE;
    gauge.start();
    this.#replicator.encode(this.#now);
    const encode = gauge.lap();
    this.#look();
    const interest = gauge.lap();
    this.#assemble();
    const assembly = gauge.lap();
    // Not before: it would push what frames are made of out of the caches.
    this.#recordSight(changes);
    gauge.start();
    this.#replicator.finish();
    const frames = encode + assembly + gauge.lap();
    const bytes = this.frames.reduce((sum, frame) => sum + (frame?.length ?? 0), 0);
    return { frames, views: 0, interest, bytes };
  }

  /** A buffer as the Replicator makes it. */
  allocate(bytes: number): Uint8Array {
    return Buffer.allocUnsafe(bytes);
  }

  #look(): void {
    for (const observer of this.#observers) this.#replicator.look(observer);
  }

  #assemble(): void {
    const { frames } = this;
    for (let walker = 0; walker < frames.length; walker++) {
      const observer = this.#observers[walker]!;
      frames[walker] = this.#replicator.needsSnapshot(observer)
        ? this.#replicator.snapshot(observer, STATE)
        : this.#replicator.patch(observer, PATCH);
    }
  }

  /** What `look` decided; no collection of its own, because garbage would be collected on the gauge's time. */
  #recordSight({ entered, left }: SightChanges): void {
    let walker = 0;
    const noteEntered = (unit: Schema): void => {
      entered.push(walker, this.#numbers.get(unit)!);
    };
    const noteLeft = (unit: Schema): void => {
      left.push(walker, this.#numbers.get(unit)!);
    };
    for (; walker < this.#observers.length; walker++) {
      const observer = this.#observers[walker]!;
      this.#replicator.eachEntered(observer, noteEntered);
      this.#replicator.eachLeft(observer, noteLeft);
    }
  }
}
