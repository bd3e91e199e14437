/**
 * One process of the @colyseus/loadtest CLI: started without a terminal, watched over IPC until all its clients have
 * joined or failed, stopped with the signal that makes it write its summary, and that summary read.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseCliOutput, type ShardOutcome } from './colyseus-summary.ts';

const SCRIPT = fileURLToPath(new URL('./colyseus-script.ts', import.meta.url));
const STOP_TIMEOUT_MS = 5000;
const STDERR_KEPT = 2000;

export interface ShardOptions {
  readonly endpoint: string;
  readonly room: string;
  readonly clients: number;
  /** Milliseconds the CLI waits after each join. */
  readonly delay: number;
  /** Where the CLI writes its summary. */
  readonly output: string;
}

export class Shard {
  readonly #options: ShardOptions;
  readonly #process: ChildProcess;
  readonly #settled = Promise.withResolvers<void>();
  readonly #ended: Promise<string | undefined>;
  #left: number;
  #stderr = '';
  #stopping = false;

  constructor(options: ShardOptions) {
    this.#options = options;
    this.#left = options.clients;
    const { endpoint, room, clients, delay, output } = options;
    const args = ['--endpoint', endpoint, '--room', room, '--numClients', `${clients}`, '--delay', `${delay}`];
    this.#process = spawn(process.execPath, ['--no-experimental-websocket', SCRIPT, ...args, '--output', output], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_KEPT);
    });
    this.#process.on('message', () => {
      if (--this.#left === 0) this.#settled.resolve();
    });
    this.#ended = new Promise((resolve) => {
      this.#process.once('error', (error) => resolve(error.message));
      this.#process.once('close', (code, signal) => resolve(this.#howItEnded(code, signal)));
    });
  }

  /** Resolves when every client has joined or failed, when the process is gone, or after `timeoutMs`. */
  async settled(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([this.#settled.promise, this.#ended, timeout]);
    clearTimeout(timer);
  }

  /** Ends the process and reads what it wrote. */
  async finish(): Promise<ShardOutcome> {
    const unsettled = this.#left;
    this.#stopping = true;
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), STOP_TIMEOUT_MS);
    const badEnd = await this.#ended;
    clearTimeout(timer);
    const summary = parseCliOutput(await readFile(this.#options.output, 'utf8').catch(() => ''));
    const { clients } = this.#options;
    return { clients, summary, problem: badEnd ?? problemWith(summary !== undefined, unsettled) };
  }

  /** Ends the process at once; twice is fine. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }

  /** Undefined for an end that was asked for and went well. */
  #howItEnded(code: number | null, signal: NodeJS.Signals | null): string | undefined {
    if (code === 0 && this.#stopping) return undefined;
    return `ended with ${signal ?? `code ${code}`}${this.#stopping ? '' : ' by itself'}\n${this.#stderr}`.trimEnd();
  }
}

function problemWith(hasSummary: boolean, unsettled: number): string | undefined {
  if (!hasSummary) return 'wrote no summary';
  return unsettled > 0 ? `${unsettled} clients had neither joined nor failed in time` : undefined;
}
