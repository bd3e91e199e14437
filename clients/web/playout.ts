/**
 * How far in the past others are shown: two patches behind on a steady line, further when patches come unevenly, so that
 * there is always a next one to go to. Follows the line slowly.
 */
import type { RoomClock } from '@colyseus/sdk';
import { DelayedClock } from './clock.ts';

/** How fast the delay follows the line's jitter: time on screen may bend by this share. */
const DELAY_SLEW = 0.05;
const PATCHES_OF_DELAY = 2;
const JITTERS_OF_DELAY = 2;

export interface DelayRange {
  readonly shortestMs: number;
  readonly longestMs: number;
}

export class Playout {
  /** For the interpolation, which starts at `shortestMs`. */
  readonly clock: DelayedClock;
  delayMs: number;
  readonly #roomClock: () => RoomClock;
  readonly #range: DelayRange;
  #lastFrameAt = 0;

  constructor(roomClock: () => RoomClock, range: DelayRange) {
    this.clock = new DelayedClock(roomClock);
    this.delayMs = range.shortestMs;
    this.#roomClock = roomClock;
    this.#range = range;
  }

  /** Once a frame; answers the delay, in milliseconds. */
  update(now: number): number {
    const { shortestMs, longestMs } = this.#range;
    const clock = this.#roomClock();
    const patchMs = clock.patchInterval?.() || shortestMs / PATCHES_OF_DELAY;
    const wanted = PATCHES_OF_DELAY * patchMs + JITTERS_OF_DELAY * clock.jitter();
    const target = Math.min(longestMs, Math.max(shortestMs, wanted));
    const most = Math.min(100, now - this.#lastFrameAt) * DELAY_SLEW;
    this.delayMs += Math.min(most, Math.max(-most, target - this.delayMs));
    this.#lastFrameAt = now;
    // What is drawn, and the moment that a server goes back to when it judges a shot: one number for both.
    this.clock.extraMs = this.delayMs - shortestMs;
    return this.delayMs;
  }
}
