/**
 * What the player sees against what the server has said so far. The own body is predicted with the server's own code and
 * corrected by the SDK's reconciler; all others are shown a little in the past, between two patches. Who comes into
 * sight or leaves it is in the state's map, and the SDK follows that by itself. Draws nothing.
 */
import { Predict, type Reconciler } from '@colyseus/sdk/predict';
import { PREDICTED_FIELDS, sanitizeWalk, stepBody, type Walk } from '../../../rooms/world/simulation.ts';
import type { Unit, WalkInput, WorldState } from '../../../rooms/world/state.ts';
import { DelayedClock, RoundTripWatch } from '../clock.ts';
import type { NetcodeNumbers } from '../meter.ts';
import type { WorldRoom } from './connection.ts';

/** A correction smaller than this (units) is nothing one could see. */
const VISIBLE_CORRECTION = 0.5;
/** Farther than anybody walks between two patches: a jump, not a motion. */
const TELEPORT = 160;
const SHORTEST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 260;
/** How fast the interpolation delay follows the line's jitter: time on screen may bend by this share. */
const DELAY_SLEW = 0.05;
const PATCHES_OF_DELAY = 2;
const JITTERS_OF_DELAY = 2;
/** Turns on the reconciler's measurements; its warning is never wanted. */
const NEVER_WARN = Number.MAX_VALUE;

const AS_LERP = { mode: 'lerp', snap: TELEPORT } as const;
const SHOWN_UNIT = { x: AS_LERP, y: AS_LERP, heading: { mode: 'lerp', angle: true } } as const;

export class Netcode implements NetcodeNumbers {
  readonly #room: WorldRoom;
  readonly #predict: Predict<WorldState>;
  readonly #input;
  readonly #clock: DelayedClock;
  readonly #watch: RoundTripWatch;
  #own: Reconciler<Unit> | undefined;
  #ownUnit: Unit | undefined;
  #lastFrameAt = 0;

  delayMs = SHORTEST_DELAY_MS;
  corrections = 0;
  lastCorrection = 0;
  largestCorrection = 0;
  reconciles = 0;

  constructor(room: WorldRoom) {
    this.#room = room;
    this.#clock = new DelayedClock(() => room.clock);
    this.#watch = new RoundTripWatch(() => room.clock);
    this.#predict = Predict.get(room, { mode: 'lerp', delay: SHORTEST_DELAY_MS, clock: this.#clock });
    this.#input = room.input<WalkInput>();
    this.#predict.attachAll('units', SHOWN_UNIT);
  }

  /** The own unit, once the server has put it into the world. */
  get self(): Unit | undefined {
    return this.#room.state.units?.get(this.#room.sessionId);
  }

  get pendingInputs(): number {
    return this.#input.pendingCount;
  }

  /** Once a frame, before anything is read: takes in what arrived, and sends as many inputs as are due. */
  frame(now: number, sample: (input: Walk) => void): void {
    this.#followSelf();
    this.#adaptDelay(now);
    const due = this.#predict.tick(now);
    for (let i = 0; i < due; i++) {
      sample(this.#input.data);
      sanitizeWalk(this.#input.data);
      this.#input.send();
    }
  }

  /** Where a unit is to be drawn. */
  x(unit: Unit): number {
    return this.#predict.value(unit, 'x');
  }

  y(unit: Unit): number {
    return this.#predict.value(unit, 'y');
  }

  heading(unit: Unit): number {
    return this.#predict.value(unit, 'heading');
  }

  pinged(ms: number): void {
    this.#watch.pinged(ms);
  }

  /** The connection came back: what was known of its latency is void. */
  reconnected(): void {
    this.#watch.startOver();
  }

  dispose(): void {
    this.#predict.dispose();
  }

  /** The reconciler belongs to one instance; after a full new state it may be another. */
  #followSelf(): void {
    const { self } = this;
    if (self === this.#ownUnit) return;
    this.#own?.dispose();
    this.#ownUnit = self;
    this.#own =
      self &&
      this.#predict.reconciler(self, {
        input: this.#input,
        fields: PREDICTED_FIELDS,
        warnOnDivergence: NEVER_WARN,
        step: (_step, body, input) => stepBody(body, input.moveX, input.moveY),
        onReconcile: () => this.#countCorrection(),
      });
  }

  #countCorrection(): void {
    this.reconciles++;
    const { x = 0, y = 0 } = this.#own?.lastCorrection ?? {};
    const size = Math.hypot(x, y);
    if (size < VISIBLE_CORRECTION || size > TELEPORT) return;
    this.corrections++;
    this.lastCorrection = size;
    this.largestCorrection = Math.max(this.largestCorrection, size);
  }

  /** Two patches behind on a steady line; further when they come unevenly, so that there is always a next one to go to. */
  #adaptDelay(now: number): void {
    const { clock } = this.#room;
    const patchMs = clock.patchInterval?.() || SHORTEST_DELAY_MS / PATCHES_OF_DELAY;
    const wanted = PATCHES_OF_DELAY * patchMs + JITTERS_OF_DELAY * clock.jitter();
    const target = Math.min(LONGEST_DELAY_MS, Math.max(SHORTEST_DELAY_MS, wanted));
    const most = Math.min(100, now - this.#lastFrameAt) * DELAY_SLEW;
    this.delayMs += Math.min(most, Math.max(-most, target - this.delayMs));
    this.#lastFrameAt = now;
    this.#clock.extraMs = this.delayMs - SHORTEST_DELAY_MS;
    this.#predict.setDefaults({ delay: this.delayMs });
  }
}
