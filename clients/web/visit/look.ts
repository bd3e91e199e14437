/**
 * A look at the game from outside, as a property of `window`, for the pages' tests and for curious players. Read-only:
 * nothing in the page reads it, and nothing can be changed through `snapshot` and `net`. `room` is the SDK's own room.
 */
import type { Meter, NetNumbers } from '../meter.ts';

export interface Look<Joined, Snapshot> {
  /** The room; undefined while nothing is played. */
  readonly room: Joined | undefined;
  /** What is on the screen; undefined while nothing is played. */
  snapshot(): Snapshot | undefined;
  /** Counters of the line and the netcode; undefined while nothing is played. */
  readonly net: NetNumbers | undefined;
  /** Script times of the newest 512 frames, in milliseconds, the oldest first; none while nothing is played. */
  frameTimes(): number[];
}

export interface Seen<Joined> {
  readonly room: Joined;
  readonly meter: Meter;
}

/** Makes what is played now visible as `window[name]`. */
export function installLook<Played extends Seen<unknown>, Snapshot>(
  name: string,
  played: () => Played | undefined,
  snapshotOf: (played: Played) => Snapshot,
): void {
  const look: Look<Played['room'], Snapshot> = {
    get room() {
      return played()?.room;
    },
    get net() {
      return played()?.meter.numbers();
    },
    frameTimes() {
      return played()?.meter.frameTimes() ?? [];
    },
    snapshot() {
      const current = played();
      return current && snapshotOf(current);
    },
  };
  Object.defineProperty(window, name, { value: Object.freeze(look) });
}
