/** Servers above a watermark: what joiners, other processes and balancers hear. */
import assert from 'node:assert/strict';
import { matchMaker, Room } from '@colyseus/core';
import { ERRORS } from '../../src/kernel/errors.ts';
import type { Vitals } from '../../src/security/overload.ts';
import { disposedAfterwards, startServerProcess } from '../support/processes.ts';
import { matchmake } from '../support/raw-client.ts';
import { startRedis } from '../support/redis.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

class Hall extends Room {
  override autoDispose = false;
}

describe('an overloaded process', () => {
  const stack = disposedAfterwards();
  const vitals = { rssBytes: 1, heapBytes: 1, lagMs: 0, outOfDescriptors: false };
  let server: TestServer;
  before(async () => {
    const fake = { read: (): Vitals => ({ ...vitals }), stop() {} };
    server = await startTestServer({
      rooms: (define) => void define('hall', Hall),
      env: { HYPOGEUM_MAX_MEMORY_MB: '100' },
      deps: { vitals: fake },
    });
  });
  after(() => server.stop());

  const health = async (path: string) => {
    const response = await fetch(`${server.url}${path}`);
    return [response.status, await response.json()];
  };

  it('P10, P15: makes no rooms, is joined in those that are there, says so, and makes rooms again below the mark', async () => {
    const { roomId } = (await matchmake(server.url, 'create', 'hall')).body;
    vitals.rssBytes = 101 * 2 ** 20;
    await until('the overload', () => server.counters.total('hypogeum_process_overloaded') === 1);
    const refused = await matchmake(server.url, 'create', 'hall');
    assert.deepEqual([refused.status, refused.body.code, refused.body.retryable], [503, ERRORS.OVERLOADED.code, true]);
    await assert.rejects(
      matchMaker.createRoom('hall', {}),
      { code: ERRORS.OVERLOADED.code },
      'for rooms of a game too',
    );
    assert.equal((await matchmake(server.url, 'joinById', String(roomId))).status, 200);
    assert.equal((await matchmake(server.url, 'joinOrCreate', 'hall')).body.roomId, roomId);
    assert.deepEqual(await health('/healthz'), [200, { alive: true, overloaded: 'memory' }]);
    assert.deepEqual(await health('/readyz'), [200, { ready: true, overloaded: 'memory' }]);
    vitals.rssBytes = 90 * 2 ** 20;
    await until('it to be over', () => server.counters.total('hypogeum_process_overloaded') === 0);
    assert.equal((await matchmake(server.url, 'create', 'hall')).status, 200);
    assert.deepEqual(await health('/readyz'), [200, { ready: true }]);
  });

  it('P10: by its true memory; rooms that are asked for there are made by another process', async () => {
    const redis = await startRedis();
    stack.use(redis);
    const start = async (settings: Record<string, string>) => {
      const started = await startServerProcess({ REDIS_URL: redis.url, ...settings });
      stack.defer(() => started.child.stop('SIGKILL'));
      return started;
    };
    const full = await start({ HYPOGEUM_MAX_MEMORY_MB: '16' });
    const alone = await matchmake(full.origin, 'create', 'arena');
    assert.deepEqual([alone.status, alone.body.code], [503, ERRORS.OVERLOADED.code]);
    const free = await start({});
    const here = (await matchmake(free.origin, 'create', 'arena')).body.processId;
    await until('the other one to be known', async () => {
      const { status, body } = await matchmake(full.origin, 'create', 'arena');
      return status === 200 && body.processId === here;
    });
    for (let i = 0; i < 4; i++) {
      for (const { origin } of [full, free])
        assert.equal((await matchmake(origin, 'create', 'arena')).body.processId, here);
    }
    assert.match(full.child.output(), /"reason":"memory".*no rooms are made here now/);
  });
});
