/** What the joins of the matchmaking bench, their servers and their joiner tell each other. */

export type Side = 'stock' | 'hypogeum';
export const SIDES: readonly Side[] = ['stock', 'hypogeum'];

/** Under which the rooms are defined on both servers. */
export const ROOM_NAME = 'hall';

export type ToServer =
  | { readonly type: 'start'; readonly side: Side; readonly redisUrl: string }
  | { readonly type: 'open'; readonly rooms: number }
  | { readonly type: 'count' };

export type FromServer =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'opened' }
  /** Rooms that are listed. */
  | { readonly type: 'counted'; readonly rooms: number };

export interface JoinsWanted {
  readonly port: number;
  /** Requests under way at any time, each on a connection of its own. */
  readonly atOnce: number;
  readonly seconds: number;
}

export type ToJoiner = { readonly type: 'join' } & JoinsWanted;
export type FromJoiner = { readonly type: 'ready' } | { readonly type: 'joined'; readonly joins: Joins };

export interface Joins {
  readonly seats: number;
  /** Requests that were answered with anything but a seat, and the first such answer. */
  readonly refused: number;
  readonly refusal?: string;
  /** From the first request to the last answer. */
  readonly wallMs: number;
  /** From asking to the seat, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
}
