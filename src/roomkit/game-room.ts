/**
 * The room class games extend: Colyseus's Room, stepped by the process's one tick driver at a fixed rate, its patch sent
 * in the same turn as the step. Clients that predict are told exactly what stock Colyseus tells them. Write `step`, set
 * `tickRate`, and use the rest of Colyseus as it is.
 */
import { Room, type RoomOptions, ServerError, type StepContext } from '@colyseus/core';
import type { ZodType } from 'zod';
import { internalsOf } from '../isolation/colyseus-internals.ts';
import { ERRORS } from '../kernel/errors.ts';
import { invariant } from '../kernel/invariant.ts';
import type { TickDriver, Ticking } from '../tick/tick-driver.ts';

/** One fixed tick: `dt` in seconds, `dtMs`, `tick` counting from 0, and the sub-step trio (`subSteps`, `subDt`, `subDtMs`). */
export type Step = StepContext;

/** What the process lends its rooms. */
export interface RoomServices {
  readonly ticks: TickDriver;
}

/** Set on the prototype when the room is defined (host-room.ts). */
export const SERVICES = Symbol('hypogeum.services');

type StepCallback = (step: Step) => void;
type MutableStep = { -readonly [K in keyof Step]: Step[K] };

const STOCK_PATCH_RATE = 50;
const MIN_TICK_RATE = 1;
const MAX_TICK_RATE = 240;

/** Stands where Colyseus keeps its timer: truthy, so that it starts none of its own, and nothing to clear. */
const STEPPED_BY_DRIVER = Object.freeze({});

export abstract class GameRoom<T extends RoomOptions = RoomOptions> extends Room<T> {
  /** What a join request may carry; checked before a room is made or a seat reserved. Anything goes without it. */
  static joinOptions?: ZodType;

  declare readonly [SERVICES]?: RoomServices;

  /** Fixed ticks a second, 1 to 240. */
  tickRate = 20;
  /** Steps between patches: 1 sends a patch after every step. */
  patchEvery = 1;

  #ticking: Ticking | undefined;
  #callback: StepCallback | undefined;
  #stepsSincePatch = 0;
  #step: MutableStep = { dt: 0, dtMs: 0, tick: 0, subSteps: 1, subDt: 0, subDtMs: 0 };

  /** One fixed step of the game. Called once a tick after `onCreate`; the patch with its changes leaves right after. */
  abstract step(step: Step): void;

  /** Colyseus's own call, routed to the driver: for a room that steps something else than `step`, or with sub-steps. */
  override setFixedTimestep(callback: StepCallback, tickRate = this.tickRate, opts?: { subSteps?: number }): void {
    checkTickRate(tickRate);
    this.#ticking?.stop();
    this.tickRate = tickRate;
    // Stock advertises rate and sub-steps to predicting clients; its timer is stopped before it ever fires.
    super.setFixedTimestep(callback, tickRate, opts);
    clearInterval(internalsOf(this)._simulationInterval as NodeJS.Timeout);
    internalsOf(this)._simulationInterval = STEPPED_BY_DRIVER;
    this.#startStepping(callback, opts?.subSteps ?? this.inputs?.subSteps ?? 1);
  }

  #startStepping(callback: StepCallback, subSteps: number): void {
    const services = this[SERVICES];
    invariant(services, 'a GameRoom is defined through hostRoom');
    const [dt, dtMs] = [1 / this.tickRate, 1000 / this.tickRate];
    this.#step = { dt, dtMs, tick: 0, subSteps, subDt: dt / subSteps, subDtMs: dtMs / subSteps };
    this.#callback = callback;
    this.#stepsSincePatch = 0;
    this.#ticking = services.ticks.add(
      { roomName: this.roomName, roomId: this.roomId, visit: (steps) => this.#visit(steps) },
      this.tickRate,
    );
  }

  /** The driver's visit: steps, then the patch, in this turn. The room clock ticks once a visit, as on stock. */
  #visit(steps: number): void {
    this.clock.tick();
    for (let i = 0; i < steps; i++) {
      this.#callback!(this.#step);
      this.#step.tick++;
    }
    this.#stepsSincePatch += steps;
    if (this.#stepsSincePatch < this.patchEvery) return;
    this.#stepsSincePatch = 0;
    this.broadcastPatch();
  }

  /** Called by the host before Colyseus reads the class fields. */
  prepareTicking(): void {
    if (this.patchRate !== STOCK_PATCH_RATE) {
      throw new ServerError(
        ERRORS.ROOM_FAILED.code,
        'a GameRoom patches with its steps: set patchEvery, not patchRate',
      );
    }
    checkTickRate(this.tickRate);
    internalsOf(this)._simulationInterval = STEPPED_BY_DRIVER;
    this.patchRate = null;
  }

  /** Called by the host after Colyseus has read them: the patch rate in the handshake is the true one, without a timer. */
  reportPatchRate(): void {
    Object.defineProperty(this, 'patchRate', {
      enumerable: true,
      configurable: true,
      get: () => (1000 / this.tickRate) * this.patchEvery,
      set: (milliseconds: number) => {
        this.patchEvery = Math.max(1, Math.round((milliseconds * this.tickRate) / 1000));
      },
    });
  }

  /** Called by the host when onCreate is through. */
  startTicking(): void {
    internalsOf(this)._events.once('dispose', () => this.#ticking?.stop());
    if (this.#ticking === undefined) this.setFixedTimestep((step) => this.step(step));
  }
}

function checkTickRate(tickRate: number): void {
  if (tickRate >= MIN_TICK_RATE && tickRate <= MAX_TICK_RATE) return;
  throw new ServerError(
    ERRORS.ROOM_FAILED.code,
    `tickRate must be ${MIN_TICK_RATE} to ${MAX_TICK_RATE} a second, got ${tickRate}`,
  );
}
