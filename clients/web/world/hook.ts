/** `window.hypogeumWorld`: the journey, looked at from outside (see visit/look.ts). */
import { installLook, type Look } from '../visit/look.ts';
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

export type WorldHook = Look<WorldRoom, WorldSnapshot>;

declare global {
  interface Window {
    readonly hypogeumWorld: WorldHook;
  }
}

export function installHook(journey: () => Journey | undefined, view: WorldView): void {
  installLook('hypogeumWorld', journey, (current) => snapshotOf(current, view));
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
