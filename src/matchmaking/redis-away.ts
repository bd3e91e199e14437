/** Redis not answering, as an outcome in bounded time: nothing of matchmaking waits for Redis longer than this. */

import { ERRORS } from '../kernel/errors.ts';

/** Could not be asked, or did not answer in time; what was asked may still happen in the latter case. */
export class RedisAway extends Error {
  override readonly name = 'RedisAway';
  /** What whoever waited for it is told. */
  readonly code = ERRORS.STORE_AWAY.code;
}

export const ANSWER_WITHIN_MS = 1500;

/**
 * What Redis answers to `command`, errors of its own included. @throws RedisAway when it does not in time, or the
 * connection ends.
 * Colyseus awaits few of its own calls to Redis. So a RedisAway that nobody looks at is no unhandled rejection; any other
 * error is one as usual. Hand on the promise itself: one derived from it would be unhandled again.
 */
export function inTime<T>(command: Promise<T>, withinMs = ANSWER_WITHIN_MS): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const away = (why: string, cause?: unknown): void => {
    void quiet(promise);
    reject(new RedisAway(why, { cause }));
  };
  const timeout = setTimeout(() => away(`Redis did not answer within ${withinMs} ms`), withinMs);
  command
    .then(resolve, (error) => (isOfRedis(error) ? reject(error) : away('the connection to Redis was lost', error)))
    .finally(() => clearTimeout(timeout));
  return promise;
}

/** The same promise; it may fail without anybody looking. */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** An error that Redis answered, rather than one of the connection to it. */
export function isOfRedis(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}
