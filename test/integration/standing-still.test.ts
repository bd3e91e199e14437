/** A process that stands still longer than seats have time: who came meanwhile is not too late. */
import assert from 'node:assert/strict';
import { matchMaker, Room } from '@colyseus/core';
import { CloseCodes } from '../../src/kernel/errors.ts';
import { JOIN_ROOM, matchmake, RawClient, type Seat } from '../support/raw-client.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

class Hall extends Room {}

/** Long enough for a machine that is busy with other things. */
const TIME_MS = 2500;

function standStill(): void {
  const until = performance.now() + TIME_MS + 600;
  while (performance.now() < until);
}

describe('a process that stood still (D11)', () => {
  let server: TestServer;
  before(async () => {
    const env = { HYPOGEUM_SEAT_TIMEOUT_MS: String(TIME_MS) };
    server = await startTestServer({ rooms: (define) => void define('hall', Hall), env });
  });
  after(() => server.stop());

  const seat = async (): Promise<Seat> => (await matchmake(server.url, 'create', 'hall')).body as unknown as Seat;

  it('keeps the seats of those who came meanwhile, and frees those of who does not come', async () => {
    const [taken, left] = [await seat(), await seat()];
    const client = new RawClient(server.url, taken);
    standStill();
    await until('the handshake', () => client.frames.some((frame) => frame[0] === JOIN_ROOM));
    await until('the other seat to be free', () => matchMaker.getLocalRoomById(left.roomId) === undefined);
    client.close();
  });

  it('tells who comes when the time is over to try again, and who never had a seat that there is none', async () => {
    const late = await seat();
    await until('the seat to be free', () => matchMaker.getLocalRoomById(late.roomId) === undefined);
    assert.equal((await new RawClient(server.url, late).whenClosed()).code, CloseCodes.mayTryReconnect);
    const nobody = { ...(await seat()), sessionId: 'nobody' };
    assert.equal((await new RawClient(server.url, nobody).whenClosed()).code, CloseCodes.withError);
    const used = await seat();
    const player = new RawClient(server.url, used);
    await until('the handshake', () => player.frames.length > 0);
    const again = new RawClient(server.url, used);
    assert.equal((await again.whenClosed()).code, CloseCodes.withError);
    player.close();
  });
});
