/**
 * The inside of Colyseus's Room that isolation and ticking must touch, as of @colyseus/core 0.18.17: every name once.
 * TypeScript's `private` hides them; at run time they are ordinary properties. `test/integration/colyseus-internals.test.ts`
 * fails when an update of Colyseus renames or moves one.
 */

import type { EventEmitter } from 'node:events';
import type { Client, Room } from '@colyseus/core';
import type { InputController } from './colyseus-input-copies.ts';

export interface RoomInternals {
  /** Runs after construction and before onCreate: reads the class fields, binds messages and plugins. */
  __init(): void;
  /** Every frame of a joined client. Throws on what cannot be decoded. */
  _onMessage(client: Client, frame: Buffer): void;
  /** The end of a client's connection; also rejects when the driver does. */
  _onLeave(client: Client, code?: number): Promise<unknown>;
  /** Whose seat a reconnection token is for, if it is kept; closes the connection that still has it. */
  checkReconnectionToken(token: string): string | undefined;
  /** Declares what clients send as input; `protected` in Colyseus. */
  defineInput(type: unknown, options?: unknown): unknown;
  /** Emits `dispose` when the room ends. */
  readonly _events: EventEmitter;
  /** A truthy value keeps `patchRate = null` from starting a timer, and `broadcastPatch` from ticking the clock. */
  _simulationInterval: unknown;
  broadcastPatch(): unknown;
  /** What writes the room's state for its clients. */
  readonly _serializer: unknown;
  /** Answers a client that acknowledged its join: the whole state. */
  sendFullState(client: Client): void;
  /** Of rooms with inputs; their rate is told to clients that predict. */
  readonly _inputController?: InputController & { readonly options: { readonly tickRate?: number } };
  /** Which stamps this room's inputs carry; undefined without lag compensation. */
  _timelineMode(): { readonly snapshot: boolean; readonly reckon: boolean } | undefined;
}

export const INTERNAL_METHODS = [
  '__init',
  '_onMessage',
  '_onLeave',
  'checkReconnectionToken',
  'defineInput',
  'broadcastPatch',
  'sendFullState',
  '_timelineMode',
] as const;

/** The same object, seen from inside. */
export function internalsOf(room: Room): RoomInternals {
  return room as unknown as RoomInternals;
}

/** Puts a method in the place of one of `Class`, which is made for this process. */
export function override(Class: new () => Room, name: string, value: (this: Room, ...args: never[]) => unknown): void {
  Object.defineProperty(Class.prototype, name, { value, writable: true, configurable: true });
}
