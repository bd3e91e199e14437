/** Messages that wait for their line: in order, bounded. Pure. */
import type { Framed } from './frames.ts';

export interface Waiting {
  readonly framed: Framed;
  /** It carries state, and a newer whole state makes it void. */
  readonly isState: boolean;
  readonly done: Done | undefined;
}

/** Told once a message was handed to the operating system, or why it never will be. */
export type Done = (error?: Error) => void;

/** A message counts for at least this much: that is what it costs to keep, however short it is. */
const LEAST_BYTES = 128;

export class MessageQueue {
  #waiting: Waiting[] = [];
  #next = 0;
  #bytes = 0;

  /** What waits costs about so much memory. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#next === this.#waiting.length;
  }

  /** Whether one more fits into `maxBytes`. A first message always does: a large one would have no way else. */
  takes(framed: Framed, maxBytes: number): boolean {
    return this.isEmpty || this.#bytes + cost(framed) <= maxBytes;
  }

  push(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#bytes += cost(waiting.framed);
  }

  shift(): Waiting | undefined {
    const first = this.#waiting[this.#next];
    if (first === undefined) return undefined;
    this.#next++;
    this.#bytes -= cost(first.framed);
    if (this.isEmpty) {
      this.#waiting = [];
      this.#next = 0;
    }
    return first;
  }

  /** Drops the waiting messages that carry state. */
  dropState(): void {
    this.#waiting = this.#waiting.slice(this.#next).filter(({ isState }) => !isState);
    this.#next = 0;
    this.#bytes = this.#waiting.reduce((sum, { framed }) => sum + cost(framed), 0);
  }
}

function cost(framed: Framed): number {
  return Math.max(framed.length, LEAST_BYTES);
}
