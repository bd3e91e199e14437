/** What the bench of matchmaking and its clients of Redis tell each other. */

/** `index` claims a seat and releases it; `stock` is Colyseus's RedisDriver, and only looks. */
export type Variant = 'index' | 'stock';
export const VARIANTS: readonly Variant[] = ['index', 'stock'];

export type ToLooker =
  | { readonly type: 'start'; readonly variant: Variant; readonly url: string }
  /** Lists so many open rooms in a database of their own. */
  | { readonly type: 'list'; readonly database: number; readonly rooms: number }
  | { readonly type: 'look'; readonly database: number; readonly times: number };

export type FromLooker =
  | { readonly type: 'ready' }
  | { readonly type: 'listed' }
  | { readonly type: 'looked'; readonly looks: Looks };

export interface Looks {
  readonly times: number;
  /** CPU of the client's process, all threads, and the time from the first question to the last answer. */
  readonly cpuUs: number;
  readonly wallMs: number;
  /** How many clients the rooms had that were found: the fullest were asked for. */
  readonly clients: number;
  /** Lookups that found none. */
  readonly missed: number;
}
