/**
 * How an array came to be what it is, told in operations that decoders carry out right. Colyseus's own record of a tick
 * is wrong for some combinations of insertions, assignments and removals (5.0.34: stock decoders end up with other
 * contents), so the array is compared with what it was. Pure.
 */

export type ArrayChange =
  | { readonly kind: 'none' }
  /** New elements at the end, from this index on. */
  | { readonly kind: 'append'; readonly from: number }
  /** So many elements in a row are gone. */
  | { readonly kind: 'remove'; readonly from: number; readonly count: number }
  /** Other elements at these indexes. */
  | { readonly kind: 'replace'; readonly indexes: readonly number[] }
  /** Simplest told by its contents. */
  | { readonly kind: 'all' };

/** Replacing more than this share one by one costs more than telling all. */
const MAX_REPLACED = 1 / 2;

/** `before` is undefined when it is not known. */
export function compareArrays(before: readonly unknown[] | undefined, after: readonly unknown[]): ArrayChange {
  if (before === undefined) return { kind: 'all' };
  const prefix = commonPrefix(before, after);
  if (prefix === before.length) return prefix === after.length ? { kind: 'none' } : { kind: 'append', from: prefix };
  if (before.length === after.length) return compareSameLength(before, after);
  const count = before.length - after.length;
  for (let i = prefix; i < after.length; i++) if (!Object.is(after[i], before[i + count])) return { kind: 'all' };
  return count > 0 ? { kind: 'remove', from: prefix, count } : { kind: 'all' };
}

function commonPrefix(before: readonly unknown[], after: readonly unknown[]): number {
  const length = Math.min(before.length, after.length);
  let at = 0;
  while (at < length && Object.is(before[at], after[at])) at++;
  return at;
}

function compareSameLength(before: readonly unknown[], after: readonly unknown[]): ArrayChange {
  const indexes: number[] = [];
  for (let i = 0; i < after.length; i++) if (!Object.is(before[i], after[i])) indexes.push(i);
  return indexes.length <= after.length * MAX_REPLACED ? { kind: 'replace', indexes } : { kind: 'all' };
}
