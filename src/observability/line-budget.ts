/**
 * How much may be logged: of each kind of line a few in ten seconds, and so many bytes a second of all of them together.
 * What is left out is counted by kind, and told when the kind's ten seconds are over. Pure: time comes in.
 */

export interface LineBudgetOptions {
  /** Lines of one kind in `WINDOW_MS`. */
  readonly linesPerKind: number;
  readonly bytesPerSecond: number;
}

/** Lines of a kind that were left out. */
export interface LeftOut<Sample> {
  /** The first of them. */
  readonly sample: Sample;
  readonly lines: number;
}

interface Kind<Sample> {
  readonly endsAt: number;
  lines: number;
  leftOut: number;
  sample: Sample | undefined;
}

export const WINDOW_MS = 10_000;
/** What was not written in so many seconds may be written at once: a start, or a fault with its stack. */
const BURST_SECONDS = 8;
/** Whoever makes up kinds shares the last one. */
const MAX_KINDS = 200;
const OTHERS = '';

export class LineBudget<Sample> {
  readonly #options: LineBudgetOptions;
  readonly #kinds = new Map<string, Kind<Sample>>();
  #bytes: number;
  #filledAt: number;

  constructor(options: LineBudgetOptions, now: number) {
    this.#options = options;
    this.#bytes = options.bytesPerSecond * BURST_SECONDS;
    this.#filledAt = now;
  }

  /** Whether a line of this kind may be written now. If not it is counted, and `sample` may stand for those. */
  admits(kind: string, sample: Sample, now: number): boolean {
    this.#fill(now);
    const own = this.#kind(kind, now);
    if (own.lines < this.#options.linesPerKind && this.#bytes > 0) {
      own.lines++;
      return true;
    }
    own.leftOut++;
    own.sample ??= sample;
    return false;
  }

  /** A line of so many bytes was written. The last one may cost more than there is: the next ones wait for it. */
  spend(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** What was left out of kinds whose time is over, once; as long as there are bytes to tell it with. */
  due(now: number): LeftOut<Sample>[] {
    this.#fill(now);
    if (this.#bytes <= 0) return [];
    return this.#take((kind) => kind.endsAt <= now);
  }

  /** What was left out so far, whether its time is over or not: for the end of a process. */
  rest(): LeftOut<Sample>[] {
    return this.#take(() => true);
  }

  /** Lines were left out, and not told of yet. */
  get owes(): boolean {
    for (const { leftOut } of this.#kinds.values()) if (leftOut > 0) return true;
    return false;
  }

  #take(over: (kind: Kind<Sample>) => boolean): LeftOut<Sample>[] {
    const told: LeftOut<Sample>[] = [];
    for (const [name, kind] of this.#kinds) {
      if (!over(kind)) continue;
      this.#kinds.delete(name);
      if (kind.leftOut > 0) told.push({ sample: kind.sample as Sample, lines: kind.leftOut });
    }
    return told;
  }

  #fill(now: number): void {
    const { bytesPerSecond } = this.#options;
    // The wall clock may be set back.
    const earned = (Math.max(0, now - this.#filledAt) / 1000) * bytesPerSecond;
    this.#bytes = Math.min(this.#bytes + earned, bytesPerSecond * BURST_SECONDS);
    this.#filledAt = now;
  }

  #kind(name: string, now: number): Kind<Sample> {
    const own = this.#kinds.get(name);
    if (own !== undefined && (now < own.endsAt || own.leftOut > 0)) return own;
    if (own === undefined && this.#kinds.size >= MAX_KINDS && name !== OTHERS) {
      this.#forgetQuiet(now);
      if (this.#kinds.size >= MAX_KINDS) return this.#kind(OTHERS, now);
    }
    const fresh = { endsAt: now + WINDOW_MS, lines: 0, leftOut: 0, sample: undefined };
    this.#kinds.set(name, fresh);
    return fresh;
  }

  #forgetQuiet(now: number): void {
    for (const [name, { endsAt, leftOut }] of this.#kinds) if (endsAt <= now && leftOut === 0) this.#kinds.delete(name);
  }
}

/**
 * The kind of a line: its message up to the first thing that may be a value (a digit, a quote, an equals sign), and the
 * room and callback it is about. Words made up by somebody cannot make more than `MAX_KINDS` of them.
 */
export function kindOf(level: string, message: string, { room = '', callback = '' }: KindFields): string {
  const [words = ''] = /^[A-Za-z ,.:;_'()@/-]*/.exec(message) ?? [];
  return `${level} ${words.slice(0, 80).trimEnd()} ${room} ${callback}`;
}

interface KindFields {
  readonly room?: unknown;
  readonly callback?: unknown;
}
