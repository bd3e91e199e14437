/**
 * Seeded randomness, handed in wherever chance plays: a seed names a run, so that it can be run again.
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, passes PractRand and BigCrush,
 * integer arithmetic only, so every machine draws the same numbers. Not for secrets.
 */

export interface Random {
  /** A float in [0, 1), 32 bits of chance. */
  next(): number;
  /** An integer in [0, bound). `bound` is a positive integer up to 2^32. */
  int(bound: number): number;
  /** One element of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
  /** Where the generator stands; a copy can be kept and set again. */
  state: RandomState;
}
export type RandomState = [number, number, number, number];

/** A generator for `seed`, any finite number; equal seeds draw equal sequences. */
export function createRandom(seed: number): Random {
  return new Sfc32(seed);
}

/** A seed to start an unseeded run with; print it, so that the run can be repeated. */
export function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

const WARM_UP_ROUNDS = 15;

class Sfc32 implements Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = Math.trunc(seed / 2 ** 32) | 0;
    this.#c = 0x9e3779b9 | 0;
    for (let i = 0; i < WARM_UP_ROUNDS; i++) this.next();
  }

  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }

  int(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)]!;
  }

  get state(): RandomState {
    return [this.#a, this.#b, this.#c, this.#counter];
  }

  set state([a, b, c, counter]: RandomState) {
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#counter = counter;
  }
}
