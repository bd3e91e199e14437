/**
 * A forked process one talks to in typed messages: what it says can be waited for by type, what it wrote to stderr is
 * shown when it ends too early, and it never outlives its parent's interest in it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface Typed {
  readonly type: string;
}
type OfType<From extends Typed, Type extends From['type']> = Extract<From, { readonly type: Type }>;

const STDERR_KEPT = 4000;

export class Forked<To, From extends Typed> {
  /** Resolves when the process is gone. */
  readonly exited: Promise<void>;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<string, { resolve(message: From): void; reject(error: Error): void }>();
  readonly #unheard = new Map<string, From>();
  #failure: Error | undefined;
  #stderr = '';

  /** Forks `entry` with Node's own `execArgv`. Its stdout goes nowhere. */
  constructor(entry: URL, execArgv: readonly string[] = []) {
    this.#process = fork(fileURLToPath(entry), { execArgv: [...execArgv], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_KEPT);
    });
    this.#process.on('message', (message: From) => this.#hear(message));
    this.exited = new Promise((resolve) => {
      const end = (how: string): void => {
        this.#fail(how);
        resolve();
      };
      this.#process.once('error', (error) => end(error.message));
      this.#process.once('close', (code, signal) => end(String(signal ?? `code ${code}`)));
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  tell(message: To & object): void {
    if (this.#process.connected) this.#process.send(message);
  }

  /** The next message of this type, or the latest that nobody waited for. Rejects when the process ends without it. */
  hear<Type extends From['type']>(type: Type): Promise<OfType<From, Type>> {
    const early = this.#unheard.get(type);
    this.#unheard.delete(type);
    if (early !== undefined) return Promise.resolve(early as OfType<From, Type>);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting.set(type, { resolve: (message) => resolve(message as OfType<From, Type>), reject });
    });
  }

  /** The latest message of this type that nobody waited for; it stays. */
  latest<Type extends From['type']>(type: Type): OfType<From, Type> | undefined {
    return this.#unheard.get(type) as OfType<From, Type> | undefined;
  }

  /** Ends the process at once; twice is fine. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #hear(message: From): void {
    const waiting = this.#waiting.get(message.type);
    this.#waiting.delete(message.type);
    if (waiting === undefined) this.#unheard.set(message.type, message);
    else waiting.resolve(message);
  }

  #fail(how: string): void {
    this.#failure = new Error(`a process of the load test ended early (${how})\n${this.#stderr}`.trimEnd());
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}
