import assert from 'node:assert/strict';
import { FailingEarlyRoom } from '../support/rooms/failing-rooms.ts';
import { startTestServer } from '../support/server.ts';

describe('fault isolation at the end of a process', () => {
  it('P16: onBeforeShutdown failing: the players are told to come back, and the process ends soon', async () => {
    const server = await startTestServer({ rooms: (define) => void define('early', FailingEarlyRoom) });
    const room = await server.client.create('early');
    room.reconnection.enabled = false;
    const closed = new Promise<number>((resolve) => room.onLeave(resolve));
    const started = performance.now();
    await server.stop();
    assert.ok([4000, 4010].includes(await closed));
    assert.ok(performance.now() - started < 2000);
    assert.equal(server.counters.total('hypogeum_room_faults_total', { callback: 'onBeforeShutdown' }), 1);
  });
});
