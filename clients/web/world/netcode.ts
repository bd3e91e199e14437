/**
 * What the player sees against what the server has said so far. The own body is predicted with the server's own code and
 * corrected by the SDK's reconciler; all others are shown a little in the past, between two patches. Who comes into
 * sight or leaves it is in the state's map, and the SDK follows that by itself. Draws nothing.
 */
import { Predict, type Reconciler } from '@colyseus/sdk/predict';
import { PREDICTED_FIELDS, sanitizeWalk, stepBody, type Walk } from '../../../rooms/world/simulation.ts';
import type { Unit, WalkInput, WorldState } from '../../../rooms/world/state.ts';
import { RoundTripWatch } from '../clock.ts';
import { Corrections } from '../corrections.ts';
import type { NetcodeNumbers } from '../meter.ts';
import { Playout } from '../playout.ts';
import type { WorldRoom } from './connection.ts';

/** Farther than anybody walks between two patches: a jump, not a motion. */
const TELEPORT = 160;
const DELAY = { shortestMs: 100, longestMs: 260 };
/** Turns on the reconciler's measurements; its warning is never wanted. */
const NEVER_WARN = Number.MAX_VALUE;

const AS_LERP = { mode: 'lerp', snap: TELEPORT } as const;
const SHOWN_UNIT = { x: AS_LERP, y: AS_LERP, heading: { mode: 'lerp', angle: true } } as const;

export class Netcode implements NetcodeNumbers {
  readonly corrections = new Corrections(TELEPORT);
  readonly #room: WorldRoom;
  readonly #predict: Predict<WorldState>;
  readonly #input;
  readonly #playout: Playout;
  readonly #watch: RoundTripWatch;
  #own: Reconciler<Unit> | undefined;
  #ownUnit: Unit | undefined;

  constructor(room: WorldRoom) {
    this.#room = room;
    this.#playout = new Playout(() => room.clock, DELAY);
    this.#watch = new RoundTripWatch(() => room.clock);
    this.#predict = Predict.get(room, { mode: 'lerp', delay: DELAY.shortestMs, clock: this.#playout.clock });
    this.#input = room.input<WalkInput>();
    this.#predict.attachAll('units', SHOWN_UNIT);
  }

  /** The own unit, once the server has put it into the world. */
  get self(): Unit | undefined {
    return this.#room.state.units?.get(this.#room.sessionId);
  }

  get delayMs(): number {
    return this.#playout.delayMs;
  }

  get pendingInputs(): number {
    return this.#input.pendingCount;
  }

  /** Once a frame, before anything is read: takes in what arrived, and sends as many inputs as are due. */
  frame(now: number, sample: (input: Walk) => void): void {
    this.#followSelf();
    this.#predict.setDefaults({ delay: this.#playout.update(now) });
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
        onReconcile: () => this.corrections.add(this.#own?.lastCorrection),
      });
  }
}
