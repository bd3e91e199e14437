/** Waits for a condition, not for a time: the promise of a test that talks to real sockets and processes. */
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 10;

/** Resolves with the first truthy value of `condition`. @throws naming `what` after the deadline. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeoutMs = 5000,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value as NonNullable<T>;
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await sleep(POLL_MS);
  }
}
