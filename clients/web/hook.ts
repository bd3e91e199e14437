/**
 * `window.hypogeum`: a look at the match from outside, for the page's tests and for curious players. Read-only: nothing
 * in the page reads it, and nothing can be changed through `snapshot` and `net`. `room` is the SDK's own room.
 */
import type { ArenaRoom } from './connection.ts';
import type { Match } from './match.ts';
import type { NetNumbers } from './meter.ts';
import type { View } from './render/view.ts';

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

export interface Hook {
  /** The match's room; undefined on the start screen. */
  readonly room: ArenaRoom | undefined;
  /** What is on the screen; undefined on the start screen. */
  snapshot(): Snapshot | undefined;
  /** Counters of the line and the netcode; undefined on the start screen. */
  readonly net: NetNumbers | undefined;
  /** Script times of the newest 512 frames, in milliseconds, the oldest first; none on the start screen. */
  frameTimes(): number[];
}

declare global {
  interface Window {
    readonly hypogeum: Hook;
  }
}

export function installHook(match: () => Match | undefined, view: View): void {
  const hook: Hook = {
    get room() {
      return match()?.room;
    },
    get net() {
      return match()?.meter.numbers();
    },
    frameTimes() {
      return match()?.meter.frameTimes() ?? [];
    },
    snapshot() {
      const current = match();
      return current && snapshotOf(current, view);
    },
  };
  Object.defineProperty(window, 'hypogeum', { value: Object.freeze(hook) });
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
