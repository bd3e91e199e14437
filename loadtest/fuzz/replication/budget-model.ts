/**
 * What a byte budget allows, told plainly: a bucket that fills by the budget's bytes a second up to what a quarter of a
 * second brings, and that every byte of a patch is taken from. While it is not empty an entity may be sent, the last one
 * whole; from an empty one only what has waited for as long as is allowed. So over any time no more is sent than the time
 * brings, a bucketful, one entity a patch, and what may not wait: the shared part, removals and overdue entities. And
 * nothing waits while the bucket is not empty.
 */
import { $refId, type Encoder } from '@colyseus/schema';
import { type Budget, type Claims, isOverdue } from './model.ts';
import { partsOf } from './plain.ts';
import { type Section, WireReader } from './wire.ts';
import type { Stay } from './world.ts';

const BUCKET_SECONDS = 0.25;

interface Bucket {
  bytes: number;
  filledAt: number;
}

export class BudgetModel {
  readonly #budget: Budget;
  readonly #reader: WireReader;
  readonly #bucket: Bucket;
  /** When what the client has was sent last; and since when it could have what it has not. */
  readonly #sentAt = new Map<Stay, number>();
  readonly #seenSince = new Map<Stay, number>();

  constructor(budget: Budget, encoder: Encoder) {
    this.#budget = budget;
    this.#reader = new WireReader(encoder);
    this.#bucket = { bytes: budget.bytesPerSecond * BUCKET_SECONDS, filledAt: Number.NaN };
  }

  /** A whole state is not a matter of the budget. */
  snapshot(frame: Buffer, head: number, claims: Claims, now: number): void {
    this.#reader.read(frame, head);
    this.#see(claims, now);
    for (const stay of claims.keys()) this.#sentAt.set(stay, now);
  }

  /** What is wrong with a patch, one line each. `waits`: the client lacks something after it. */
  patch(frame: Buffer | undefined, head: number, claims: Claims, waits: boolean, now: number): string[] {
    this.#fill(now);
    this.#see(claims, now);
    const wrong: string[] = [];
    for (const { stays, start } of frame === undefined ? [] : this.#entitiesIn(frame, head, claims)) {
      if (start >= this.#bucket.bytes && !stays.some((stay) => this.#isOverdue(stay, now)))
        wrong.push(`${nameOf(stays[0]!)} is sent beyond the budget, and was not overdue`);
      if (stays.length === 1) this.#sentAt.set(stays[0]!, now);
    }
    // Without a patch there is its head all the same: the time is told.
    this.#bucket.bytes -= frame?.length ?? head;
    if (waits && this.#bucket.bytes >= 1)
      wrong.push(`something waits, and ${this.#bucket.bytes} bytes are left for it`);
    return wrong;
  }

  #fill(now: number): void {
    const { bytesPerSecond } = this.#budget;
    const passed = Number.isNaN(this.#bucket.filledAt) ? 0 : (now - this.#bucket.filledAt) / 1000;
    this.#bucket.bytes = Math.min(this.#bucket.bytes + passed * bytesPerSecond, bytesPerSecond * BUCKET_SECONDS);
    this.#bucket.filledAt = now;
  }

  #see(claims: Claims, now: number): void {
    for (const stay of claims.keys()) if (!this.#seenSince.has(stay)) this.#seenSince.set(stay, now);
    for (const stay of this.#seenSince.keys()) {
      if (claims.has(stay)) continue;
      this.#seenSince.delete(stay);
      this.#sentAt.delete(stay);
    }
  }

  #isOverdue(stay: Stay, now: number): boolean {
    return isOverdue(this.#sentAt.get(stay) ?? this.#seenSince.get(stay), now, this.#budget);
  }

  /** Entities in a frame, and where the bytes of each begin. Of what several hold it is not known whose it is. */
  #entitiesIn(frame: Buffer, head: number, claims: Claims): { stays: readonly Stay[]; start: number }[] {
    const holders = holdersByRefId(claims);
    const found: { stays: readonly Stay[]; start: number }[] = [];
    for (const section of this.#reader.read(frame, head)) {
      const stays = staysOf(section, holders);
      const last = found.at(-1)?.stays ?? [];
      if (!stays.some((stay) => last.includes(stay)) && stays.length > 0) found.push({ stays, start: section.start });
    }
    return found;
  }
}

/** Whose a section may be: of what it adds to a map of entities, or of what it is a part of. */
function staysOf({ refId, operations }: Section, holders: ReadonlyMap<number, Stay[]>): readonly Stay[] {
  const added = operations.find(({ adds }) => adds !== undefined)?.adds;
  return holders.get(refId) ?? (added === undefined ? [] : (holders.get(added) ?? []));
}

function holdersByRefId(claims: Claims): Map<number, Stay[]> {
  const holders = new Map<number, Stay[]>();
  for (const stay of claims.keys())
    for (const instance of new Set([stay.entity, ...partsOf(stay.entity)])) {
      const refId = (instance as unknown as { readonly [$refId]: number })[$refId];
      holders.set(refId, [...(holders.get(refId) ?? []), stay]);
    }
  return holders;
}

function nameOf({ collection, key }: Stay): string {
  return `${collection.name}/${key}`;
}
