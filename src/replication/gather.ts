/**
 * The innermost loop of replication: copies this tick's changes of the entities that one observer knows behind one
 * another. Sixteen bytes are copied without looking how long a change is, because most are not longer.
 */
import { type ByteArena, copyWords } from './byte-arena.ts';
import type { KnownSet } from './known-set.ts';

/** Most changes of an entity, a position and some more, fit into this. */
const UNROLLED = 16;

/** Of each slot where its change begins, and its length, 0 for none; and the length of the longest. */
export interface Spans {
  readonly spans: Int32Array;
  readonly longest: number;
}

/** Appends to `frame` the changes of those entities of `known` that were sent, which stand at the front. */
export function gatherChanges(frame: ByteArena, changes: ByteArena, { spans, longest }: Spans, known: KnownSet): void {
  const { numbers, slotsStart, sent } = known;
  frame.reserveRanges(sent, longest);
  const end = slotsStart + sent;
  const from = changes.view;
  const to = frame.view;
  let offset = frame.cursor.offset;
  for (let at = slotsStart; at < end; at++) {
    const span = numbers[at]! * 2;
    const length = spans[span + 1]!;
    if (length === 0) continue;
    const start = spans[span]!;
    to.setUint32(offset, from.getUint32(start));
    to.setUint32(offset + 4, from.getUint32(start + 4));
    to.setUint32(offset + 8, from.getUint32(start + 8));
    to.setUint32(offset + 12, from.getUint32(start + 12));
    if (length > UNROLLED) copyWords(from, start + UNROLLED, start + length, to, offset + UNROLLED);
    offset += length;
  }
  frame.cursor.offset = offset;
}
