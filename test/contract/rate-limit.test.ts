/**
 * How often an address may do something: one suite for the version in memory and the one that is shared through Redis. Names
 * begin with the rule of src/security/SPEC.md. What a process counts by itself goes by a clock that is stepped; what Redis
 * counts by Redis's own, so those windows are a second long.
 */
import assert from 'node:assert/strict';
import { Redis } from 'ioredis';
import type { Clock } from '../../src/kernel/ports.ts';
import { type Counters, createCounters } from '../../src/observability/counters.ts';
import { OUR_KEYS } from '../../src/redis/keys.ts';
import type { OpenRate } from '../../src/security/rate-limit.ts';
import { memoryRates } from '../../src/security/rate-windows.ts';
import { redisRates } from '../../src/security/redis-rates.ts';
import { disposedAfterwards } from '../support/processes.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { SteppedTime } from '../support/stepped-time.ts';
import { until } from '../support/until.ts';

let names = 0;
const rate = (limit: number, windowMs = 1000) => ({ name: `test${++names}`, limit, windowMs, maxAddresses: 1000 });

function suite(open: (clock: Clock) => OpenRate): void {
  it('D8: lets so much through, and says how long the rest has to wait', () => {
    const limit = open(new SteppedTime())(rate(3));
    const waits = Array.from({ length: 5 }, () => limit.take('192.0.2.1'));
    assert.deepEqual(waits.slice(0, 3), [0, 0, 0]);
    for (const waitMs of waits.slice(3)) assert.ok(waitMs > 0 && waitMs <= 1000, String(waitMs));
    assert.equal(limit.take('2001:db8:0:0::/64'), 0);
  });

  it('D8: counts points, and lets through again after the time it told', async () => {
    const time = new SteppedTime();
    const limit = open(time)(rate(4));
    assert.equal(limit.take('a', 3), 0);
    const waitMs = limit.take('a', 3);
    assert.ok(waitMs > 0);
    await time.pass(waitMs - 1);
    assert.ok(limit.take('a') > 0);
    await time.pass(1);
    assert.equal(limit.take('a'), 0);
  });

  it('D8: does not confuse what is limited', () => {
    const rates = open(new SteppedTime());
    const [one, other] = [rates(rate(1)), rates(rate(1))];
    assert.deepEqual([one.take('a'), other.take('a')], [0, 0]);
    assert.ok(one.take('a') > 0);
  });
}

describe('rates in memory', () => suite(memoryRates));

describe('rates through Redis', () => {
  const stack = disposedAfterwards();
  let redis: TestRedis;
  let meter: Counters;
  const clients: Redis[] = [];

  const connect = (): Redis => {
    const client = new Redis(redis.url, { retryStrategy: () => 20 });
    client.on('error', () => {});
    stack.defer(() => client.disconnect());
    clients.push(client);
    return client;
  };
  const open = (clock: Clock) => redisRates({ client: clients[0]!, clock, meter });

  before(async () => {
    redis = stack.use(await startRedis());
    await Promise.all([connect(), connect()].map((client) => client.ping()));
  });
  beforeEach(() => {
    meter = createCounters();
  });

  suite(open);

  const two = (limit: number, windowMs?: number) => {
    const shared = rate(limit, windowMs);
    return clients.map((client) => redisRates({ client, clock: performance, meter })(shared));
  };
  const notShared = () => meter.total('hypogeum_rates_not_shared_total');

  it('D9: hold for all processes together', async () => {
    const [here, there] = two(6, 10_000);
    for (let i = 0; i < 5; i++) assert.equal(here!.take('a'), 0);
    // What Redis has counted is known to the process that comes after it.
    await until(
      'Redis to have counted',
      async () => (await clients[1]!.keys(`${OUR_KEYS}rates:test${names}:a`)).length,
    );
    assert.deepEqual([there!.take('a'), there!.take('a')], [0, 0]);
    const waitMs = await until('the other process to hear of it', () => there!.take('a'));
    assert.ok(waitMs > 8000 && waitMs <= 10_000, String(waitMs));
    assert.equal(notShared(), 0);
  });

  it('D9: hold in each process alone while Redis is silent, or away, at once; and together again afterwards', async () => {
    const [here, there] = two(3);
    redis.pause();
    for (const limit of [here!, there!]) {
      const waits = Array.from({ length: 4 }, () => limit.take('a'));
      assert.deepEqual(
        waits.map((waitMs) => waitMs > 0),
        [false, false, false, true],
      );
    }
    redis.resume();
    await redis.kill();
    await until('the connections to be gone', () => clients.every(({ status }) => status !== 'ready'));
    assert.deepEqual([here!.take('b'), here!.take('b'), here!.take('b')], [0, 0, 0]);
    assert.ok(here!.take('b') > 0);
    await until('what is not counted to be told', () => notShared() >= 3);
    await redis.restart();
    await Promise.all(clients.map((client) => client.ping()));
    for (let i = 0; i < 3; i++) assert.equal(here!.take('c'), 0);
    await until('the other process to be shut', () => there!.take('c') > 0);
  });

  it('D9: pile nothing up for a Redis that does not answer', async () => {
    const [limit] = two(1_000_000, 10_000);
    redis.pause();
    for (let i = 0; i < 3000; i++) limit!.take(`a${i % 500}`);
    assert.equal(notShared(), 2000);
    redis.resume();
  });
});
