/**
 * For whom code runs: a room, a player's socket, a request. It is known in everything that was begun there, timers and
 * promises included, so that an exception that nobody caught can be told from one of the process itself. Costs some 30 ns
 * a callback.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Owner {
  readonly kind: 'room' | 'request';
  /** The name of the room's kind, or the kind again. */
  readonly name: string;
}

export class Owners {
  readonly #storage = new AsyncLocalStorage<Owner>();
  readonly #threw = new WeakMap<object, Owner>();

  /** Whom the running code belongs to; nobody means the process itself. */
  get current(): Owner | undefined {
    return this.#storage.getStore();
  }

  /** Whose an exception is that nobody caught: nobody's code runs any more when it has come out of `run`. */
  ownerOf(thrown: unknown): Owner | undefined {
    return (isObject(thrown) ? this.#threw.get(thrown) : undefined) ?? this.current;
  }

  run<Args extends unknown[], Result>(owner: Owner, callback: (...args: Args) => Result, ...args: Args): Result {
    try {
      return this.#storage.run(owner, callback, ...args);
    } catch (thrown) {
      if (isObject(thrown) && !this.#threw.has(thrown)) this.#threw.set(thrown, owner);
      throw thrown;
    }
  }
}

function isObject(thrown: unknown): thrown is object {
  return typeof thrown === 'object' && thrown !== null;
}
