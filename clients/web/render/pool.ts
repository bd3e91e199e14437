/** A fixed number of slots used in turn: what comes and goes many times a second makes no garbage. */

export interface Pool<T> {
  readonly all: readonly T[];
  /** The slot to use next; the one used longest ago. */
  next(): T;
}

export function pool<T>(size: number, create: () => T): Pool<T> {
  const all = Array.from({ length: size }, create);
  let at = 0;
  return {
    all,
    next() {
      at = (at + 1) % size;
      return all[at]!;
    },
  };
}
