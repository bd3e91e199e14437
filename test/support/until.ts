/** Waits for a condition, not for a time: `waitFor` with what a test within one process needs. */
import { waitFor } from '../../deploy/wait.ts';

const POLL_MS = 10;

/** Resolves with the first truthy value of `condition`. @throws naming `what` after the deadline. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeoutMs = 5000,
): Promise<NonNullable<T>> {
  const answer = await waitFor(what, async () => (await condition()) || undefined, { timeoutMs, everyMs: POLL_MS });
  return answer as NonNullable<T>;
}
