/** A clock and timers that a test steps by hand. What was promised meanwhile has had its turn when a step is over. */
import type { Clock } from '../../src/kernel/ports.ts';
import type { Timers } from '../../src/matchmaking/timers.ts';

export class SteppedTime implements Clock, Timers {
  #now = 1000;
  #planned: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): () => void {
    const one = { at: this.#now + delayMs, run };
    this.#planned.push(one);
    return () => {
      this.#planned = this.#planned.filter((other) => other !== one);
    };
  }

  get timers(): number {
    return this.#planned.length;
  }

  /** Each timer comes in its time. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (let one = this.#due(end); one !== undefined; one = this.#due(end)) {
      this.#now = Math.max(this.#now, one.at);
      this.#fire(one);
      await settled();
    }
    this.#now = end;
    await settled();
  }

  /** The process stands still: time goes on, and no timer comes. */
  stall(ms: number): void {
    this.#now += ms;
  }

  #due(end: number): { at: number; run: () => void } | undefined {
    return this.#planned.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }

  #fire(one: { at: number; run: () => void }): void {
    this.#planned = this.#planned.filter((other) => other !== one);
    one.run();
  }
}

/** Everything that can go on without time has done so. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
