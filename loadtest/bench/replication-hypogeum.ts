/** The Hypogeum half of the replication bench: the Replicator as a room drives it, every line ready. */
import { Protocol } from '@colyseus/core';
import { Encoder } from '@colyseus/schema';
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
  /** What each player's client holds, as units' numbers. */
  readonly #held: Set<number>[];
  #now = 0;

  constructor({ players, positions, seed }: WorldWanted) {
    this.field = new Field(players, positions, seed);
    this.#replicator = new Replicator(new Encoder(this.field.state), { meter: noMeter, labels: {} });
    this.#replicator.replicate<Unit>(this.field.state.units, area({ radius: RADIUS }));
    this.frames = new Array<Uint8Array | undefined>(players).fill(undefined);
    this.#observers = this.frames.map((_, walker) => this.#replicator.addObserver({ sessionId: String(walker) }));
    this.#held = this.frames.map(() => new Set());
  }

  /** Entities that players hold, mean. */
  get visible(): number {
    return this.#observers.reduce((sum, { knownCount }) => sum + knownCount, 0) / this.#observers.length;
  }

  /** One tick after `field.step()`; who came into sight and who left is written to `changes`, when the gauge has been read. */
  tick(changes: SightChanges, gauge: Gauge): TickCost {
    this.frames.fill(undefined);
    this.#now += 1000 / TICK_RATE;
    gauge.start();
    this.#replicator.encode(this.#now);
    const encode = gauge.lap();
    this.#look();
    const interest = gauge.lap();
    this.#assemble();
    this.#replicator.finish();
    const frames = encode + gauge.lap();
    this.#recordSight(changes);
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

  /** What players hold now against what they held before; units are named by their walker's number. */
  #recordSight({ entered, left }: SightChanges): void {
    this.#observers.forEach((observer, walker) => {
      const before = this.#held[walker]!;
      const now = new Set<number>();
      this.#replicator.eachKnown(observer, (_collection, key) => {
        const unit = Number(key);
        now.add(unit);
        if (!before.delete(unit)) entered.push(walker, unit);
      });
      for (const unit of before) left.push(walker, unit);
      this.#held[walker] = now;
    });
  }
}
