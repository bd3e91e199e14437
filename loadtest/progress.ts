/** One line that is rewritten while a load test runs; nothing at all when nobody watches (a pipe, a file). */
import type { Progress } from './messages.ts';

export interface ProgressLine {
  update(phase: string, progress: Progress): void;
  clear(): void;
}

export function showProgress(bots: number): ProgressLine {
  if (!process.stdout.isTTY) return { update() {}, clear() {} };
  return {
    update(phase, { joined, failed, dropped }) {
      process.stdout.write(`\r\x1b[K${phase}: ${joined} of ${bots} joined, ${failed} failed, ${dropped} dropped`);
    },
    clear() {
      process.stdout.write('\r\x1b[K');
    },
  };
}
