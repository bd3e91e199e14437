/**
 * The bot processes of one load test as one: hands messages on, adds up progress, collects results. A bot process that
 * dies by itself fails the run: its numbers would be missing without a trace.
 */
import { Forked } from './forked.ts';
import type { FromWorker, Progress, SquadOptions, SquadResult, ToWorker } from './messages.ts';

const WORKER = new URL('./worker.ts', import.meta.url);
/** Node's own WebSocket costs more CPU a message than `ws`, which the SDK falls back to without it. */
const EXEC_ARGV = ['--no-experimental-websocket'];
const RESULT_TIMEOUT_MS = 10_000;

export class Fleet {
  readonly #workers: readonly Forked<ToWorker, FromWorker>[];

  /** Starts one process for each squad. */
  constructor(squads: readonly SquadOptions[]) {
    this.#workers = squads.map((options) => {
      const worker = new Forked<ToWorker, FromWorker>(WORKER, EXEC_ARGV);
      worker.tell({ type: 'start', options });
      return worker;
    });
  }

  get pids(): number[] {
    return this.#workers.flatMap(({ pid }) => pid ?? []);
  }

  get progress(): Progress {
    const sum = { joined: 0, failed: 0, dropped: 0 };
    for (const worker of this.#workers) {
      const progress = worker.latest('progress')?.progress;
      sum.joined += progress?.joined ?? 0;
      sum.failed += progress?.failed ?? 0;
      sum.dropped += progress?.dropped ?? 0;
    }
    return sum;
  }

  /** Resolves when every bot has joined or failed; rejects when a bot process dies before. */
  async ramped(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.hear('ramped')));
  }

  /** Rejects when a bot process ends; to be raced with what should happen before that. */
  async lost(): Promise<never> {
    await Promise.race(this.#workers.map((worker) => worker.exited));
    throw new Error('a bot process ended in the middle of the test');
  }

  measure(): void {
    for (const worker of this.#workers) worker.tell({ type: 'measure' });
  }

  /** Ends the measuring, collects the results and lets the bots leave. Rejects when a bot process gives none. */
  async finish(): Promise<SquadResult[]> {
    for (const worker of this.#workers) worker.tell({ type: 'finish' });
    const timer = setTimeout(() => this.kill(), RESULT_TIMEOUT_MS);
    try {
      const results = await Promise.all(this.#workers.map((worker) => worker.hear('result')));
      await Promise.all(this.#workers.map((worker) => worker.exited));
      return results.map(({ result }) => result);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the processes at once; twice is fine. */
  kill(): void {
    for (const worker of this.#workers) worker.kill();
  }
}

/** Deals `bots` out to processes as evenly as can be, interleaved, so that joins alternate between them. */
export function dealBots(
  processes: number,
  bots: number,
  common: Omit<SquadOptions, 'bots' | 'firstBot' | 'stride'>,
): SquadOptions[] {
  return Array.from({ length: processes }, (_, index) => {
    const share = Math.floor(bots / processes) + (index < bots % processes ? 1 : 0);
    return { ...common, bots: share, firstBot: index, stride: processes };
  });
}
