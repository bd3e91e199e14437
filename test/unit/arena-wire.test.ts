/** What the server holds after a step is, to the bit, what a client reads: prediction starts from the same numbers. */
import assert from 'node:assert/strict';
import { Decoder, Encoder } from '@colyseus/schema';
import { ALL_BUTTONS, TICK_SECONDS } from '../../rooms/arena/rules.ts';
import { PREDICTED_FIELDS, sanitizeInput, stepBody } from '../../rooms/arena/simulation.ts';
import { ArenaInput, ArenaState, Player } from '../../rooms/arena/state.ts';
import { createRandom } from '../../src/kernel/random.ts';

describe('arena: on the wire', () => {
  it('every predicted field arrives exactly as the server goes on with it, for 2,000 steps', () => {
    const random = createRandom(17);
    const state = new ArenaState();
    const player = new Player();
    Object.assign(player, { x: 1000, y: 500 });
    state.players.set('a', player);
    const encoder = new Encoder(state);
    const decoder = new Decoder(new ArenaState());
    decoder.decode(encoder.encodeAll());
    encoder.discardChanges();

    const input = new ArenaInput();
    for (let i = 0; i < 2000; i++) {
      Object.assign(input, {
        moveX: random.int(255) - 127,
        moveY: random.int(255) - 127,
        buttons: random.int(ALL_BUTTONS + 1),
      });
      input.aim = random.next() * Math.PI * 2;
      sanitizeInput(input);
      if (i % 200 === 0) player.hasteTicks = 90;
      stepBody(player, input, TICK_SECONDS);
      decoder.decode(encoder.encode());
      encoder.discardChanges();
      const arrived = decoder.state.players.get('a')!;
      for (const field of PREDICTED_FIELDS) assert.equal(arrived[field], player[field], `${field} after step ${i}`);
    }
  });

  it('a client that starts from what arrived and steps the same inputs stays equal to the server', () => {
    const random = createRandom(18);
    const server = new Player();
    Object.assign(server, { x: 1000, y: 500 });
    const client = Object.fromEntries(PREDICTED_FIELDS.map((field) => [field, server[field]])) as never as Player;
    const input = new ArenaInput();
    for (let i = 0; i < 2000; i++) {
      Object.assign(input, {
        moveX: random.int(255) - 127,
        moveY: random.int(255) - 127,
        buttons: random.int(ALL_BUTTONS + 1),
      });
      input.aim = random.next() * Math.PI * 2;
      sanitizeInput(input);
      assert.equal(stepBody(client, input, TICK_SECONDS), stepBody(server, input, TICK_SECONDS));
      for (const field of PREDICTED_FIELDS) assert.equal(client[field], server[field], `${field} after step ${i}`);
    }
  });
});
