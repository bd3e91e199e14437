/**
 * `window.hypogeumWorld`: a look at the journey from outside, for the page's tests and for curious players. Read-only:
 * nothing in the page reads it. `room` is the SDK's own room.
 */
import type { NetNumbers } from '../meter.ts';
import type { WorldRoom } from './connection.ts';
import { type Knowledge, knowledgeOf } from './hud.ts';
import type { Journey } from './journey.ts';
import type { WorldView } from './view.ts';

/** Somebody as drawn in the latest frame, in world units, and on the screen in CSS pixels. */
export interface ShownUnit {
  readonly id: string;
  readonly kind: number;
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly screenX: number;
  readonly screenY: number;
}

export interface WorldSnapshot extends Knowledge {
  readonly sessionId: string;
  readonly roomId: string;
  readonly self: ShownUnit | undefined;
  readonly units: readonly ShownUnit[];
  readonly items: readonly { readonly id: string; readonly kind: number; readonly x: number; readonly y: number }[];
  /** Kinds and counts of every bag this page knows of, by session id: one, its own. */
  readonly bags: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface WorldHook {
  /** The journey's room; undefined outside of the world. */
  readonly room: WorldRoom | undefined;
  snapshot(): WorldSnapshot | undefined;
  /** Counters of the line and the netcode. */
  readonly net: NetNumbers | undefined;
  /** Script times of the newest 512 frames, in milliseconds, the oldest first. */
  frameTimes(): number[];
}

declare global {
  interface Window {
    readonly hypogeumWorld: WorldHook;
  }
}

export function installHook(journey: () => Journey | undefined, view: WorldView): void {
  const hook: WorldHook = {
    get room() {
      return journey()?.room;
    },
    get net() {
      return journey()?.meter.numbers();
    },
    frameTimes() {
      return journey()?.meter.frameTimes() ?? [];
    },
    snapshot() {
      const current = journey();
      return current && snapshotOf(current, view);
    },
  };
  Object.defineProperty(window, 'hypogeumWorld', { value: Object.freeze(hook) });
}

function snapshotOf({ room, cast }: Journey, { camera }: WorldView): WorldSnapshot {
  const units = [...cast.actors].map(({ id, unit: { kind, name }, x, y }) => {
    return { id, kind, name, x, y, screenX: camera.screenX(x), screenY: camera.screenY(y) };
  });
  const items = [...(room.state.items ?? [])].map(([id, { kind, x, y }]) => ({ id, kind, x, y }));
  const bags = Object.fromEntries(
    [...(room.state.bags ?? [])].map(([id, { counts }]) => [id, Object.fromEntries(counts)]),
  );
  const self = units.find(({ id }) => id === room.sessionId);
  return { sessionId: room.sessionId, roomId: room.roomId, self, units, items, bags, ...knowledgeOf(room) };
}
