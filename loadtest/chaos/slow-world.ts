/** An area-replicated GameRoom: players and creatures that all walk, each player sent about 30 of them. */
import type { Client } from '@colyseus/core';
import { type SchemaType, schema, t } from '@colyseus/schema';
import { createRandom } from '../../src/kernel/random.ts';
import { area, GameRoom } from '../../src/roomkit/index.ts';
import { LEAVE_RADIUS, RADIUS } from './slow-messages.ts';
import { stage } from './slow-stage.ts';

const Walker = schema({ x: t.float32(), y: t.float32(), hp: t.uint8().default(100) }, 'Walker');
type Walker = SchemaType<typeof Walker>;
const WorldState = schema({ weather: t.uint8().default(0), walkers: t.map(Walker).view() }, 'WorldState');

const CREATURES = 200;
/** With 400 walkers about 30 are in sight. */
const SIDE = 2700;
const TICK_RATE = 20;
const STRIDE = 10;
/** What all see changes now and then: whoever missed that needs the whole state, not only changes of what is near. */
const TICKS_PER_WEATHER = 100;
const RECONNECTION_SECONDS = 60;

export class ChaosWorldRoom extends GameRoom<{ state: SchemaType<typeof WorldState> }> {
  override autoDispose = false;
  override tickRate = TICK_RATE;
  override state = new WorldState();
  readonly #random = createRandom(1);
  #ticks = 0;

  override onCreate(): void {
    this.replicate(this.state.walkers, area<Walker>({ radius: RADIUS, leaveRadius: LEAVE_RADIUS }));
    for (let i = 0; i < CREATURES; i++) this.#enter(`creature ${i}`);
    stage.truth = () => {
      const walkers = [...this.state.walkers.entries()].map(([key, walker]) => {
        return [key, { x: walker.x, y: walker.y, text: JSON.stringify(walker) }] as const;
      });
      return { kind: 'near', entities: Object.fromEntries(walkers) };
    };
  }

  override onJoin({ sessionId }: Client): void {
    this.#enter(sessionId);
  }

  override async onDrop(client: Client): Promise<void> {
    await this.allowReconnection(client, RECONNECTION_SECONDS);
  }

  override onLeave({ sessionId }: Client): void {
    this.state.walkers.delete(sessionId);
  }

  step(): void {
    if (!stage.moving) return;
    if (++this.#ticks % TICKS_PER_WEATHER === 0) this.state.weather = this.#random.int(256);
    for (const walker of this.state.walkers.values()) this.#walk(walker);
  }

  #enter(key: string): void {
    this.state.walkers.set(key, new Walker().assign({ x: this.#somewhere(), y: this.#somewhere() }));
  }

  #walk(walker: Walker): void {
    walker.x = this.#near(walker.x);
    walker.y = this.#near(walker.y);
    if (this.#random.int(20) === 0) walker.hp = this.#random.int(256);
  }

  #near(at: number): number {
    return Math.fround(Math.min(SIDE, Math.max(0, at + (this.#random.next() - 0.5) * 2 * STRIDE)));
  }

  #somewhere(): number {
    return Math.fround(this.#random.next() * SIDE);
  }
}
