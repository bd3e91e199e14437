/** What every part of `chaos -- matchmaking` runs in: time that Ctrl+C cuts short, and a line for whoever watches. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { InterruptWatch } from '../interrupt.ts';

export interface Setting {
  /** `work`, unless Ctrl+C comes first. */
  race<T>(work: Promise<T>): Promise<T>;
  wait(ms: number): Promise<void>;
  /** Rewrites the one line of progress; nothing when nobody watches (a pipe, a file). */
  say(text: string): void;
}

export function createSetting(interrupts: InterruptWatch): Setting {
  return {
    race: (work) => interrupts.race(work),
    wait: (ms) => interrupts.race(sleep(Math.max(0, ms))),
    say(text) {
      if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${text}`);
    },
  };
}
