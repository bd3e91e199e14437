/**
 * The reference model: what one observer's client must have, may have and must not have, told from the server's state
 * by plain loops. It remembers what the client held when it was last sent to: hysteresis and a byte budget need that.
 */
import { canariesInText } from './canary.ts';
import type { Chronicle } from './chronicle.ts';
import { COLLECTIONS } from './collections.ts';
import { type Plain, plainOf } from './plain.ts';
import type { Stay, World } from './world.ts';

export interface Budget {
  readonly bytesPerSecond: number;
  readonly maxStaleMs: number;
}

/** What a client has: the shared part, and entities as plain values by collection and key. */
export interface Holdings {
  readonly shared: Plain;
  readonly collections: Readonly<Record<string, Readonly<Record<string, Plain>>>>;
}

/** `must` have it, `may` have it where the rules leave it open. What is not listed must not be there. */
type Claim = 'must' | 'may';
export type Claims = ReadonlyMap<Stay, Claim>;

/** Of the room that is fuzzed. */
export const TICK_MS = 50;

export class ObserverModel {
  readonly sessionId: string;
  readonly #budget: Budget | undefined;
  #held: ReadonlySet<Stay> = new Set();
  /** Since when what the client must have is missing there; only a budget may be the reason. */
  readonly #missingSince = new Map<Stay, number>();
  /** When what the client holds was last as it is on the server. */
  readonly #freshAt = new Map<Stay, number>();
  /** How often a client was allowed to lag behind: a budget that never binds tests nothing. */
  lagging = 0;

  constructor(sessionId: string, budget: Budget | undefined) {
    this.sessionId = sessionId;
    this.#budget = budget;
  }

  /** What the client must and may have after it is sent to now. */
  claims(world: World, chronicle: Chronicle): Claims {
    const claims = new Map<Stay, Claim>();
    for (const stay of world.stays()) {
      const claim = chronicle.isInOnePlace(stay.entity) ? this.#claim(world, stay) : undefined;
      if (claim !== undefined) claims.set(stay, claim);
    }
    return claims;
  }

  #claim(world: World, stay: Stay): Claim | undefined {
    const { collection, entity, key } = stay;
    if (world.lost.has(collection.name)) return undefined;
    switch (collection.sight(world.state, this.sessionId, entity, key)) {
      case 'in':
        return 'must';
      case 'out':
        return undefined;
      case 'edge':
        if (this.#held.has(stay)) return 'must';
        // Taken away and put back between two looks, or seen but not yet sent: staying in sight and not are both right.
        return this.#heldElsewhen(stay) || this.#missingSince.has(stay) ? 'may' : undefined;
    }
  }

  #heldElsewhen({ collection, entity }: Stay): boolean {
    for (const held of this.#held) if (held.entity === entity && held.collection === collection) return true;
    return false;
  }

  /** Compares what the client has after a frame, and remembers it. Returns what is wrong, one line each. */
  compare(claims: Claims, chronicle: Chronicle, has: Holdings, now: number): string[] {
    const wrong = differences('shared', chronicle.shared, has.shared);
    const held = new Set<Stay>();
    const unclaimed = new Map(COLLECTIONS.map(({ name }) => [name, new Set(Object.keys(has.collections[name] ?? {}))]));
    for (const [stay, claim] of claims) {
      const { collection, key } = stay;
      unclaimed.get(collection.name)!.delete(key);
      const plain = has.collections[collection.name]?.[key];
      if (plain === undefined) {
        if (!this.#mayMiss(stay, claim, now)) wrong.push(`${collection.name}/${key}: the client lacks it`);
      } else {
        held.add(stay);
        wrong.push(...this.#compareEntity(stay, chronicle, plain, now));
      }
    }
    for (const [name, keys] of unclaimed)
      for (const key of keys) wrong.push(`${name}/${key}: the client has it and must not`);
    for (const stay of this.#missingSince.keys())
      if (held.has(stay) || !claims.has(stay)) this.#missingSince.delete(stay);
    for (const stay of this.#freshAt.keys()) if (!held.has(stay)) this.#freshAt.delete(stay);
    this.remember(held);
    return wrong;
  }

  /** What the client holds from now on. */
  remember(stays: Iterable<Stay>): void {
    this.#held = new Set(stays);
  }

  /** The keys the client holds, as `collection/key`. */
  heldKeys(): string[] {
    return [...this.#held].map(({ collection, key }) => `${collection.name}/${key}`);
  }

  #mayMiss(stay: Stay, claim: Claim, now: number): boolean {
    if (claim === 'may') {
      if (this.#missingSince.has(stay)) this.#missingSince.set(stay, now);
      return true;
    }
    if (this.#budget === undefined) return false;
    const since = this.#missingSince.get(stay) ?? now;
    this.#missingSince.set(stay, since);
    this.lagging++;
    return !isOverdue(since, now, this.#budget);
  }

  #compareEntity(stay: Stay, chronicle: Chronicle, plain: Plain, now: number): string[] {
    const { collection, entity, key } = stay;
    const text = JSON.stringify(plain);
    if (text === chronicle.textOf(entity)) {
      this.#freshAt.set(stay, now);
      return [];
    }
    if (this.#budget !== undefined) {
      const { maxStaleMs } = this.#budget;
      const fresh = !isOverdue(this.#freshAt.get(stay), now, this.#budget);
      if (fresh && chronicle.wasLike(entity, text, now, maxStaleMs)) {
        this.lagging++;
        return [];
      }
    }
    return differences(`${collection.name}/${key}`, plainOf(entity), plain);
  }
}

/** Whether this is the last tick before something waited for as long as it may. */
export function isOverdue(since = Number.NEGATIVE_INFINITY, now: number, { maxStaleMs }: Budget): boolean {
  return now - since >= maxStaleMs - TICK_MS;
}

/** The canaries and the keys that may be in a frame to a client with these claims. */
export function allowedOnWire(claims: Claims, chronicle: Chronicle): { canaries: Set<string>; keys: Set<string> } {
  const canaries = new Set(canariesInText(JSON.stringify(chronicle.shared)));
  const keys = new Set<string>();
  for (const { entity, key } of claims.keys()) {
    keys.add(key);
    for (const id of canariesInText(chronicle.textOf(entity))) canaries.add(id);
  }
  return { canaries, keys };
}

/** Where two plain values differ, as lines. */
export function differences(at: string, expected: Plain | undefined, actual: Plain | undefined): string[] {
  if (JSON.stringify(expected) === JSON.stringify(actual)) return [];
  if (isBranch(expected) && isBranch(actual) && Array.isArray(expected) === Array.isArray(actual)) {
    const [left, right] = [expected, actual] as [Record<string, Plain>, Record<string, Plain>];
    const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...keys].flatMap((key) => differences(`${at}.${key}`, left[key], right[key]));
  }
  return [`${at}: is ${JSON.stringify(actual)}, must be ${JSON.stringify(expected)}`];
}

function isBranch(value: Plain | undefined): boolean {
  return typeof value === 'object';
}
