/** What the processes of `chaos -- slow` agree on, and what they tell each other over IPC. Plain data. */

/** world: an area-replicated GameRoom. broadcast: a stock room with large patches, on Hypogeum. stock: the same on Colyseus. */
export const ROOMS = ['world', 'broadcast', 'stock'] as const;
export type RoomKind = (typeof ROOMS)[number];

/**
 * quiet: nobody stalls. silent: they stop reading. ponging: they stop reading and send pongs by themselves, empty and
 * made up ones. closed: as silent, but with the server's own timeout, which closes them; they come back like an SDK.
 */
export type Trouble = 'quiet' | 'silent' | 'ponging' | 'closed';

export const RADIUS = 400;
export const LEAVE_RADIUS = 440;

/** What the server holds, each entity as the text of its JSON. */
export type Truth =
  /** Everybody has all of it. */
  | { readonly kind: 'all'; readonly entities: Readonly<Record<string, string>> }
  /** Everybody has what is near to the entity under their session id. */
  | {
      readonly kind: 'near';
      readonly entities: Readonly<Record<string, { readonly x: number; readonly y: number; readonly text: string }>>;
    };

/** Bytes of the server process, after a full collection. */
export interface MemoryUse {
  /** JavaScript heap, and what it holds outside of it (buffers). */
  readonly held: number;
  /** The whole process, as the system sees it: it rarely gives back. */
  readonly resident: number;
}

export type ToServer =
  | { readonly type: 'start'; readonly room: RoomKind; readonly settings: Readonly<Record<string, string>> }
  /** The world moves, or stands still. */
  | { readonly type: 'move'; readonly moving: boolean }
  | { readonly type: 'weigh' }
  | { readonly type: 'tell' };

export type FromServer =
  | { readonly type: 'ready'; readonly port: number; readonly roomId: string }
  | { readonly type: 'weighed'; readonly memory: MemoryUse }
  | { readonly type: 'truth'; readonly truth: Truth };

export type ToClients =
  | { readonly type: 'join'; readonly port: number; readonly roomId: string; readonly clients: number }
  /** Patch intervals count from now on. */
  | { readonly type: 'measure' }
  | { readonly type: 'intervals' }
  | { readonly type: 'stall'; readonly pongs: boolean }
  | { readonly type: 'read' }
  /** Compares what arrived so far; the answer may take long, what arrives meanwhile does not count. */
  | { readonly type: 'compare'; readonly truth: Truth };

export interface Comparison {
  readonly clients: number;
  /** State frames a client got since the join, mean. */
  readonly patches: number;
  /** Entities held otherwise than they should be, one number for each client that differs at all. */
  readonly wrong: readonly number[];
  /** Connections lost, and complaints of the decoder, since the join. */
  readonly lost: number;
  readonly complaints: number;
}

export type FromClients =
  | { readonly type: 'joined' }
  /** An HDR histogram as text. */
  | { readonly type: 'intervals'; readonly intervals: string }
  | { readonly type: 'compared'; readonly comparison: Comparison };
