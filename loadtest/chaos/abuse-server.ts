/** A server process that is attacked: Hypogeum's own main.ts with more rooms, or stock Colyseus with the same. Whoever starts it ends it. */
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../../deploy/child.ts';
import { waitFor } from '../../deploy/wait.ts';
import { residentBytes } from '../machine.ts';
import { pinProcess } from '../pin.ts';
import { LogMeter } from './abuse-log.ts';
import { GUEST_SECRET, type Side } from './abuse-messages.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WEIGHABLE = ['--expose-gc', '--import', './loadtest/chaos/abuse-weigh.ts'];
const PROGRAMS: Readonly<Record<Side, readonly string[]>> = {
  hypogeum: [...WEIGHABLE, '--import', './loadtest/chaos/abuse-preload.ts', 'src/main.ts'],
  stock: [...WEIGHABLE, 'loadtest/chaos/abuse-stock.ts'],
};
/** Its limits are those it has by default. Rounds do not end: between two of them nothing moves, and few patches are sent. */
const SETTINGS = {
  HYPOGEUM_PORT: '0',
  HYPOGEUM_HOST: '127.0.0.1',
  HYPOGEUM_ARENA_ROUND_SECONDS: '3600',
  HYPOGEUM_GUEST_KEYS: GUEST_SECRET,
};
const READY = /is ready: http:\/\/[^:\s]+:(\d+)/;
const START_TIMEOUT_MS = 30_000;
const ANSWER_TIMEOUT_MS = 1000;
const WEIGH_TIMEOUT_MS = 10_000;
const LAST_WORDS = 2000;

export class AbuseServer implements AsyncDisposable {
  readonly port: number;
  readonly log: LogMeter;
  readonly #child: Child;
  #ended: string | undefined;

  private constructor(child: Child, log: LogMeter, port: number) {
    this.#child = child;
    this.log = log;
    this.port = port;
    void child.exited.then((how) => {
      this.#ended = how;
    });
  }

  /** `core` as taskset writes it. @throws with its output when it does not start. */
  static async start(side: Side, core?: string): Promise<AbuseServer> {
    const log = new LogMeter();
    const child = await startChild({
      name: `the server (${side})`,
      command: process.execPath,
      args: PROGRAMS[side],
      cwd: ROOT,
      env: { ...process.env, ...SETTINGS },
      onOutput: (chunk) => log.add(chunk),
    });
    try {
      const port = () => READY.exec(child.output())?.[1] ?? (child.running() ? undefined : 'ended');
      const ready = await waitFor(`${child.name} is ready`, port, {
        timeoutMs: START_TIMEOUT_MS,
        detail: child.output,
      });
      if (ready === 'ended') throw new Error(`${child.name} ended (${await child.exited})\n${child.output()}`);
      if (core !== undefined) pinProcess(child.pid, core);
      return new AbuseServer(child, log, Number(ready));
    } catch (error) {
      await child.stop('SIGKILL');
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** How it ended, with its last words; undefined while it runs. */
  get ended(): string | undefined {
    if (this.#ended === undefined) return undefined;
    return `${this.#ended}: ${this.#child.output().trim().slice(-LAST_WORDS)}`;
  }

  /** The end of what it wrote. */
  get output(): string {
    return this.#child.output();
  }

  /** 0 when it is gone. */
  get residentBytes(): number {
    return residentBytes(this.pid) ?? 0;
  }

  /** Bytes that it holds (heap and buffers) after a full collection; not a number when it is gone or says nothing. */
  async weigh(): Promise<number> {
    this.log.weighed = undefined;
    this.#child.signal('SIGWINCH');
    const weighed = () => (this.#ended === undefined ? this.log.weighed : Number.NaN);
    return waitFor('the server is weighed', weighed, { timeoutMs: WEIGH_TIMEOUT_MS, everyMs: 20 }).catch(
      () => Number.NaN,
    );
  }

  /** Whether it answers a request for its health within a second, whatever it says. */
  async answers(): Promise<boolean> {
    if (this.#ended !== undefined) return false;
    const asked = fetch(`http://127.0.0.1:${this.port}/healthz`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    return asked
      .then((answer) => answer.arrayBuffer())
      .then(
        () => true,
        () => false,
      );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stop('SIGKILL');
  }
}
