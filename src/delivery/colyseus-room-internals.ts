/**
 * The inside of Colyseus's Room that delivery must touch, as of @colyseus/core 0.18.17: every name once. TypeScript's
 * `private` hides them; at run time they are ordinary properties. `test/integration/delivery-hosting.test.ts` fails
 * when an update of Colyseus renames or moves one.
 */
import type { AuthContext, Client, Room } from '@colyseus/core';

export interface BroadcastOptions {
  readonly afterNextPatch?: boolean;
  readonly volatile?: boolean;
  readonly except?: Client | readonly Client[];
}

export interface JoinOptions {
  /** Given by a player who comes back. */
  readonly reconnectionToken?: string | null;
}

export interface RoomInternals {
  /** Takes a client in whose seat was checked: hooks, handshake. The only way in. */
  _onJoin(client: Client, context: AuthContext, options?: JoinOptions): Promise<void>;
  /** A frame of a client that was let in. */
  _onMessage(client: Client, frame: Buffer): void;
  /** What `broadcast` and `broadcastBytes` call. */
  broadcastMessageType(type: string | number, message?: unknown, options?: BroadcastOptions): void;
}

export const INTERNAL_METHODS = ['_onJoin', '_onMessage', 'broadcastMessageType'] as const;

/** The same object, seen from inside. */
export function internalsOf(room: Room): RoomInternals {
  return room as unknown as RoomInternals;
}
