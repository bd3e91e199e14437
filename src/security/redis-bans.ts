/** Bans in Redis, one script a transition; that something changed is told through the presence. */
import type { Redis } from 'ioredis';
import { ERRORS } from '../kernel/errors.ts';
import { KEYS } from '../redis/keys.ts';
import { defineScripts, type RunScript } from '../redis/scripts.ts';
import { AuthError } from './auth-error.ts';
import { type Ban, type BanStore, type Bans, nameOf, type Subject } from './bans.ts';

export interface RedisBanStoreDeps {
  readonly client: Redis;
  /** What processes tell each other through; it hears again after an outage by itself. */
  readonly presence: {
    subscribe(topic: string, listener: () => void): Promise<unknown>;
    publish(topic: string, data: unknown): Promise<unknown>;
  };
  /** Ends a wait for a Redis that is away, with an error that has a code. */
  readonly inTime: <T>(command: Promise<T>) => Promise<T>;
}

export class RedisBanStore implements BanStore {
  readonly #deps: RedisBanStoreDeps;
  readonly #run: RunScript;

  constructor(deps: RedisBanStoreDeps) {
    this.#deps = deps;
    const run = defineScripts(deps.client);
    // One that waited for Redis to return would have its effect after it was called failed.
    this.#run = async (...call) => {
      if (deps.client.status !== 'ready') throw new AuthError(ERRORS.STORE_AWAY, 'store away');
      return deps.inTime(run(...call));
    };
  }

  async put(ban: Ban): Promise<void> {
    await this.#run('ban', nameOf(ban), JSON.stringify(ban));
    await this.#tell();
  }

  async remove(subject: Subject): Promise<boolean> {
    const removed = (await this.#run('unban', nameOf(subject))) === 1;
    if (removed) await this.#tell();
    return removed;
  }

  async read(known: number, now: number): Promise<Bans | undefined> {
    const [changes, bans] = (await this.#run('bans', known, now)) as [number, string[]?];
    return bans && { changes, bans: bans.map((ban) => JSON.parse(ban) as Ban) };
  }

  async restore({ changes, bans }: Bans): Promise<void> {
    await this.#run('restore-bans', changes, ...bans.flatMap((ban) => [nameOf(ban), JSON.stringify(ban)]));
  }

  async onChange(listener: () => void): Promise<void> {
    await this.#deps.presence.subscribe(KEYS.bans, () => listener());
  }

  /** Who does not hear it looks again by itself. */
  async #tell(): Promise<void> {
    await this.#deps.presence.publish(KEYS.bans, true).catch(() => {});
  }
}
