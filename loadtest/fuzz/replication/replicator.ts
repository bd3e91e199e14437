/** What the fuzz drives: the shape of the room's replicator. The plain one, the real one and the broken ones have it. */
import type { Encoder, MapSchema, Schema } from '@colyseus/schema';
import type { Policy, Viewer } from '../../../src/replication/policies.ts';
import type { Budget } from './model.ts';
import type { World } from './world.ts';

export interface StateReplicator<O = unknown> {
  replicate<E extends Schema>(collection: MapSchema<E>, policy: Policy<E>): void;
  addObserver(viewer: Viewer, budget?: Budget): O;
  removeObserver(observer: O): void;
  encode(nowMs: number): void;
  needsSnapshot(observer: O): boolean;
  patch(observer: O, head: Uint8Array): Buffer | undefined;
  snapshot(observer: O, head: Uint8Array): Buffer;
  finish(): void;
  /** What the observer's client holds, by the replicator's own account. */
  eachKnown?(observer: O, visit: (collectionIndex: number, key: string) => void): void;
}

/**
 * The world is for the plain version only, which asks the model what to send. Observers are the replicator's own; nobody
 * else looks into them.
 */
// biome-ignore lint/suspicious/noExplicitAny: a replicator takes back the observers it gave, whatever their type.
export type MakeReplicator = (encoder: Encoder, world: World) => StateReplicator<any>;
