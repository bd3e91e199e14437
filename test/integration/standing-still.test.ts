/** A process that stands still longer than seats have time: who came meanwhile is not too late. */
import { matchMaker, Room } from '@colyseus/core';
import { JOIN_ROOM, matchmake, RawClient, type Seat } from '../support/raw-client.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

class Hall extends Room {}

const TIME_MS = 800;

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
});
