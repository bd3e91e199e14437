/** Keeps processes on cores of their own (taskset(1), Linux), so that a server is measured on one core and its bots on another. */
import { execFileSync } from 'node:child_process';

export interface Cores {
  /** As taskset writes them: `0`, `0,2`, `1-3`. */
  readonly server: string;
  readonly bots: string;
}

const LIST = '\\d+(?:-\\d+)?(?:,\\d+(?:-\\d+)?)*';
const CORES = new RegExp(`^(${LIST}):(${LIST})$`);

/** From `SERVER:BOTS`; undefined when it is written otherwise. */
export function parseCores(text: string): Cores | undefined {
  const [, server, bots] = CORES.exec(text) ?? [];
  return server === undefined || bots === undefined ? undefined : { server, bots };
}

/** All threads it has, and those it starts later. @throws when there is no taskset, or no such core. */
export function pinProcess(pid: number, cores: string): void {
  try {
    execFileSync('taskset', ['-a', '-c', '-p', cores, String(pid)], { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (cause) {
    throw new Error(`process ${pid} could not be pinned to core ${cores}: taskset failed`, { cause });
  }
}
