/**
 * What a whole state does not say: that a field has no value. Colyseus's full encode leaves such fields out, and an SDK
 * that already has state keeps the value of before (@colyseus/schema 5.0.34: decodeResync prunes collections, not fields).
 * So a whole state sent in place is followed, in the same message, by a delete of each: `255 refId (64 | field) ...`.
 */

import type { ChangeTree, StateView } from '@colyseus/schema';
import {
  $changes,
  $childType,
  $filter,
  $numFields,
  $refId,
  encode,
  type Iterator,
  Metadata,
  Schema,
} from '@colyseus/schema';

const SWITCH_TO_STRUCTURE = 255;
const DELETE = 64;

type Filter = (ref: Schema, index: number, view?: StateView) => boolean;
interface Fields {
  readonly [index: number]: { readonly name: string; readonly deprecated?: boolean };
  readonly [$numFields]: number;
}
interface Tracked {
  readonly [$changes]: ChangeTree;
  readonly [$refId]?: number;
}

/** Deletes of the fields without a value, of every instance under `state` that `view` shows (without one: shared state). */
export function absentFields(state: Schema, view?: StateView): Uint8Array {
  const walk = new Walk(view);
  walk.instance(state);
  return Uint8Array.from(walk.bytes);
}

/** Whether a player with `view` (without one: everybody) is told this field of an instance that is known to it. */
export function isShown(instance: Schema, index: number, view?: StateView): boolean {
  return (instance.constructor as unknown as { readonly [$filter]: Filter })[$filter](instance, index, view);
}

class Walk {
  readonly bytes: number[] = [];
  readonly #view: StateView | undefined;
  readonly #it: Iterator = { offset: 0 };
  readonly #seen = new Set<number>();

  constructor(view: StateView | undefined) {
    this.#view = view;
  }

  instance(instance: Schema): void {
    const metadata = (instance.constructor as typeof Schema)[Symbol.metadata] as Metadata;
    const fields = metadata as unknown as Fields;
    const absent: number[] = [];
    for (let index = 0; index <= fields[$numFields]; index++) {
      const { name, deprecated } = fields[index]!;
      if (deprecated || Metadata.hasPatchOnlyAtIndex(metadata, index)) continue;
      const value = (instance as unknown as { readonly [field: string]: unknown })[name];
      if (value === undefined || value === null) {
        if (isShown(instance, index, this.#view)) absent.push(index);
      } else if (typeof value === 'object') {
        this.#child(value as Tracked);
      }
    }
    this.#write((instance as unknown as Tracked)[$refId]!, absent);
  }

  /** An instance or a collection, if the player knows it and it was not there before. */
  #child(child: Tracked): void {
    const refId = child[$refId];
    const tree = child[$changes];
    if (refId === undefined || this.#seen.has(refId)) return;
    if (tree.isFiltered && !this.#view?.isChangeTreeVisible(tree)) return;
    this.#seen.add(refId);
    if (Schema.isSchema(child)) this.instance(child);
    else if (typeof (child as { readonly [$childType]?: unknown })[$childType] !== 'string') {
      tree.forEachChild(({ ref }) => this.#child(ref as unknown as Tracked));
    }
  }

  #write(refId: number, absent: readonly number[]): void {
    if (absent.length === 0) return;
    this.bytes[this.#it.offset++] = SWITCH_TO_STRUCTURE;
    encode.number(this.bytes as never, refId, this.#it);
    for (const index of absent) this.bytes[this.#it.offset++] = DELETE | index;
  }
}
