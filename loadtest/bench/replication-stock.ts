/**
 * The stock half of the replication bench: Colyseus's own SchemaSerializer with a StateView a player, told who came into
 * sight and who left it. Its clients only take the frames; encodeView makes each frame a buffer of its own (schema 5),
 * so there is nothing left to copy.
 */
import { type Client, ClientState, SchemaSerializer } from '@colyseus/core';
import { Encoder, StateView } from '@colyseus/schema';
import type { Gauge } from './replication-gauges.ts';
import type { SightChanges, TickCost, WorldWanted } from './replication-messages.ts';
import { Field, type SchemaState } from './replication-world.ts';

/** All views of a tick are written one after the other into one buffer: large enough, so that it never has to grow. */
const BUFFER_BYTES_A_PLAYER = 4096;

interface ViewClient {
  readonly state: ClientState;
  readonly view: StateView;
  raw(frame: Uint8Array): void;
}

export class StockHalf {
  readonly field: Field;
  /** Of the last tick, by walker number. */
  readonly frames: (Uint8Array | undefined)[];
  readonly #clients: ViewClient[];
  readonly #serializer = new SchemaSerializer<SchemaState>();

  constructor({ players, positions, seed }: WorldWanted) {
    Encoder.BUFFER_SIZE = players * BUFFER_BYTES_A_PLAYER;
    this.field = new Field(players, positions, seed);
    this.#serializer.reset(this.field.state);
    this.frames = new Array<Uint8Array | undefined>(players).fill(undefined);
    this.#clients = Array.from({ length: players }, (_, walker) => {
      const raw = (frame: Uint8Array): void => {
        this.frames[walker] = frame;
      };
      return { state: ClientState.JOINED, view: new StateView(), raw };
    });
  }

  /** Entities in sight of a player are not known here. */
  readonly visible = 0;

  /** The state without any unit, as everybody gets it at the join. */
  fullState(): Uint8Array {
    return this.#serializer.getFullState().slice();
  }

  /** One tick after `field.step()`. */
  tick(changes: SightChanges, gauge: Gauge): TickCost {
    this.frames.fill(undefined);
    gauge.start();
    this.#see(changes);
    const views = gauge.lap();
    this.#serializer.applyPatches(this.#clients as unknown as Client[]);
    const frames = views + gauge.lap();
    const bytes = this.frames.reduce((sum, frame) => sum + (frame?.length ?? 0), 0);
    return { frames, views, interest: 0, bytes };
  }

  /** A buffer as encodeView makes it. */
  allocate(bytes: number): Uint8Array {
    return new Uint8Array(bytes);
  }

  #see({ entered, left }: SightChanges): void {
    const { units } = this.field;
    for (let i = 0; i < left.length; i += 2) this.#clients[left[i]!]!.view.remove(units[left[i + 1]!]!);
    for (let i = 0; i < entered.length; i += 2) this.#clients[entered[i]!]!.view.add(units[entered[i + 1]!]!);
  }
}
