/** What the server's state was at the end of each step, as plain values: now, and for as long as a client may lag behind. */
import { COLLECTIONS } from './collections.ts';
import { type Plain, partsOf, plainOf } from './plain.ts';
import type { Gem, Unit } from './state.ts';
import type { World } from './world.ts';

type Entity = Unit | Gem;

/** Compared one by one, and so left out of the shared part. */
export const REPLICATED_FIELDS: ReadonlySet<string> = new Set(COLLECTIONS.map(({ name }) => name));

interface Version {
  readonly text: string;
  /** When the next version came; Infinity for the newest. */
  until: number;
}

export class Chronicle {
  shared: Plain = {};
  readonly #memoryMs: number;
  readonly #versions = new Map<Entity, Version[]>();
  readonly #partedAt = new Map<Entity, number>();
  readonly #places = new Map<Entity, number>();

  constructor(memoryMs: number) {
    this.#memoryMs = memoryMs;
  }

  /** Once a tick, after the step. */
  write(world: World, now: number): void {
    this.shared = plainOf(world.state, undefined, REPLICATED_FIELDS);
    this.#places.clear();
    for (const unit of world.parted) this.#partedAt.set(unit, now);
    world.parted.clear();
    for (const { entity } of world.stays()) {
      if (!this.#places.has(entity)) this.#note(entity, now);
      this.#places.set(entity, (this.#places.get(entity) ?? 0) + 1);
    }
    this.#noteSharing(now);
  }

  /** What several hold is in all of them told with one of them. */
  #noteSharing(now: number): void {
    const holders = new Map<object, Entity>();
    for (const entity of [...this.#places.keys()])
      for (const part of partsOf(entity)) {
        const other = holders.get(part) ?? entity;
        holders.set(part, entity);
        if (other !== entity) for (const sharer of [entity, other]) this.#partedAt.set(sharer, now);
        const places = this.#places.get(part as Entity);
        if (places !== undefined) this.#places.set(part as Entity, places + 1);
      }
  }

  /** The entity as it is, as JSON. */
  textOf(entity: Entity): string {
    return this.#versions.get(entity)!.at(-1)!.text;
  }

  /**
   * Whether the entity looked like `text` within the last `ms`. Or may have: a part that it gave away is known to a client
   * that lags behind in both places, and changes in both.
   */
  wasLike(entity: Entity, text: string, now: number, ms: number): boolean {
    if (now - (this.#partedAt.get(entity) ?? Number.NEGATIVE_INFINITY) <= ms) return true;
    return this.#versions.get(entity)!.some((version) => version.text === text && version.until >= now - ms);
  }

  /** Whether an entity is under one key only, as it should. */
  isInOnePlace(entity: Entity): boolean {
    return this.#places.get(entity) === 1;
  }

  #note(entity: Entity, now: number): void {
    const lately = ({ until }: Version): boolean => until >= now - this.#memoryMs;
    const versions = (this.#versions.get(entity) ?? []).filter(lately);
    const newest = versions.at(-1);
    const text = JSON.stringify(plainOf(entity));
    if (newest?.text !== text) {
      if (newest !== undefined) newest.until = now;
      versions.push({ text, until: Number.POSITIVE_INFINITY });
    }
    this.#versions.set(entity, versions);
  }
}
