/**
 * Whose turn it is to be told: of each kind of event the first, and after that one a minute at most, with how many there
 * were. So a flood is a line a minute. Pure: time comes in, in milliseconds of any clock that does not go back.
 */

interface Kind {
  toldAt: number;
  /** Since it was told. */
  untold: number;
}

export interface Turn {
  /** Events since the last one that was told, this one included. */
  readonly times: number;
  readonly isFirst: boolean;
}

const MINUTE_MS = 60_000;
/** Kinds are few, and of our own making; those that are not must not grow this for ever. */
const MOST_KINDS = 1000;

export class OnceAMinute {
  readonly #kinds = new Map<string, Kind>();

  /** Counts an event; answers if it is its kind's turn. */
  count(name: string, now: number): Turn | undefined {
    this.#kindOf(name).untold++;
    return this.turn(name, now);
  }

  /** Of those that were counted and not told, if there are any and it is their turn. */
  turn(name: string, now: number): Turn | undefined {
    const kind = this.#kindOf(name);
    if (kind.untold === 0 || now - kind.toldAt < MINUTE_MS) return undefined;
    const turn = { times: kind.untold, isFirst: kind.toldAt === Number.NEGATIVE_INFINITY };
    kind.toldAt = now;
    kind.untold = 0;
    return turn;
  }

  /** How many of a kind were not told, and in how many milliseconds it is its turn. */
  owed(name: string, now: number): { readonly times: number; readonly inMs: number } {
    const { toldAt, untold } = this.#kindOf(name);
    return { times: untold, inMs: Math.max(0, toldAt + MINUTE_MS - now) };
  }

  #kindOf(name: string): Kind {
    let kind = this.#kinds.get(name);
    if (kind === undefined) {
      if (this.#kinds.size >= MOST_KINDS) this.#kinds.clear();
      kind = { toldAt: Number.NEGATIVE_INFINITY, untold: 0 };
      this.#kinds.set(name, kind);
    }
    return kind;
  }
}
