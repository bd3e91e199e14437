/** The connection to Redis through its outages: what was refused stays so, and a line that goes silent is found out. */
import assert from 'node:assert/strict';
import { Redis } from 'ioredis';
import { noMeter, silentLogger } from '../../src/kernel/ports.ts';
import { Calls } from '../../src/matchmaking/calls.ts';
import { RedisAway } from '../../src/matchmaking/redis-away.ts';
import { RedisPresence } from '../../src/matchmaking/redis-presence.ts';
import { RedisRoomIndex } from '../../src/matchmaking/redis-room-index.ts';
import { nodeTimers } from '../../src/matchmaking/timers.ts';
import { connectRedis } from '../../src/redis/redis-connection.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { listingOf, reportOf } from '../support/room-indexes.ts';
import { openSeveredLine } from '../support/severed-line.ts';
import { until } from '../support/until.ts';

describe('the connection to Redis', () => {
  let stack: AsyncDisposableStack;
  let redis: TestRedis;
  let admin: Redis;

  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    redis = stack.use(await startRedis());
    admin = stack.adopt(new Redis(redis.url, { retryStrategy: () => 20 }), (client) => client.disconnect());
    admin.on('error', () => {});
  });
  afterEach(() => stack.disposeAsync());

  async function join(url: string) {
    const connection = await connectRedis({ url, startTimeoutMs: 5000 }, silentLogger);
    stack.defer(() => connection.stop());
    const presence = new RedisPresence(connection.client, { logger: silentLogger });
    stack.defer(() => presence.disconnect());
    await presence.start();
    const calls = new Calls({ transport: presence, timers: nodeTimers, logger: silentLogger, meter: noMeter });
    const index = new RedisRoomIndex({ client: connection.client, meter: noMeter });
    return { presence, calls, index, connection };
  }

  it('O2: what was under way when Redis went is refused, and is not sent again on its return', async () => {
    const { index, presence, connection } = await join(redis.url);
    redis.pause();
    const refused = Promise.allSettled([
      index.list(listingOf({ roomId: 'r1' })),
      index.claim({ name: 'arena', filter: {}, claims: ['one'] }),
      presence.hincrby('hash', 'field', 1),
    ]);
    await redis.kill();
    for (const outcome of await refused)
      assert.ok(outcome.status === 'rejected' && outcome.reason instanceof RedisAway);
    await redis.restart();
    await until('it is back', () => connection.away() === undefined, 5000);
    await index.renew(reportOf('p1'));
    assert.deepEqual(
      (await admin.keys('*')).filter((key) => /roomcaches$|claim|creating|hash/.test(key)),
      [],
    );
  });

  it('O3: a line that goes silent without a word is found out; all works within three seconds of its return', async () => {
    const line = stack.use(await openSeveredLine(redis.port));
    const [here, there] = [await join(`redis://127.0.0.1:${line.port}`), await join(redis.url)];
    await there.presence.subscribe('hypogeum:there', ([, id]: unknown[]) =>
      there.presence.publish(`ipc:${id}`, [0, 1]),
    );
    const call = (): Promise<unknown> => here.calls.call({ processId: 'there' }, 'ask', [], { timeoutMs: 300 });
    assert.equal(await call(), 1);
    line.cut();
    await assert.rejects(here.index.renew(reportOf('here')), RedisAway);
    await until('that it is away is known', () => here.connection.away() !== undefined, 5000);
    line.mend();
    const mendedAt = performance.now();
    await until(
      'a lease can be had',
      () =>
        here.index.renew(reportOf('here')).then(
          () => true,
          () => false,
        ),
      5000,
    );
    await until(
      'calls are answered',
      () =>
        call().then(
          () => true,
          () => false,
        ),
      5000,
    );
    const tookMs = performance.now() - mendedAt;
    assert.ok(tookMs < 3000, `${tookMs} ms`);
  });
});
