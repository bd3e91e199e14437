/**
 * Real server processes for tests, and whatever else a test starts: all of it ends with the describe block, also when a
 * test fails, and at the latest with the test run.
 */
import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Room } from '@colyseus/sdk';
import type { Child } from '../../deploy/child.ts';
import { launchServer } from '../../loadtest/server-process.ts';

export { waitFor } from '../../deploy/wait.ts';

const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export const ROOT = join(import.meta.dirname, '../..');

/** Settings that make a server small and quiet for a test. */
export type Settings = Readonly<Record<string, string>>;

export interface ServerProcess {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly port: number;
  readonly child: Child;
}

/**
 * To be called in a describe block: a stack whose entries are disposed of, last first, when the block is done. A run
 * that is interrupted meanwhile leaves through process.exit, so that what hooks on the exit is ended with it.
 */
export function disposedAfterwards(): AsyncDisposableStack {
  const stack = new AsyncDisposableStack();
  const exit = () => process.exit(1);
  before(() => {
    for (const signal of INTERRUPTIONS) process.once(signal, exit);
  });
  after(async function () {
    this.timeout(60_000);
    for (const signal of INTERRUPTIONS) process.removeListener(signal, exit);
    await stack.disposeAsync();
  });
  return stack;
}

export interface TemporaryDirectory extends AsyncDisposable {
  readonly path: string;
}

/** @param beforeRemoval what to end, at once, should the run end while the directory is in use. */
export async function temporaryDirectory(name: string, beforeRemoval = () => {}): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(tmpdir(), `hypogeum-${name}-`));
  const remove = () => {
    beforeRemoval();
    rmSync(path, { recursive: true, force: true });
  };
  process.once('exit', remove);
  return {
    path,
    async [Symbol.asyncDispose]() {
      process.removeListener('exit', remove);
      remove();
    },
  };
}

/** An SDK's room that does not come back by itself when it is closed, and does not print what it was not asked about. */
export function passive<R extends Room>(room: R): R {
  room.reconnection.enabled = false;
  room.onMessage('*', () => {});
  return room;
}

/** The environment of a program under test: ours without what a person may have set for their own server. */
export function cleanEnvironment(settings: Settings = {}): NodeJS.ProcessEnv {
  const ours = /^(HYPOGEUM_|REDIS_URL$|WEB_CONCURRENCY$|PM2_|npm_)/;
  const inherited = Object.entries(process.env).filter(([name]) => !ours.test(name));
  return { ...Object.fromEntries(inherited), ...settings };
}

/**
 * `npm start` without npm: src/main.ts, or another program, on a free port of the loopback; resolves at its line "is
 * ready".
 */
export async function startServerProcess(settings: Settings = {}, args?: readonly string[]): Promise<ServerProcess> {
  const { child, port } = await launchServer(cleanEnvironment(settings), args);
  return { origin: `http://127.0.0.1:${port}`, port, child };
}

/** True when no such process runs. One that has ended but that nobody asked about (a zombie) runs no more. */
export function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return true;
  }
  return stateOf(pid) === 'Z';
}

function stateOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.charAt(stat.lastIndexOf(')') + 2);
  } catch {
    return '';
  }
}
