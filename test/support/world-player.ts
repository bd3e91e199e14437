/** A player of the world in a test: the SDK's room, input handle and prediction, driven as fast as the test polls. */
import type { Client, InputHandle, Room } from '@colyseus/sdk';
import { Predict, type Reconciler } from '@colyseus/sdk/predict';
import type { Census } from '../../rooms/world/rules.ts';
import { PREDICTED_FIELDS, sanitizeWalk, stepBody } from '../../rooms/world/simulation.ts';
import type { Unit, WalkInput, WorldState } from '../../rooms/world/state.ts';
import { until } from './until.ts';

export class WorldPlayer {
  readonly room: Room<unknown, WorldState>;
  readonly input: InputHandle<WalkInput>;
  readonly own: Reconciler<Unit>;
  /** Sizes of all corrections of the own body, in world units. */
  readonly corrections: number[] = [];
  readonly #predict: Predict<WorldState>;
  #onCensus: ((census: Census, shownAt: number) => void) | undefined;

  private constructor(room: Room<unknown, WorldState>) {
    this.room = room;
    this.input = room.input<WalkInput>();
    this.#predict = Predict.get(room, { mode: 'lerp', delay: 100 });
    this.own = this.#predict.reconciler(this.self, {
      input: this.input,
      fields: PREDICTED_FIELDS,
      warnOnDivergence: Number.MAX_VALUE,
      step: (_step, body, input) => stepBody(body, input.moveX, input.moveY),
      onReconcile: () => {
        const { x = 0, y = 0 } = this.own.lastCorrection ?? {};
        this.corrections.push(Math.hypot(x, y));
      },
    });
    room.onMessage('*', () => {});
    room.onMessage<Census>('census', (census) => this.#onCensus?.(census, room.clock.lastServerTime()));
  }

  /** Joins, and waits for the own body. */
  static async join(client: Client, name = ''): Promise<WorldPlayer> {
    const room: Room<unknown, WorldState> = await client.joinOrCreate<WorldState>('world', { name });
    await until('the own body is there', () => room.state?.units?.get(room.sessionId));
    return new WorldPlayer(room);
  }

  get id(): string {
    return this.room.sessionId;
  }

  /** The own body as the server last said. */
  get self(): Unit {
    return this.room.state.units.get(this.id)!;
  }

  /** The own bag, by kind. */
  get bag(): Record<string, number> {
    return Object.fromEntries(this.room.state.bags.get(this.id)?.counts ?? []);
  }

  sees(id: string): boolean {
    return this.room.state.units.has(id);
  }

  /** One frame of a page: sends as many inputs as are due. */
  walk(moveX: number, moveY: number): void {
    const due = this.#predict.tick(performance.now());
    for (let i = 0; i < due; i++) {
      Object.assign(this.input.data, { moveX, moveY, steps: 1 });
      sanitizeWalk(this.input.data);
      this.input.send();
    }
  }

  /**
   * Asks what this client should know. `look` is called when the answer comes, before anything else does; `shownAt` is the
   * stamp of the state that is decoded by then.
   */
  async census<T>(look: (census: Census, shownAt: number) => T): Promise<T> {
    const answers: T[] = [];
    this.#onCensus = (census, shownAt) => answers.push(look(census, shownAt));
    this.room.send('census');
    await until('the census', () => answers.length > 0);
    return answers[0]!;
  }

  async leave(): Promise<void> {
    this.#predict.dispose();
    if (this.room.connection.isOpen) await this.room.leave();
  }
}
