/** Messages to players who do not read, and what becomes of players who never read on. Small limits, so that it is quick. */
import assert from 'node:assert/strict';
import { type Client, matchMaker, type Room } from '@colyseus/core';
import { decode, Encoder } from '@colyseus/schema';
import { Client as SdkClient } from '@colyseus/sdk';
import type { GameClient } from '../../src/delivery/ws-game-client.ts';
import { CloseCodes } from '../../src/kernel/errors.ts';
import { Line } from '../support/line.ts';
import { BulkRoom, StatelessRoom, TalkRoom } from '../support/rooms/delivery-rooms.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { StallingClient } from '../support/stalling-client.ts';
import { plain } from '../support/state-mirror.ts';
import { until } from '../support/until.ts';

const ROOM_DATA = 13;
const PING = 18;
const BIG = 'x'.repeat(1000);

describe('delivery of messages', () => {
  let server: TestServer;
  const bufferSize = Encoder.BUFFER_SIZE;
  before(async () => {
    Encoder.BUFFER_SIZE = 128 * 1024;
    server = await startTestServer({
      rooms: (define) => {
        define('bulk', BulkRoom);
        define('talk', TalkRoom);
        define('stateless', StatelessRoom);
      },
      env: {
        HYPOGEUM_MAX_IN_FLIGHT_BYTES: '4096',
        HYPOGEUM_MAX_QUEUED_BYTES: '20000',
        HYPOGEUM_CONGESTED_TIMEOUT_MS: '500',
      },
    });
  });
  after(async () => {
    Encoder.BUFFER_SIZE = bufferSize;
    await server.stop();
  });

  const roomOf = (client: StallingClient): Room => matchMaker.getLocalRoomById(client.seat.roomId);
  const inside = (client: StallingClient) => roomOf(client).clients.get(client.seat.sessionId) as unknown as GameClient;
  const types = (client: StallingClient): string[] =>
    client.messages
      .filter((message) => message[0] === ROOM_DATA)
      .map((message) => decode.string(message, { offset: 1 }));

  async function pair(name: string): Promise<[StallingClient, StallingClient]> {
    const slow = await StallingClient.join(server.url, name);
    const other = await StallingClient.join(server.url, name, slow.seat);
    await until('both to have joined', () => [slow, other].every((one) => inside(one).state === 1));
    return [slow, other];
  }

  /** Fills the line of a player who does not read. */
  function congest(client: StallingClient): void {
    client.stall();
    const inner = inside(client) as unknown as Client;
    for (let i = 0; inside(client).line.state === 'live'; i++) inner.send(`fill ${i}`, BIG);
  }

  for (const name of ['talk', 'stateless']) {
    it(`D1, D7, D8: in a room of ${name} messages wait in order, volatile ones are dropped, others are unharmed`, async () => {
      const [slow, other] = await pair(name);
      const room = roomOf(slow);
      const { sessionId } = other.seat;
      congest(slow);
      const client = inside(slow) as unknown as Client;
      client.send('one');
      client.send('lost', BIG, { volatile: true });
      room.broadcast('two', BIG);
      room.broadcast('lost broadcast', BIG, { volatile: true });
      room.broadcast('not for other', 1, { except: room.clients.get(sessionId)! });
      client.sendBytes('lost bytes', Buffer.from('b'), { volatile: true });
      room.broadcast('three', 1, { except: [] });
      await until('what the other gets', () => types(other).includes('three'));
      assert.deepEqual(types(other), ['two', 'lost broadcast', 'three']);
      slow.readOn();
      await until('all that waited', () => types(slow).includes('three'));
      const told = types(slow).filter((type) => !type.startsWith('fill'));
      // The last of the filling was sent when the line was full already, and waited too.
      assert.deepEqual(told, ['one', 'two', 'not for other', 'three']);
      assert.equal(inside(slow).line.state, 'live');
      client.send('live again', 1, { volatile: true });
      await until('a volatile message', () => types(slow).includes('live again'));
      slow.close();
      other.close();
    });
  }

  it('D6: afterNextPatch still follows the patch, volatile and broadcast too', async () => {
    const [first, second] = await pair('talk');
    const room = roomOf(first) as unknown as TalkRoom;
    const order = (client: StallingClient) => client.messages.map((message) => message[0]);
    room.broadcast('after', 1, { afterNextPatch: true });
    room.broadcast('after, volatile', 1, { afterNextPatch: true, volatile: true });
    room.clients[0]!.send('after, one', 1, { afterNextPatch: true, volatile: true });
    room.state.n++;
    for (const [i, client] of [first, second].entries()) {
      await until('the messages', () => types(client).length === 3 - i);
      // A patch from before may have been on its way.
      const told = types(client).map(() => ROOM_DATA);
      assert.deepEqual(order(client).slice(-1 - told.length), [15, ...told]);
    }
    congest(first);
    room.broadcast('dropped', 1, { afterNextPatch: true, volatile: true });
    room.state.n++;
    await until('the next message', () => types(second).includes('dropped'));
    first.readOn();
    await until('the line to be free', () => inside(first).line.state === 'live');
    assert.ok(!types(first).includes('dropped'));
    first.close();
    second.close();
  });

  it('D7: more than may wait closes that player, nobody else', async () => {
    const [slow, other] = await pair('talk');
    const room = roomOf(slow) as unknown as TalkRoom;
    congest(slow);
    const { line, ref } = inside(slow);
    for (let i = 0; i < 30; i++) {
      room.broadcast(`b${i}`, BIG);
      await until('the other one to have read it', () => inside(other).line.underWayBytes < 3000);
    }
    assert.equal(line.state, 'gone');
    assert.ok(ref.bufferedAmount < 10_000);
    slow.readOn();
    await until('the close', () => slow.closedWith);
    assert.equal(slow.closedWith, CloseCodes.mayTryReconnect);
    await until('the room to hear of it', () => room.dropped === 1);
    await until('all messages for the other', () => types(other).length === 30);
    assert.equal(server.counters.total('hypogeum_line_closed_total', { room: 'talk', why: 'queue' }), 1);
    other.close();
  });

  it('D7: replies that nobody reads are bounded as well', async () => {
    const [slow, other] = await pair('talk');
    congest(slow);
    const { line } = inside(slow);
    for (let i = 0; i < 400; i++) slow.send(Buffer.from([PING]));
    await until('the close', () => line.state === 'gone');
    slow.close();
    other.close();
  });

  it('D9: who never reads on is out of the room a moment after the timeout, though the socket never answers', async () => {
    const [slow, other] = await pair('talk');
    const room = roomOf(slow) as unknown as TalkRoom;
    congest(slow);
    await until('the room to hear of it', () => room.dropped === 1, 12_000);
    assert.equal(room.clients.length, 1);
    slow.close();
    other.close();
  });

  it('D9, D18: the SDK comes back after the close, to its seat and the state', async () => {
    await using way = await Line.to(server.port);
    const room = await new SdkClient(way.origin).create<BulkRoom>('bulk');
    const inner = matchMaker.getLocalRoomById(room.roomId) as unknown as BulkRoom;
    room.reconnection.minUptime = 0;
    await until('a state', () => room.state?.tick > 2);
    const before = inner.clients[0] as unknown as GameClient;
    let droppedWith = 0;
    room.onDrop((code) => {
      droppedWith = code;
    });
    way.stall();
    await until('the close', () => before.line.state === 'gone');
    way.flow();
    await until('the player to be back', () => inner.back === 1 && room.connection.isOpen);
    assert.equal(droppedWith, CloseCodes.mayTryReconnect);
    assert.equal(inner.clients.length, 1);
    assert.notEqual(inner.clients[0], before);
    assert.equal(before.line, (inner.clients[0] as unknown as GameClient).line);
    inner.frozen = true;
    const equal = () => JSON.stringify(plain(room.state)) === JSON.stringify(plain(inner.state));
    await until('the same state', equal, 1000);
    await room.leave();
  });
});
