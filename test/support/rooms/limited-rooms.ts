/** Rooms for what clients may send: one as stock has it, one a GameRoom, and GameRooms that are not complete. */
import { type Client, Room, validate } from '@colyseus/core';
import { type SchemaType, schema, t } from '@colyseus/schema';
import { z } from 'zod';
import { GameRoom } from '../../../src/roomkit/index.ts';

const Push = schema({ x: t.int8().default(0) }, 'Push');
const Heard = schema({ count: t.uint32().default(0) }, 'Heard');

/** Knows nothing of Hypogeum. It keeps a seat for everybody who was dropped, whatever for. */
export class LimitedStockRoom extends Room {
  maxClients = 4;
  state = new Heard();
  inputs = this.defineInput(Push);
  inputsHeard = 0;
  left: (number | undefined)[] = [];
  messages = {
    say: () => this.state.count++,
    echo: (_client: Client, payload: unknown) => payload,
  };

  onCreate() {
    this.setFixedTimestep(() => {
      for (const { sessionId } of this.clients) this.inputsHeard += this.inputs.get(sessionId).drain().length;
    }, 30);
  }
  onDrop(client: Client) {
    void this.allowReconnection(client, 20).catch(() => {});
  }
  onLeave(_client: Client, code?: number) {
    this.left.push(code);
  }
}

export class LimitedGameRoom extends GameRoom<{ state: SchemaType<typeof Heard>; input: SchemaType<typeof Push> }> {
  maxClients = 4;
  tickRate = 30;
  state = new Heard();
  inputs = this.defineInput(Push, { bufferMaxSize: 400 });
  inputsHeard = 0;
  left: (number | undefined)[] = [];
  messages = {
    say: validate(z.unknown(), () => this.state.count++),
    echo: validate(z.strictObject({ text: z.string().max(5000) }), (_client, { text }) => text),
  };

  step() {
    for (const { sessionId } of this.clients) this.inputsHeard += this.inputs.get(sessionId).drain().length;
  }
  onDrop(client: Client) {
    void this.allowReconnection(client, 20).catch(() => {});
  }
  onLeave(_client: Client, code?: number) {
    this.left.push(code);
  }
}

export class NoSchemaRoom extends GameRoom {
  messages = { say: () => {} };
  step() {}
}
export class NoSchemaLaterRoom extends GameRoom {
  onCreate() {
    this.onMessage('say', () => {});
  }
  step() {}
}
export class AnyTypeRoom extends GameRoom {
  messages = { _: () => {} };
  step() {}
}

/** Takes its time to let anybody in. */
export class SlowAuthRoom extends Room {
  async onAuth() {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return true;
  }
}
