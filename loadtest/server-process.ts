/**
 * A server of the load test's own: `src/main.ts` in a process beside, on a free port of this machine only, stopped
 * again in every case, also when the load test is interrupted.
 */
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../deploy/child.ts';
import { waitFor } from '../deploy/wait.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const READY = /^Hypogeum is ready: http:\/\/[^:\s]+:(\d+)/m;
const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 8_000;

export interface ServerProcess {
  readonly endpoint: string;
  readonly pid: number;
  /** Asks it to stop, then insists. Twice is fine. */
  stop(): Promise<void>;
}

/** Resolves when the server is ready. Throws with the end of its output when it ends or stays silent instead. */
export async function startServerProcess(): Promise<ServerProcess> {
  const child = await startChild({
    name: 'the server',
    command: process.execPath,
    args: ['src/main.ts'],
    cwd: ROOT,
    // The rest of the environment is the caller's: a load test runs with the settings the server would run with.
    env: { ...process.env, HYPOGEUM_PORT: '0', HYPOGEUM_HOST: '127.0.0.1', HYPOGEUM_LOG_LEVEL: 'error' },
  });
  const stop = (): Promise<void> => child.stop('SIGTERM', STOP_TIMEOUT_MS);
  try {
    return { endpoint: `http://127.0.0.1:${await portOf(child)}`, pid: child.pid, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function portOf(child: Child): Promise<string> {
  const port = (): string | undefined => READY.exec(child.output())?.[1];
  const ready = await waitFor('the server is ready', () => port() ?? !child.running(), {
    timeoutMs: START_TIMEOUT_MS,
    detail: child.output,
  });
  if (ready === true)
    throw new Error(`the server ended before it was ready (${await child.exited})\n${child.output()}`);
  return ready;
}
