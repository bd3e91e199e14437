/**
 * The times of seats that wait for a socket.
 *
 * They count while the process runs. After it stood still (SIGSTOP, a long pause) Node fires the timers that are over before it
 * looks at the sockets that came meanwhile: their seats would be gone. So these timers begin again when a shorter one, which
 * comes before them, finds out that it is late.
 *
 * Seats whose time is over are known for a while: a player who was on the way so long (behind a process that stood still, say)
 * may try again, which is told by another code than to who never had a seat.
 */
import { performance } from 'node:perf_hooks';

const LOOK_EVERY_MS = 100;
/** Later than a busy process is. */
const STALL_MS = 400;
const KNOWN_FOR_MS = 30_000;
const MOST_KNOWN = 10_000;

interface Waiting {
  readonly timer: NodeJS.Timeout;
  /** Whether the timer still is its seat's: one that was cleared must not begin again. */
  readonly isCurrent: () => boolean;
}

export class SeatTimes {
  readonly #waiting = new Map<string, Waiting>();
  /** Seats whose time is over, and until when they are known, in this order. */
  readonly #over = new Map<string, number>();
  #looking: NodeJS.Timeout | undefined;
  #lookedAt = 0;

  watch(roomId: string, sessionId: string, timer: NodeJS.Timeout, isCurrent: () => boolean): void {
    this.#waiting.set(keyOf(roomId, sessionId), { timer, isCurrent });
    if (this.#looking !== undefined) return;
    this.#lookedAt = performance.now();
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** Its socket came. */
  taken(roomId: string, sessionId: string): void {
    this.#waiting.delete(keyOf(roomId, sessionId));
  }

  isOver(roomId: string, sessionId: string): boolean {
    const key = keyOf(roomId, sessionId);
    return this.#over.has(key) || this.#waiting.get(key)?.isCurrent() === false;
  }

  #look(): void {
    const now = performance.now();
    const stoodStill = now - this.#lookedAt > LOOK_EVERY_MS + STALL_MS;
    this.#lookedAt = now;
    for (const [key, { timer, isCurrent }] of this.#waiting) {
      if (!isCurrent()) this.#end(key, now);
      else if (stoodStill) timer.refresh();
    }
    for (const [key, until] of this.#over) {
      if (until > now) break;
      this.#over.delete(key);
    }
    if (this.#waiting.size > 0 || this.#over.size > 0) return;
    clearInterval(this.#looking);
    this.#looking = undefined;
  }

  #end(key: string, now: number): void {
    this.#waiting.delete(key);
    if (this.#over.size < MOST_KNOWN) this.#over.set(key, now + KNOWN_FOR_MS);
  }
}

function keyOf(roomId: string, sessionId: string): string {
  return `${roomId}/${sessionId}`;
}
