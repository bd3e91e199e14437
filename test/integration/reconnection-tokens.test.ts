/** Who may come back to a seat: tokens over real sockets and over HTTP, right, used, another player's, and guessed. */
import assert from 'node:assert/strict';
import { matchMaker, Room } from '@colyseus/core';
import { ERRORS } from '../../src/kernel/errors.ts';
import { matchmake, RawClient, type Seat } from '../support/raw-client.ts';
import { LimitedStockRoom } from '../support/rooms/limited-rooms.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const ACK = Buffer.of(10);
const WRONG_PER_MINUTE = 60;

interface Player {
  readonly client: RawClient;
  readonly seat: Seat;
  readonly token: string;
}

describe('reconnection tokens', () => {
  let server: TestServer;
  const tokens: string[] = [];

  before(async () => {
    server = await startTestServer({
      env: { HYPOGEUM_MAX_WRONG_TOKENS_PER_MINUTE: `${WRONG_PER_MINUTE}` },
      rooms: (define) => define('stock', LimitedStockRoom),
    });
  });
  after(() => server.stop());

  async function joined(client: RawClient, seat: Seat): Promise<Player> {
    await until('the handshake', () => client.frames.length > 0 || client.closed);
    assert.equal(client.closed, undefined);
    const handshake = client.handshake();
    const token = handshake.subarray(2, 2 + handshake[1]!).toString();
    tokens.push(token);
    client.send(ACK);
    await until('the state', () => client.frames.length > 1);
    return { client, seat, token };
  }

  async function join(room = 'stock', method = 'create'): Promise<Player> {
    const seat = (await matchmake(server.url, method, room)).body as unknown as Seat;
    return joined(new RawClient(server.url, seat), seat);
  }

  const knock = (seat: Seat, token: string): RawClient =>
    new RawClient(server.url, seat, `&reconnectionToken=${encodeURIComponent(token)}&skipHandshake=1`);
  const comeBack = (seat: Seat, token: string): Promise<Player> => joined(knock(seat, token), seat);
  const refusal = async (seat: Seat, token: string): Promise<number> => (await knock(seat, token).whenClosed()).code;

  async function drop({ client, seat }: Player): Promise<void> {
    client.close();
    const room = matchMaker.getLocalRoomById(seat.roomId)!;
    await until('the seat to be held', () => room.clients.get(seat.sessionId) === undefined);
  }

  it('F10: touch what is there in the version they were written for', () => {
    const { prototype } = Room as unknown as { prototype: Record<string, unknown> };
    for (const name of ['_onJoin', 'hasReservedSeat', 'checkReconnectionToken'])
      assert.equal(typeof prototype[name], 'function', name);
    class Plain extends Room {}
    const room = new Plain() as unknown as Record<string, unknown>;
    assert.deepEqual([room._reservedSeats, room._reconnections], [{}, {}]);
  });

  it('F10: have at least 128 bits, and a new one comes with each connection', async () => {
    const player = await join();
    assert.ok(Buffer.from(player.token, 'base64url').length >= 16);
    await drop(player);
    const again = await comeBack(player.seat, player.token);
    assert.notEqual(again.token, player.token);
    assert.ok(Buffer.from(again.token, 'base64url').length >= 16);
    again.client.close();
  });

  it('F10: are good once: a used one is refused, on the socket and over HTTP, whoever sits there now', async () => {
    const player = await join();
    await drop(player);
    const again = await comeBack(player.seat, player.token);
    assert.equal(await refusal(player.seat, player.token), 4003);
    const over = await matchmake(server.url, 'reconnect', player.seat.roomId, { reconnectionToken: player.token });
    assert.equal(over.body.code, ERRORS.SEAT_EXPIRED.code);
    assert.equal(again.client.closed, undefined, 'and the player stays');
    await drop(again);
    assert.equal(await refusal(player.seat, player.token), 4003);
    (await comeBack(player.seat, again.token)).client.close();
  });

  it('F10: two who come with the same token at once: one has the seat', async () => {
    const player = await join();
    await drop(player);
    const both = [knock(player.seat, player.token), knock(player.seat, player.token)];
    const closed = await until('one refusal', () => both.find((client) => client.closed));
    assert.equal(closed.closed!.code, 4003);
    const other = both.find((client) => client !== closed)!;
    await until('the other to be in', () => other.frames.some(([code]) => code === 10));
    other.close();
  });

  it('F10: are good for their own seat alone, held or taken', async () => {
    const [ann, ben] = [await join(), await join()];
    const cid = await join(ann.seat.roomId, 'joinById');
    assert.equal(await refusal(ann.seat, cid.token), 4003);
    await drop(ann);
    for (const token of [
      ben.token,
      cid.token,
      '',
      'x',
      `${ann.token}x`,
      ann.token.slice(1),
      'constructor',
      '__proto__',
    ])
      assert.ok([4002, 4003].includes(await refusal(ann.seat, token)), token);
    const back = await comeBack(ann.seat, ann.token);
    for (const { client } of [back, ben, cid]) {
      assert.equal(client.closed, undefined);
      client.close();
    }
  });

  it('F10: whatever comes over HTTP in their place is no token', async () => {
    const { client, seat } = await join();
    for (const reconnectionToken of ['constructor', '__proto__', 'x'.repeat(5000), ['a'], { length: 5 }, 7, true]) {
      const { body } = await matchmake(server.url, 'reconnect', seat.roomId, { reconnectionToken });
      assert.equal(body.code, ERRORS.SEAT_EXPIRED.code);
    }
    assert.equal(client.closed, undefined);
    client.close();
  });

  it('F10: let a player take over a connection that has not ended yet, as the SDK does after a change of network', async () => {
    const player = await join();
    const seat = (await matchmake(server.url, 'reconnect', player.seat.roomId, { reconnectionToken: player.token }))
      .body;
    assert.equal(seat.sessionId, player.seat.sessionId);
    const back = await comeBack(player.seat, player.token);
    assert.equal(await player.client.whenClosed().then(({ code }) => code), 4002);
    back.client.close();
  });

  it('F11: who tries too many wrong ones is refused without looking, with a code to try again by', async () => {
    const player = await join();
    await drop(player);
    const guess = (i: number) =>
      matchmake(server.url, 'reconnect', player.seat.roomId, { reconnectionToken: `guess ${i}` });
    const codes = new Set<unknown>();
    for (let i = 0; i < 2 * WRONG_PER_MINUTE; i++) codes.add((await guess(i)).body.code);
    assert.deepEqual([...codes], [ERRORS.SEAT_EXPIRED.code, ERRORS.TOO_MANY_RECONNECTIONS.code]);
    assert.equal(await refusal(player.seat, player.token), 4010, 'the right one neither');
    assert.ok(server.counters.total('hypogeum_limit_hits_total', { limit: 'reconnections' }) > 0);
  });

  it('F10: are in no log line', () => {
    const told = JSON.stringify(server.lines.map(({ message, fields, cause }) => [message, fields, `${cause}`]));
    assert.ok(tokens.length > 8);
    for (const token of tokens) assert.ok(!told.includes(token));
  });
});
