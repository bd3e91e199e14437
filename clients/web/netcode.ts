/**
 * What the player sees against what the server has said so far. The own body is predicted: each fixed step sends one
 * input and applies it at once with the server's own code, and the SDK's reconciler corrects it when the answer comes.
 * Others are shown a little in the past, between two patches, and rockets where they must be by now. Draws nothing.
 */
import { Predict, type Reconciler } from '@colyseus/sdk/predict';
import { type Input, PREDICTED_FIELDS, sanitizeInput, stepBody } from '../../rooms/arena/simulation.ts';
import type { ArenaInput, ArenaState, Player, Rocket } from '../../rooms/arena/state.ts';
import { DelayedClock, RoundTripWatch } from './clock.ts';
import type { ArenaRoom } from './connection.ts';

export interface NetcodeEvents {
  /** The own body has just done something, at once and before the server knows: a bit mask of the simulation's `Fired`. */
  onFired(fired: number): void;
}

/** Fills in the input of the next step. */
export type Sampler = (input: Input) => void;

/** A correction smaller than this (units) is nothing one could see. */
const VISIBLE_CORRECTION = 0.5;
/** Farther than anybody runs between two patches, nearer than two places to start: a jump, not a motion. */
const TELEPORT = 220;
const SHORTEST_DELAY_MS = 66;
const LONGEST_DELAY_MS = 180;
/** How fast the interpolation delay follows the line's jitter: time on screen may bend by this share. */
const DELAY_SLEW = 0.05;
const PATCHES_OF_DELAY = 2;
const JITTERS_OF_DELAY = 2;
/** Turns on the reconciler's measurements; its warning is never wanted. */
const NEVER_WARN = Number.MAX_VALUE;

type Own = Reconciler<Player>;

const AS_LERP = { mode: 'lerp', snap: TELEPORT } as const;
const SHOWN_PLAYER = { x: AS_LERP, y: AS_LERP, aim: { mode: 'lerp', angle: true } } as const;

export class Netcode {
  readonly #room: ArenaRoom;
  readonly #events: NetcodeEvents;
  readonly #predict: Predict<ArenaState>;
  readonly #input;
  readonly #clock: DelayedClock;
  readonly #watch: RoundTripWatch;
  #own: Own | undefined;
  #ownPlayer: Player | undefined;
  #delayMs = SHORTEST_DELAY_MS;
  #lastFrameAt = 0;

  /** Corrections large enough to see, the size of the newest, and the largest of all, in world units. */
  corrections = 0;
  lastCorrection = 0;
  largestCorrection = 0;
  reconciles = 0;

  constructor(room: ArenaRoom, events: NetcodeEvents) {
    this.#room = room;
    this.#events = events;
    this.#clock = new DelayedClock(() => room.clock);
    this.#watch = new RoundTripWatch(() => room.clock);
    this.#predict = Predict.get(room, { mode: 'lerp', delay: SHORTEST_DELAY_MS, clock: this.#clock });
    this.#input = room.input<ArenaInput>();
    this.#predict.attachAll('players', SHOWN_PLAYER);
    this.#predict.attachAll('rockets', { mode: 'reckon', fields: ['x', 'y'], step: flyRocket, smoothMs: 50 });
  }

  /** The own player, once the server has put it into the room. */
  get self(): Player | undefined {
    return this.#room.state.players?.get(this.#room.sessionId);
  }

  /** The own body as predicted: exact, for rules and displays; draw with `x` and `y`. */
  get body(): Player | undefined {
    return this.#own?.state;
  }

  get delayMs(): number {
    return this.#delayMs;
  }

  /** Inputs on their way to the server or not yet answered. */
  get pendingInputs(): number {
    return this.#input.pendingCount;
  }

  /** Once a frame, before anything is read: takes in what arrived, and sends as many inputs as are due. */
  frame(now: number, sample: Sampler): void {
    this.#followSelf();
    this.#adaptDelay(now);
    const due = this.#predict.tick(now);
    for (let i = 0; i < due; i++) this.#send(sample);
  }

  /** Where a player is to be drawn. */
  x(player: Player): number {
    return this.#predict.value(player, 'x');
  }

  y(player: Player): number {
    return this.#predict.value(player, 'y');
  }

  aim(player: Player): number {
    return this.#predict.value(player, 'aim');
  }

  rocketX(rocket: Rocket): number {
    return this.#predict.value(rocket, 'x');
  }

  rocketY(rocket: Rocket): number {
    return this.#predict.value(rocket, 'y');
  }

  /** A body came back somewhere else: shown there at once, without gliding. The own one jumps by itself. */
  teleported(player: Player): void {
    if (player !== this.#ownPlayer) this.#predict.attach(player, SHOWN_PLAYER);
  }

  /** A ping came back after `ms`. */
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

  #send(sample: Sampler): void {
    sample(this.#input.data);
    sanitizeInput(this.#input.data);
    this.#input.send();
  }

  /** The reconciler belongs to one instance; after a full new state it may be another. */
  #followSelf(): void {
    const self = this.self;
    if (self === this.#ownPlayer) return;
    this.#own?.dispose();
    this.#ownPlayer = self;
    this.#own = self && this.#reconcile(self);
  }

  #reconcile(self: Player): Own {
    return this.#predict.reconciler(self, {
      input: this.#input,
      fields: PREDICTED_FIELDS,
      warnOnDivergence: NEVER_WARN,
      step: (step, body, input) => {
        const fired = stepBody(body, input, step.dt);
        if (fired !== 0 && !step.isReplay) this.#events.onFired(fired);
      },
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
    this.#delayMs += Math.min(most, Math.max(-most, target - this.#delayMs));
    this.#lastFrameAt = now;
    // What is drawn, and the moment that the server goes back to when it judges a shot: one number for both.
    this.#clock.extraMs = this.#delayMs - SHORTEST_DELAY_MS;
    this.#predict.setDefaults({ delay: this.#delayMs });
  }
}

function flyRocket(rocket: Rocket, dt: number): void {
  rocket.x += rocket.vx * dt;
  rocket.y += rocket.vy * dt;
}
