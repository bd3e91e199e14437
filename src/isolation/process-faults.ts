/**
 * The policy for exceptions and rejections that nobody caught. What belongs to a room or a request is counted
 * and logged, and the process serves on: nobody outside can end it that way. What belongs to the process itself is so too,
 * up to so many a minute. Beyond that, and when Node says that its own state is broken, the process is unsound: it drains
 * and ends. Rules: src/security/SPEC.md (P6 to P9).
 */
import type { Clock } from '../kernel/ports.ts';
import type { FaultLog } from './fault-log.ts';
import type { Owner } from './node-owners.ts';

export type Origin = 'uncaughtException' | 'unhandledRejection';

export interface ProcessFaultsDeps {
  readonly clock: Clock;
  readonly faults: FaultLog;
  /** The process cannot be trusted any more. Called at most once. */
  readonly unsound: (reason: string) => void;
}

const MINUTE_MS = 60_000;
/** Node's own "this is a bug in Node", and allocations that failed. */
const BROKEN_CODES = ['ERR_INTERNAL_ASSERTION', 'ERR_MEMORY_ALLOCATION_FAILED', 'ERR_WORKER_OUT_OF_MEMORY'];
const OUT_OF_MEMORY = /^Array buffer allocation failed/;

export class ProcessFaults {
  readonly #deps: ProcessFaultsDeps;
  /** When the last ones of the process itself came, a ring. */
  readonly #times: Float64Array;
  #next = 0;
  #isUnsound = false;

  /** @param maxStraysPerMinute of the process itself; one more is a storm. */
  constructor(deps: ProcessFaultsDeps, maxStraysPerMinute: number) {
    this.#deps = deps;
    this.#times = new Float64Array(maxStraysPerMinute).fill(Number.NEGATIVE_INFINITY);
  }

  /** Never throws. */
  stray(thrown: unknown, origin: Origin, owner: Owner | undefined): void {
    this.#deps.faults.report(owner?.name ?? 'process', origin, thrown);
    if (isBroken(thrown)) this.#unsound('Node reports that its own state is broken');
    else if (owner === undefined && this.#isStorm()) this.#unsound('a storm of exceptions that nobody caught');
  }

  #isStorm(): boolean {
    const now = this.#deps.clock.now();
    const oldest = this.#times[this.#next]!;
    this.#times[this.#next] = now;
    this.#next = (this.#next + 1) % this.#times.length;
    return now - oldest < MINUTE_MS;
  }

  #unsound(reason: string): void {
    if (this.#isUnsound) return;
    this.#isUnsound = true;
    this.#deps.unsound(reason);
  }
}

function isBroken(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const { code, message } = thrown as { code?: unknown; message?: unknown };
  return BROKEN_CODES.includes(code as string) || (thrown instanceof RangeError && OUT_OF_MEMORY.test(String(message)));
}
