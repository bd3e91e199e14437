/**
 * The inside of Colyseus's Room that identity must touch, as of @colyseus/core 0.18.17: every name once. TypeScript's
 * `private` hides them; at run time they are ordinary properties. `test/integration/identity.test.ts` fails when an update
 * of Colyseus renames or moves one.
 */
import type { EventEmitter } from 'node:events';
import type { AuthContext, Client, Room } from '@colyseus/core';

export interface RoomInternals {
  __init(): void;
  /** Takes a client in: checks its seat, runs the hooks. Rejects with a code when it may not come in. */
  _onJoin(client: Client, context: AuthContext, options?: unknown): Promise<void>;
  /** Takes a client out at once, then runs the hooks. */
  _onLeave(client: Client, code?: number): Promise<unknown>;
  _reserveSeat(sessionId: string, options?: unknown, auth?: unknown, ...rest: Held): Promise<boolean>;
  /** By session: options, auth, whether a client has taken it, whether it waits for one to come back. */
  readonly _reservedSeats: Readonly<Record<string, readonly [unknown, unknown, boolean, boolean] | undefined>>;
  /** By reconnection token: the session and what its room waits for. */
  readonly _reconnections: Readonly<Record<string, readonly [sessionId: string, wait: { reject(why: unknown): void }]>>;
  /** Emits `dispose` when the room ends. */
  readonly _events: EventEmitter;
}

/** Seconds, whether the seat is held for somebody who was in the room, and their token. */
export type Held = [seconds?: number, held?: boolean, token?: string];

export const INTERNAL_METHODS = ['__init', '_onJoin', '_onLeave', '_reserveSeat'] as const;
export const INTERNAL_FIELDS = ['_reservedSeats', '_reconnections', '_events'] as const;

/** The same object, seen from inside. */
export function internalsOf(room: Room): RoomInternals {
  return room as unknown as RoomInternals;
}

/** Puts a method in the place of one of `Class`, which is made for this process. */
export function override(Class: new () => Room, name: string, value: (this: Room, ...args: never[]) => unknown): void {
  Object.defineProperty(Class.prototype, name, { value, writable: true, configurable: true });
}

/** As when nobody came back in time. A room need not look at it. */
export function endOfWait(): Promise<never> {
  const over: Promise<never> = Promise.reject(false);
  over.catch(() => {});
  return over;
}
