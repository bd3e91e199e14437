/** A player of the arena in a test: the SDK's room, input handle, prediction and clock, driven as fast as the test polls. */
import type { Client, InputHandle, Room } from '@colyseus/sdk';
import { Predict, type Reconciler } from '@colyseus/sdk/predict';
import type { ArenaMessages } from '../../rooms/arena/rules.ts';
import { type Input, PREDICTED_FIELDS, sanitizeInput, stepBody } from '../../rooms/arena/simulation.ts';
import type { ArenaInput, ArenaState, Player } from '../../rooms/arena/state.ts';
import { until } from './until.ts';

export interface ArenaPlayerOptions {
  readonly roomName?: string;
  readonly join?: object;
  /** How far in the past others are shown, besides the line's latency. */
  readonly delayMs?: number;
}

type Heard = { [T in keyof ArenaMessages]: ArenaMessages[T][] };

export class ArenaPlayer {
  readonly room: Room<unknown, ArenaState>;
  readonly input: InputHandle<ArenaInput>;
  readonly predict: Predict<ArenaState>;
  readonly own: Reconciler<Player>;
  readonly heard: Heard = { kill: [], hit: [], hurt: [], boom: [], pickup: [] };
  /** Sizes of all corrections of the own body, in world units. */
  readonly corrections: number[] = [];

  private constructor(room: Room<unknown, ArenaState>, delayMs: number) {
    this.room = room;
    this.input = room.input<ArenaInput>();
    this.predict = Predict.get(room, { mode: 'lerp', delay: delayMs });
    this.predict.attachAll('players', { fields: ['x', 'y'] });
    for (const type of Object.keys(this.heard) as (keyof ArenaMessages)[]) {
      room.onMessage(type, (message: never) => this.heard[type].push(message));
    }
    this.own = this.predict.reconciler(this.self, {
      input: this.input,
      fields: PREDICTED_FIELDS,
      warnOnDivergence: Number.MAX_VALUE,
      step: (step, body, input) => void stepBody(body, input, step.dt),
      onReconcile: () => this.corrections.push(this.own.lastCorrectionMag),
    });
  }

  /** Joins, and waits for the own body. */
  static async join(client: Client, options: ArenaPlayerOptions = {}): Promise<ArenaPlayer> {
    const room: Room<unknown, ArenaState> = await client.joinOrCreate<ArenaState>(
      options.roomName ?? 'arena',
      options.join,
    );
    await until('the own player is there', () => room.state?.players?.get(room.sessionId));
    return new ArenaPlayer(room, options.delayMs ?? 66);
  }

  get id(): string {
    return this.room.sessionId;
  }

  /** The own player as the server last said. */
  get self(): Player {
    return this.room.state.players.get(this.room.sessionId)!;
  }

  other(id: string): Player {
    return this.room.state.players.get(id)!;
  }

  /** One frame of a page: sends as many inputs as are due, each as `sample` fills it in. */
  frame(sample: (input: Input) => void): number {
    const due = this.predict.tick(performance.now());
    for (let i = 0; i < due; i++) {
      sample(this.input.data);
      sanitizeInput(this.input.data);
      this.input.send();
    }
    return due;
  }

  /** Where this player sees another one now. */
  sees(other: Player): { x: number; y: number } {
    return { x: this.predict.value(other, 'x'), y: this.predict.value(other, 'y') };
  }

  async leave(): Promise<void> {
    this.predict.dispose();
    if (this.room.connection.isOpen) await this.room.leave();
  }
}

/** An input that aims from one place to another and holds buttons. */
export function aimAt(
  input: Input,
  from: { x: number; y: number },
  to: { x: number; y: number },
  buttons: number,
): void {
  input.moveX = 0;
  input.moveY = 0;
  input.aim = Math.atan2(to.y - from.y, to.x - from.x);
  input.buttons = buttons;
}
