/** What the fuzz of all parsers shares: texts, changes to bytes that were right, and the time that an input may take. */
import assert from 'node:assert/strict';
import fc from 'fast-check';

const SLOW_MS = 250;
const TRIES = 3;

export interface Parser {
  readonly name: string;
  /** How often it is called for each run of the others: cheap ones more often. */
  readonly weight: number;
  readonly property: fc.IRawProperty<unknown>;
}

export interface Edit {
  readonly at: number;
  readonly cut: number;
  readonly put: Uint8Array;
}

export const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ at: fc.nat(400), cut: fc.constant(1), put: fc.uint8Array({ minLength: 1, maxLength: 1 }) }),
  fc.record({ at: fc.nat(400), cut: fc.nat(4), put: fc.uint8Array({ maxLength: 6 }) }),
  fc.record({ at: fc.nat(400), cut: fc.constant(4000), put: fc.constant(new Uint8Array(0)) }),
);

export const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
);

/** A text of single bytes that is right but for up to `most` changes, or right as it is. */
export function nearly(right: fc.Arbitrary<string>, most = 3): fc.Arbitrary<string> {
  return fc
    .tuple(right, fc.array(edit, { maxLength: most }))
    .map(([given, edits]) => changed(Buffer.from(given, 'latin1'), edits).toString('latin1'));
}

/** `likely` three times in four. */
export function mostly<T>(likely: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 3, arbitrary: likely }, { weight: 1, arbitrary: other });
}

/** Never empty. */
export function applyEdits([bytes, edits]: readonly [Buffer, readonly Edit[]]): Buffer {
  const edited = changed(bytes, edits);
  return edited.length === 0 ? Buffer.of(0) : edited;
}

function changed(bytes: Buffer, edits: readonly Edit[]): Buffer {
  let edited: Buffer = bytes;
  for (const { at, cut, put } of edits) {
    const from = Math.min(at, edited.length);
    edited = Buffer.concat([edited.subarray(0, from), put, edited.subarray(from + cut)]);
  }
  return edited;
}

/** No case may hold up the process, whatever else it does. A machine may: then it is quicker when it is done again. */
export function quickly(run: () => void): void {
  let tookMs = SLOW_MS;
  for (let tries = 0; tries < TRIES && tookMs >= SLOW_MS; tries++) {
    const begin = performance.now();
    run();
    tookMs = performance.now() - begin;
  }
  assert.ok(tookMs < SLOW_MS, `it took ${tookMs.toFixed(0)} ms`);
}
