/** Waiting for what another program does: asked again and again until it is so or the deadline is past. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** Longest wait. */
  readonly timeoutMs: number;
  /** Between two questions. */
  readonly everyMs?: number;
  /** Told in the error: what had come of it so far. */
  readonly detail?: () => string;
}

/**
 * The first answer of `probe` that is not undefined or false; a probe that throws has no answer yet.
 * @throws an Error naming `what` when none came in time, with the probe's last error as its cause.
 */
export async function waitFor<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  { timeoutMs, everyMs = 50, detail }: WaitOptions,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  do {
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      cause = error;
    }
    await sleep(everyMs);
  } while (performance.now() < deadline);
  const said = detail?.().trim();
  throw new Error(`${what}: not within ${timeoutMs / 1000} s${said ? `\n${said}` : ''}`, { cause });
}
