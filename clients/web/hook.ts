/** `window.hypogeum`: the match, looked at from outside (see visit/look.ts). */
import type { ArenaRoom } from './connection.ts';
import type { Match } from './match.ts';
import type { View } from './render/view.ts';
import { installLook, type Look } from './visit/look.ts';

/** A fighter as drawn in the latest frame, in world units, and on the screen in CSS pixels. */
export interface ShownPlayer {
  readonly id: string;
  readonly name: string;
  readonly ai: boolean;
  readonly x: number;
  readonly y: number;
  readonly screenX: number;
  readonly screenY: number;
  readonly aim: number;
  readonly health: number;
  readonly alive: boolean;
  readonly shielded: boolean;
  readonly score: number;
  readonly kills: number;
  readonly deaths: number;
}

export interface Snapshot {
  readonly sessionId: string;
  readonly roomId: string;
  readonly phase: string;
  readonly round: number;
  readonly secondsLeft: number;
  readonly self: ShownPlayer | undefined;
  readonly players: readonly ShownPlayer[];
}

export type Hook = Look<ArenaRoom, Snapshot>;

declare global {
  interface Window {
    readonly hypogeum: Hook;
  }
}

export function installHook(match: () => Match | undefined, view: View): void {
  installLook('hypogeum', match, (current) => snapshotOf(current, view));
}

function snapshotOf({ room, cast }: Match, { camera }: View): Snapshot {
  const { phase, round, secondsLeft } = room.state;
  const players = cast.actors.map(({ id, player, x, y, aim }) => {
    const { name, ai, health, alive, score, kills, deaths } = player;
    const [screenX, screenY] = [camera.screenX(x), camera.screenY(y)];
    const shielded = player.shieldTicks > 0;
    return { id, name, ai, x, y, screenX, screenY, aim, health, alive, shielded, score, kills, deaths };
  });
  const self = players.find(({ id }) => id === room.sessionId);
  return { sessionId: room.sessionId, roomId: room.roomId, phase, round, secondsLeft, self, players };
}
