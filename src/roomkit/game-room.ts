/**
 * The room class games extend: Colyseus's Room, stepped by the process's one tick driver at a fixed rate, its patch sent
 * in the same turn as the step. Clients that predict are told exactly what stock Colyseus tells them. Write `step`, set
 * `tickRate`, and use the rest of Colyseus as it is.
 */
import { type Client, Room, type RoomOptions, ServerError, type StepContext } from '@colyseus/core';
import type { MapSchema, Schema } from '@colyseus/schema';
import type { ZodType } from 'zod';
import { internalsOf } from '../isolation/colyseus-internals.ts';
import { ERRORS } from '../kernel/errors.ts';
import { invariant } from '../kernel/invariant.ts';
import { ByteBudget, type ByteBudgetOptions } from '../replication/byte-budget.ts';
import type { Policy } from '../replication/policies.ts';
import type { TickDriver, Ticking } from '../tick/tick-driver.ts';
import { type IdleOptions, letIdlePlayersLeave } from './idle-players.ts';
import { replicationOf, sendStateWithPatch } from './replicating-serializer.ts';
import { RoomTicker, type StepCallback } from './room-ticker.ts';

/** One fixed tick: `dt` in seconds, `dtMs`, `tick` counting from 0, and the sub-step trio (`subSteps`, `subDt`, `subDtMs`). */
export type Step = StepContext;

/** What the process lends its rooms. */
export interface RoomServices {
  readonly ticks: TickDriver;
  readonly idle: IdleOptions;
}

/** Set on the prototype when the room is defined (host-room.ts). */
export const SERVICES = Symbol('hypogeum.services');

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
  /** What a player may be sent of replicated collections; over 0. Undefined: as much as there is. */
  bytesPerSecond: number | undefined;
  /** How long a change in sight may be held back when `bytesPerSecond` is not enough; milliseconds, over 0. */
  maxStaleMs = 1000;

  #ticker: RoomTicker | undefined;
  #ticking: Ticking | undefined;

  /** One fixed step of the game. Called once a tick after `onCreate`; the patch with its changes leaves right after. */
  abstract step(step: Step): void;

  /**
   * Hands a map of schemas over to interest management: who sees an entity is decided by the policy, once a tick. Declare
   * the map with `.view()` in the state, and call this in `onCreate`.
   * @throws ReplicationError when the collection is not such a map of this room's state, or replicated already.
   */
  replicate<E extends Schema>(collection: MapSchema<E>, policy: Policy<E>): void {
    const serializer = replicationOf(this);
    const budget = this.#budget();
    if (budget !== undefined) new ByteBudget(budget);
    if (!serializer.replicates) sendStateWithPatch(this, () => this.#budget());
    serializer.replicate(collection, policy);
  }

  /** How many replicated entities this player was sent and still sees. */
  entitiesKnownTo(client: Client): number {
    return replicationOf(this).knownTo(client);
  }

  #budget(): ByteBudgetOptions | undefined {
    const { bytesPerSecond, maxStaleMs } = this;
    return bytesPerSecond === undefined ? undefined : { bytesPerSecond, maxStaleMs };
  }

  /** Colyseus's own call, routed to the driver: for a room that steps something else than `step`, or with sub-steps. */
  override setFixedTimestep(callback: StepCallback, tickRate = this.tickRate, opts?: { subSteps?: number }): void {
    checkTickRate(tickRate);
    this.#ticking?.stop();
    this.tickRate = tickRate;
    // Stock advertises rate and sub-steps to predicting clients; its timer is stopped before it ever fires.
    super.setFixedTimestep(callback, tickRate, opts);
    clearInterval(internalsOf(this)._simulationInterval as NodeJS.Timeout);
    internalsOf(this)._simulationInterval = STEPPED_BY_DRIVER;
    const services = this[SERVICES];
    invariant(services, 'a GameRoom is defined through hostRoom');
    const subSteps = opts?.subSteps ?? this.inputs?.subSteps ?? 1;
    this.#ticker = new RoomTicker(this, { tickRate, subSteps, callback }, this.patchEvery);
    this.#ticking = services.ticks.add(this.#ticker, tickRate);
  }

  /** Called by the host before Colyseus reads the class fields. */
  prepare(): void {
    if (this.patchRate !== STOCK_PATCH_RATE) {
      throw new ServerError(
        ERRORS.ROOM_FAILED.code,
        'a GameRoom patches with its steps: set patchEvery, not patchRate',
      );
    }
    checkTickRate(this.tickRate);
    const services = this[SERVICES];
    if (services !== undefined) letIdlePlayersLeave(this, services.idle);
    internalsOf(this)._events.once('dispose', () => this.#ticking?.stop());
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
        if (this.#ticker !== undefined) this.#ticker.patchEvery = this.patchEvery;
      },
    });
  }

  /** Called by the host when onCreate is through. */
  startTicking(): void {
    const { step } = this;
    if (this.#ticking === undefined) this.setFixedTimestep((told) => step.call(this, told));
  }
}

function checkTickRate(tickRate: number): void {
  if (tickRate >= MIN_TICK_RATE && tickRate <= MAX_TICK_RATE) return;
  throw new ServerError(
    ERRORS.ROOM_FAILED.code,
    `tickRate must be ${MIN_TICK_RATE} to ${MAX_TICK_RATE} a second, got ${tickRate}`,
  );
}
