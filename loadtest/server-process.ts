/**
 * A server of the load test's own: `src/main.ts` in a process beside, on a free port of this machine only, stopped
 * again in every case, also when the load test is interrupted.
 */
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../deploy/child.ts';
import { waitFor } from '../deploy/wait.ts';
import { OPEN_DOORS } from './open-doors.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const READY = /^Hypogeum is ready: https?:\/\/[^:\s]+:(\d+)/m;
const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 8_000;
const LOOPBACK = { HYPOGEUM_PORT: '0', HYPOGEUM_HOST: '127.0.0.1' };

export interface ServerProcess {
  readonly endpoint: string;
  readonly pid: number;
  /** Asks it to stop, then insists. Twice is fine. */
  stop(): Promise<void>;
}

/** With the caller's own settings: a load test runs with those the server would run with. */
export async function startServerProcess(): Promise<ServerProcess> {
  const { child, port } = await launchServer({ ...process.env, ...LOOPBACK, HYPOGEUM_LOG_LEVEL: 'error' });
  return {
    endpoint: `http://127.0.0.1:${port}`,
    pid: child.pid,
    stop: () => child.stop('SIGTERM', STOP_TIMEOUT_MS),
  };
}

/**
 * Starts a server on a free port of the loopback, unless `env` says otherwise. Resolves when it is ready. Throws with the
 * end of its output, and leaves nothing running, when it ends or stays silent instead.
 * @param args what Node runs, from the root of the project.
 */
export async function launchServer(
  env: NodeJS.ProcessEnv,
  args: readonly string[] = ['src/main.ts'],
): Promise<{ child: Child; port: number }> {
  const child = await startChild({
    name: 'the server',
    command: process.execPath,
    args,
    cwd: ROOT,
    env: { ...LOOPBACK, ...OPEN_DOORS, ...env },
  });
  try {
    return { child, port: await portOf(child) };
  } catch (error) {
    await child.stop('SIGTERM', STOP_TIMEOUT_MS);
    throw error;
  }
}

async function portOf(child: Child): Promise<number> {
  const port = (): string | undefined => READY.exec(child.output())?.[1];
  const ready = await waitFor('the server is ready', () => port() ?? !child.running(), {
    timeoutMs: START_TIMEOUT_MS,
    detail: child.output,
  });
  if (ready === true)
    throw new Error(`the server ended before it was ready (${await child.exited})\n${child.output()}`);
  return Number(ready);
}
