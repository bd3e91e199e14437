/**
 * What the two rooms of the tick bench have in common: their state, their work, their options. A step writes its field
 * first and works after, so the work is part of the way from the write to the socket.
 */
import { type SchemaType, schema, t } from '@colyseus/schema';
import { TICK_RATE } from './tick-messages.ts';
import { TickProbe } from './tick-probe.ts';

/** One field that changes in every step. */
export const BeatState = schema({ beat: t.uint32().default(0) }, 'BeatState');
export type BeatState = SchemaType<typeof BeatState>;

export interface BeatOptions {
  /** Milliseconds of work in every step. */
  readonly busyMs: number;
}

/** The process's instrument: the rooms of one process share it. */
export const probe = new TickProbe(TICK_RATE);

/** Keeps the core busy, as a heavy simulation would. */
export function work(ms: number): void {
  if (ms <= 0) return;
  const end = performance.now() + ms;
  while (performance.now() < end);
}
