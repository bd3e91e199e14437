/**
 * The keys that guests' tokens are signed with. Either the processes agree on a new one for every day, through the store,
 * each kept until the last token it signed cannot be renewed any more; or the operator sets them. A token names its key.
 * Rules: SPEC.md (ID3).
 */
import type { KeyObject } from 'node:crypto';
import { messageOf } from '../kernel/invariant.ts';
import type { Logger } from '../kernel/ports.ts';
import { type KeyPair, keyPairOf, seedOf } from './node-key-pair.ts';

/** `now` is in milliseconds since 1970. */
export interface GuestKeys {
  signing(now: number): Promise<{ readonly kid: string; readonly privateKey: KeyObject }>;
  /** Undefined when there is no such key, or not any more. @throws when it cannot be known now. */
  publicKey(kid: string, now: number): Promise<KeyObject | undefined>;
  /** The store may have lost the keys: those known here are proposed again. */
  agreeAgain(now: number): Promise<void>;
}

/** The operator's: the first signs, all verify. */
export function configuredGuestKeys(secrets: readonly string[]): GuestKeys {
  const pairs = secrets.map((secret) => keyPairOf(seedOf(secret)));
  const byKid = new Map(pairs.map((pair) => [pair.thumbprint, pair]));
  const [{ thumbprint, privateKey }] = pairs as [KeyPair];
  return {
    signing: async () => ({ kid: thumbprint, privateKey }),
    publicKey: async (kid) => byKid.get(kid)?.publicKey,
    agreeAgain: async () => {},
  };
}

export interface AgreedKeysDeps {
  /** Keeps a proposal under a name for so long if there is none yet; resolves with the one that is kept. */
  readonly agree: (name: string, proposal: string, keepMs: number) => Promise<string>;
  readonly newSeed: () => string;
  readonly logger: Logger;
}

export interface AgreedKeysOptions {
  /** For how long after a key signed last its tokens are looked at. */
  readonly keepMs: number;
}

export const ROTATE_EVERY_MS = 24 * 3_600_000;
/** How far the clocks of two processes may be apart. */
const SKEW_MS = 60_000;
const KID = /^(\d{1,6})-([\w-]{16})$/;

interface Agreed extends KeyPair {
  readonly seed: string;
}

export class AgreedGuestKeys implements GuestKeys {
  readonly #deps: AgreedKeysDeps;
  readonly #keepMs: number;
  /** By their day. */
  readonly #pairs = new Map<number, Agreed>();

  constructor(deps: AgreedKeysDeps, { keepMs }: AgreedKeysOptions) {
    this.#deps = deps;
    this.#keepMs = keepMs;
  }

  async signing(now: number): Promise<{ readonly kid: string; readonly privateKey: KeyObject }> {
    const today = dayOf(now);
    const [day, pair] = await this.#latest(today, now);
    return { kid: `${day}-${pair.thumbprint}`, privateKey: pair.privateKey };
  }

  async publicKey(kid: string, now: number): Promise<KeyObject | undefined> {
    const [, day = '', thumbprint] = KID.exec(kid) ?? [];
    if (thumbprint === undefined || !this.#isKept(Number(day), now)) return undefined;
    const pair = await this.#pair(Number(day), now);
    return pair.thumbprint === thumbprint ? pair.publicKey : undefined;
  }

  async agreeAgain(now: number): Promise<void> {
    const known = [...this.#pairs].filter(([day]) => this.#isKept(day, now));
    // One that cannot be agreed on now stays as it is, to be proposed again.
    await Promise.all(known.map(async ([day, { seed }]) => this.#pairs.set(day, await this.#agree(day, now, seed))));
  }

  /** While the store is away the last key goes on signing. */
  async #latest(today: number, now: number): Promise<[number, Agreed]> {
    try {
      return [today, await this.#pair(today, now)];
    } catch (cause) {
      const last = [...this.#pairs].sort(([a], [b]) => b - a)[0];
      if (last === undefined) throw cause;
      this.#deps.logger.debug("guests' key of today is not agreed on yet", { cause: messageOf(cause) });
      return last;
    }
  }

  async #pair(day: number, now: number): Promise<Agreed> {
    const known = this.#pairs.get(day);
    if (known !== undefined) return known;
    for (const old of this.#pairs.keys()) if (!this.#isKept(old, now)) this.#pairs.delete(old);
    const pair = await this.#agree(day, now, this.#deps.newSeed());
    this.#pairs.set(day, pair);
    return pair;
  }

  async #agree(day: number, now: number, proposal: string): Promise<Agreed> {
    const keepMs = (day + 1) * ROTATE_EVERY_MS + this.#keepMs + SKEW_MS - now;
    const seed = await this.#deps.agree(`guest-key:${day}`, proposal, keepMs);
    return { seed, ...keyPairOf(seed) };
  }

  #isKept(day: number, now: number): boolean {
    return day * ROTATE_EVERY_MS <= now + SKEW_MS && (day + 1) * ROTATE_EVERY_MS + this.#keepMs + SKEW_MS > now;
  }
}

function dayOf(now: number): number {
  return Math.floor(now / ROTATE_EVERY_MS);
}
