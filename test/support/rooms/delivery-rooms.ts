/** Rooms for tests of delivery: stock Room classes, and one GameRoom, that send a lot. */
import { type Client, Room } from '@colyseus/core';
import { type SchemaType, schema, t } from '@colyseus/schema';
import { GameRoom } from '../../../src/roomkit/index.ts';

const Blob = schema({ text: t.string(), note: t.string().optional() }, 'DeliveryBlob');
export const BulkState = schema({ tick: t.uint32().default(0), blobs: t.map(Blob) }, 'DeliveryBulkState');
export type BulkState = SchemaType<typeof BulkState>;

const BLOBS = 100;
/** Of text in each blob; all are written anew at every patch. */
const BLOB_BYTES = 500;

function rewrite(state: BulkState): void {
  state.tick++;
  for (let i = 0; i < BLOBS; i++) {
    const key = `b${(i + state.tick) % (BLOBS + 10)}`;
    let blob = state.blobs.get(key);
    if (blob === undefined) {
      blob = new Blob();
      state.blobs.set(key, blob);
    }
    blob.text = `${state.tick}`.padEnd(BLOB_BYTES, '.');
    blob.note = state.tick % 3 === 0 ? 'third' : (undefined as never);
  }
  state.blobs.delete(`b${state.tick % (BLOBS + 10)}`);
}

/** Patches of 50 KB, 20 a second, until `frozen`. */
export class BulkRoom extends Room<{ state: BulkState }> {
  state = new BulkState();
  frozen = false;
  back = 0;

  onCreate() {
    this.setSimulationInterval(() => {
      if (!this.frozen) rewrite(this.state);
    }, 50);
  }
  onDrop(client: Client) {
    void this.allowReconnection(client, 10).catch(() => {});
  }
  onReconnect() {
    this.back++;
  }
}

const Push = schema({ x: t.int8().default(0) }, 'DeliveryPush');

/** The same with inputs, and so with the time in every state frame. */
export class BulkInputRoom extends GameRoom<{ state: BulkState; input: SchemaType<typeof Push> }> {
  state = new BulkState();
  inputs = this.defineInput(Push);
  frozen = false;

  step() {
    for (const { sessionId } of this.clients) this.inputs.get(sessionId).next();
    if (!this.frozen) rewrite(this.state);
  }
}

const Few = schema({ n: t.uint32().default(0) }, 'DeliveryFewState');

/** Messages only; the test sends them. */
export class TalkRoom extends Room<{ state: SchemaType<typeof Few> }> {
  state = new Few();
  autoDispose = false;
  dropped = 0;

  onDrop(client: Client) {
    this.dropped++;
    void this.allowReconnection(client, 10).catch(() => {});
  }
}

/** As TalkRoom, without a state. */
export class StatelessRoom extends Room {}
