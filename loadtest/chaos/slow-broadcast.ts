/** A stock Colyseus room whose patches are large: everybody gets everything, and all of it changes. Runs on both servers. */
import { type Client, Room } from '@colyseus/core';
import { Encoder, type SchemaType, schema, t } from '@colyseus/schema';
import { createRandom } from '../../src/kernel/random.ts';
import { stage } from './slow-stage.ts';

/** Numbers, because clients decode them quickly, and there are hundreds of clients in one process. */
const number = t.float64().default(0);
const numbers = { a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number };
const Thing = schema(numbers, 'Thing');
type Thing = SchemaType<typeof Thing>;
const BroadcastState = schema({ things: t.map(Thing) }, 'BroadcastState');
type BroadcastState = SchemaType<typeof BroadcastState>;

/** Half of them change in a tick, another half each time: patches of about 50 KB, none of which makes an earlier one void. */
const THINGS = 1300;
const CHANGING = 0.5;
const FIELDS = Object.keys(numbers) as (keyof typeof numbers)[];
export const BROADCAST_RATE = 20;
/** As users of large states are told to. */
const BUFFER_BYTES = 256 * 1024;
const RECONNECTION_SECONDS = 60;

export class BroadcastRoom extends Room<{ state: BroadcastState }> {
  override autoDispose = false;
  override patchRate = 1000 / BROADCAST_RATE;
  override state = fullOfThings();
  readonly #random = createRandom(1);

  override onCreate(): void {
    stage.truth = () => {
      const things = [...this.state.things.entries()];
      return { kind: 'all', entities: Object.fromEntries(things.map(([key, thing]) => [key, JSON.stringify(thing)])) };
    };
    this.setFixedTimestep(() => {
      if (stage.moving) for (const thing of this.state.things.values()) this.#change(thing);
    }, BROADCAST_RATE);
  }

  override async onDrop(client: Client): Promise<void> {
    await this.allowReconnection(client, RECONNECTION_SECONDS);
  }

  #change(thing: Thing): void {
    if (this.#random.next() > CHANGING) return;
    for (const name of FIELDS) thing[name] = this.#random.next();
  }
}

function fullOfThings(): BroadcastState {
  Encoder.BUFFER_SIZE = BUFFER_BYTES;
  const state = new BroadcastState();
  for (let i = 0; i < THINGS; i++) state.things.set(`thing ${i}`, new Thing());
  return state;
}
