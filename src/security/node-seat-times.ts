/**
 * The times of seats that wait for a socket count while the process runs. After it stood still (SIGSTOP, a long pause) Node
 * fires the timers that are over before it looks at the sockets that came meanwhile: their seats would be gone. So these
 * timers begin again when a shorter one, which comes before them, finds out that it is late.
 */
import { performance } from 'node:perf_hooks';

const LOOK_EVERY_MS = 100;
/** Later than a busy process is. */
const STALL_MS = 400;

export class SeatTimes {
  /** With whether the timer still is its seat's: one that was cleared must not begin again. */
  readonly #waiting = new Map<NodeJS.Timeout, () => boolean>();
  #looking: NodeJS.Timeout | undefined;
  #lookedAt = 0;

  watch(timer: NodeJS.Timeout, isCurrent: () => boolean): void {
    this.#waiting.set(timer, isCurrent);
    if (this.#looking !== undefined) return;
    this.#lookedAt = performance.now();
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  #look(): void {
    const now = performance.now();
    const stoodStill = now - this.#lookedAt > LOOK_EVERY_MS + STALL_MS;
    this.#lookedAt = now;
    for (const [timer, isCurrent] of this.#waiting) {
      if (!isCurrent()) this.#waiting.delete(timer);
      else if (stoodStill) timer.refresh();
    }
    if (this.#waiting.size > 0) return;
    clearInterval(this.#looking);
    this.#looking = undefined;
  }
}
