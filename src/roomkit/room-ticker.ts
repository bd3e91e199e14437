/**
 * One room as the tick driver sees it: a visit runs its steps and then sends its patch. Kept apart from the room itself
 * because it runs for every room at every tick: Colyseus's rooms are large objects whose properties V8 looks up by hash,
 * and of an idle room nearly all of a visit would be cache misses on them. Here everything it needs lies side by side.
 */
import type { Room, StepContext } from '@colyseus/core';
import type { TickedRoom } from '../tick/tick-driver.ts';

export type StepCallback = (step: StepContext) => void;
type MutableStep = { -readonly [K in keyof StepContext]: StepContext[K] };

export interface RoomTickerOptions {
  /** Steps a second. */
  readonly tickRate: number;
  readonly subSteps: number;
  readonly callback: StepCallback;
}

/** A room that nobody is in is patched this often, only to let go of its recorded changes. */
const EMPTY_PATCHES_PER_SECOND = 1;

export class RoomTicker implements TickedRoom {
  readonly roomName: string;
  readonly roomId: string;
  /** Steps between patches. */
  patchEvery: number;
  readonly #room: Room;
  readonly #clock: Room['clock'];
  readonly #clients: Room['clients'];
  readonly #callback: StepCallback;
  readonly #step: MutableStep;
  readonly #emptyPatchEvery: number;
  #stepsSincePatch = 0;
  #watched: boolean;

  constructor(room: Room, { tickRate, subSteps, callback }: RoomTickerOptions, patchEvery: number) {
    this.roomName = room.roomName;
    this.roomId = room.roomId;
    this.patchEvery = patchEvery;
    this.#room = room;
    this.#clock = room.clock;
    this.#clients = room.clients;
    this.#callback = callback;
    const [dt, dtMs] = [1 / tickRate, 1000 / tickRate];
    this.#step = { dt, dtMs, tick: 0, subSteps, subDt: dt / subSteps, subDtMs: dtMs / subSteps };
    this.#emptyPatchEvery = Math.ceil(tickRate / EMPTY_PATCHES_PER_SECOND);
    this.#watched = room.onBeforePatch !== undefined;
  }

  /** The room clock ticks once a visit, as on stock; the patch follows the last step in the same turn. */
  visit(steps: number): void {
    this.#clock.tick();
    for (let i = 0; i < steps; i++) {
      this.#callback(this.#step);
      this.#step.tick++;
    }
    this.#stepsSincePatch += steps;
    const inUse = this.#clients.length > 0 || this.#watched;
    if (this.#stepsSincePatch >= (inUse ? this.patchEvery : this.#emptyPatchEvery)) this.#patch();
  }

  #patch(): void {
    this.#stepsSincePatch = 0;
    this.#watched = this.#room.onBeforePatch !== undefined;
    this.#room.broadcastPatch();
  }
}
