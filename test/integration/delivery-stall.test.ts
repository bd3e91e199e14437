/** Players who stop reading: everybody else plays on, memory stays flat, and they are brought up to date. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type Client, matchMaker } from '@colyseus/core';
import { Encoder } from '@colyseus/schema';
import type { Line } from '../../src/delivery/line.ts';
import type { GameClient } from '../../src/delivery/ws-game-client.ts';
import { lineOf } from '../../src/roomkit/index.ts';
import { BulkInputRoom, BulkRoom } from '../support/rooms/delivery-rooms.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { StallingClient } from '../support/stalling-client.ts';
import { plain } from '../support/state-mirror.ts';
import { until } from '../support/until.ts';

const WINDOW = 65_536;
/** What one frame of these rooms may hold. */
const FRAME = 80_000;
const STALL_MS = 1500;

describe('delivery to players who do not read', () => {
  let server: TestServer;
  const bufferSize = Encoder.BUFFER_SIZE;
  before(async () => {
    // What these rooms need; with less the encoder says so on the console.
    Encoder.BUFFER_SIZE = 128 * 1024;
    server = await startTestServer({
      rooms: (define) => {
        define('bulk', BulkRoom);
        define('bulkInput', BulkInputRoom);
      },
    });
  });
  after(async () => {
    Encoder.BUFFER_SIZE = bufferSize;
    await server.stop();
  });

  const roomOf = (client: StallingClient) => matchMaker.getLocalRoomById(client.seat.roomId) as unknown as BulkRoom;
  const inside = (client: StallingClient) => roomOf(client).clients.get(client.seat.sessionId) as unknown as GameClient;
  const lineFor = (client: StallingClient): Line => lineOf(inside(client) as unknown as Client) as Line;

  for (const [name, forged] of [
    ['bulk', false],
    ['bulk', true],
    ['bulkInput', false],
  ] as const) {
    const way = forged ? ', sending pongs that nobody asked for' : '';
    it(`D5, D13, D14: a player of room ${name} stalls${way}: memory flat, others unharmed, equal within 1 s`, async () => {
      const slow = await StallingClient.join(server.url, name);
      const other = await StallingClient.join(server.url, name, slow.seat);
      const room = roomOf(slow);
      await until('the first patches', () => slow.mirror!.patches > 2 && other.mirror!.patches > 2);
      const line = lineFor(slow);
      slow.stall();
      const forging = setInterval(() => forged && slow.pong(randomBytes(8)), 5);
      try {
        await until('congestion', () => line.state === 'congested');
        const [patches, sent] = [other.mirror!.patches, line.underWayBytes];
        await wait(STALL_MS);
        assert.equal(line.state, 'congested');
        assert.equal(line.underWayBytes, sent, 'not a byte more');
        assert.ok(sent <= Math.max(WINDOW, 2 * FRAME) + FRAME, `${sent} bytes under way`);
        assert.ok(inside(slow).ref.bufferedAmount <= sent);
        assert.ok(other.mirror!.patches - patches >= 0.8 * (STALL_MS / 50), 'the other one gets every patch');
      } finally {
        clearInterval(forging);
      }
      assert.equal(slow.mirror!.wholeStates, 1);
      slow.readOn();
      room.frozen = true;
      await until('both to equal the room', () => [slow, other].every((one) => isEqual(one, room)), 1000);
      assert.equal(slow.mirror!.wholeStates, 2, 'the whole state in place');
      assert.equal(other.mirror!.wholeStates, 1);
      room.frozen = false;
      const tick = room.state.tick;
      await until('patches after that', () => (slow.mirror!.state as BulkRoom['state']).tick > tick + 3);
      room.frozen = true;
      await until('both to equal the room again', () => [slow, other].every((one) => isEqual(one, room)), 1000);
      slow.close();
      other.close();
    });
  }

  it('D12: round trip and delivery are known of every player, and counted', async () => {
    const client = await StallingClient.join(server.url, 'bulk');
    const line = lineFor(client);
    await until('an answer', () => line.roundTripMs);
    assert.ok(line.roundTripMs! > 0 && line.roundTripMs! < 1000);
    assert.ok(line.deliveryMs! > 0);
    assert.ok(server.counters.total('hypogeum_line_round_trip_ms_count', { room: 'bulk' }) > 0);
    client.close();
  });
});

function isEqual(client: StallingClient, room: BulkRoom): boolean {
  return JSON.stringify(plain(client.mirror!.state)) === JSON.stringify(plain(room.state));
}
