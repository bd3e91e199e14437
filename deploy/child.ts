/**
 * A program that runs beside this one: started in a process group of its own, so that a Ctrl+C in the terminal reaches
 * only us and we choose the order of stopping; its last words kept for an error message; stopped with everything it
 * started, at the latest when this process ends.
 */
import { spawn } from 'node:child_process';

export interface ChildOptions {
  /** What messages call it. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment; ours when left out. */
  readonly env?: NodeJS.ProcessEnv;
  /** Hears all that it writes to stdout and stderr, of which only the end is kept here. */
  readonly onOutput?: (chunk: Buffer) => void;
  /** What its group gets when this process ends before it: SIGKILL when left out. */
  readonly lastSignal?: NodeJS.Signals;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  /** Resolves with how it ended, in words, when it has ended for whatever reason. */
  readonly exited: Promise<string>;
  running(): boolean;
  /** The end of what it wrote to stdout and stderr. */
  output(): string;
  /** Sends a signal to it alone. */
  signal(signal: NodeJS.Signals): void;
  /** Asks it to end; past `timeoutMs` ends its whole group at once. Twice is fine. */
  stop(signal?: NodeJS.Signals, timeoutMs?: number): Promise<void>;
}

const KEPT_OUTPUT = 20_000;

/** @throws an Error naming the child when its program cannot be run at all. */
export async function startChild({
  name,
  command,
  args,
  cwd,
  env,
  onOutput,
  lastSignal,
}: ChildOptions): Promise<Child> {
  const process_ = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const keep = (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-KEPT_OUTPUT);
    onOutput?.(chunk);
  };
  process_.stdout.on('data', keep);
  process_.stderr.on('data', keep);

  await new Promise<void>((resolve, reject) => {
    process_.once('spawn', resolve);
    process_.once('error', (cause) => reject(new Error(`${name} could not be started: ${cause.message}`, { cause })));
  });
  const pid = process_.pid ?? 0;
  const endGroup = () => signalTo(-pid, lastSignal ?? 'SIGKILL');
  process.once('exit', endGroup);

  let ended = false;
  const exited = new Promise<string>((resolve) => {
    process_.once('close', (code, signal) => {
      ended = true;
      process.removeListener('exit', endGroup);
      resolve(signal === null ? `exit code ${code}` : `signal ${signal}`);
    });
  });

  return {
    name,
    pid,
    exited,
    running: () => !ended,
    output: () => said,
    signal: (signal) => signalTo(pid, signal),
    async stop(signal = 'SIGTERM', timeoutMs = 5000) {
      if (ended) return;
      signalTo(pid, signal);
      const late = setTimeout(() => signalTo(-pid, 'SIGKILL'), timeoutMs);
      await exited;
      clearTimeout(late);
    },
  };
}

/** Signals a process (or, with a negative id, a group) that may be gone already. */
export function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
