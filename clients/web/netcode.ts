/**
 * What the player sees against what the server has said so far. The own body is predicted: each fixed step sends one
 * input and applies it at once with the server's own code, and the SDK's reconciler corrects it when the answer comes.
 * Others are shown a little in the past, between two patches, and rockets where they must be by now. Draws nothing.
 */
import { Predict, type Reconciler } from '@colyseus/sdk/predict';
import { type Input, PREDICTED_FIELDS, sanitizeInput, stepBody } from '../../rooms/arena/simulation.ts';
import type { ArenaInput, ArenaState, Player, Rocket } from '../../rooms/arena/state.ts';
import { RoundTripWatch } from './clock.ts';
import type { ArenaRoom } from './connection.ts';
import { Corrections } from './corrections.ts';
import type { NetcodeNumbers } from './meter.ts';
import { Playout } from './playout.ts';

export interface NetcodeEvents {
  /** The own body has just done something, at once and before the server knows: a bit mask of the simulation's `Fired`. */
  onFired(fired: number): void;
}

/** Fills in the input of the next step. */
export type Sampler = (input: Input) => void;

/** Farther than anybody runs between two patches, nearer than two places to start: a jump, not a motion. */
const TELEPORT = 220;
const DELAY = { shortestMs: 66, longestMs: 180 };
/** Turns on the reconciler's measurements; its warning is never wanted. */
const NEVER_WARN = Number.MAX_VALUE;

type Own = Reconciler<Player>;

const AS_LERP = { mode: 'lerp', snap: TELEPORT } as const;
const SHOWN_PLAYER = { x: AS_LERP, y: AS_LERP, aim: { mode: 'lerp', angle: true } } as const;

export class Netcode implements NetcodeNumbers {
  readonly corrections = new Corrections(TELEPORT);
  readonly #room: ArenaRoom;
  readonly #events: NetcodeEvents;
  readonly #predict: Predict<ArenaState>;
  readonly #input;
  readonly #playout: Playout;
  readonly #watch: RoundTripWatch;
  #own: Own | undefined;
  #ownPlayer: Player | undefined;

  constructor(room: ArenaRoom, events: NetcodeEvents) {
    this.#room = room;
    this.#events = events;
    this.#playout = new Playout(() => room.clock, DELAY);
    this.#watch = new RoundTripWatch(() => room.clock);
    this.#predict = Predict.get(room, { mode: 'lerp', delay: DELAY.shortestMs, clock: this.#playout.clock });
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

  /** How far behind others are shown. */
  get delayMs(): number {
    return this.#playout.delayMs;
  }

  /** Inputs on their way to the server or not yet answered. */
  get pendingInputs(): number {
    return this.#input.pendingCount;
  }

  /** Once a frame, before anything is read: takes in what arrived, and sends as many inputs as are due. */
  frame(now: number, sample: Sampler): void {
    this.#followSelf();
    this.#predict.setDefaults({ delay: this.#playout.update(now) });
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
      onReconcile: () => this.corrections.add(this.#own?.lastCorrection),
    });
  }
}

function flyRocket(rocket: Rocket, dt: number): void {
  rocket.x += rocket.vx * dt;
  rocket.y += rocket.vy * dt;
}
