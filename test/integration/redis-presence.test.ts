import assert from 'node:assert/strict';
import { type Presence, requestFromIPC, subscribeIPC } from '@colyseus/core';
import { RedisPresence as StockPresence } from '@colyseus/redis-presence';
import { Redis } from 'ioredis';
import { Calls } from '../../src/matchmaking/calls.ts';
import { RedisAway } from '../../src/matchmaking/redis-away.ts';
import { RedisPresence, UnheardRequest } from '../../src/matchmaking/redis-presence.ts';
import { nodeTimers } from '../../src/matchmaking/timers.ts';
import { createCounters } from '../../src/observability/counters.ts';
import { connectRedis } from '../../src/redis/redis-connection.ts';
import { type LogLine, recordingLogger } from '../support/recording-logger.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

describe('presence in Redis', () => {
  let redis: TestRedis;
  let admin: Redis;
  const endings: (() => unknown)[] = [];
  const lines: LogLine[] = [];
  const strays: unknown[] = [];
  const onStray = (reason: unknown): void => void strays.push(reason);

  before(async () => {
    redis = await startRedis();
    admin = new Redis(redis.url);
    admin.on('error', () => {});
  });
  after(async () => {
    admin.disconnect();
    await redis.stop();
  });
  beforeEach(() => {
    lines.length = 0;
    strays.length = 0;
    process.on('unhandledRejection', onStray);
  });
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
    process.off('unhandledRejection', onStray);
    assert.deepEqual(strays, []);
  });

  /** A process of ours. */
  async function join() {
    const connection = await connectRedis({ url: redis.url, startTimeoutMs: 5000 }, recordingLogger(lines));
    const presence = new RedisPresence(connection.client, { logger: recordingLogger(lines) });
    endings.push(() => {
      presence.disconnect();
      return connection.stop();
    });
    await presence.start();
    const logger = recordingLogger(lines);
    const calls = new Calls({ transport: presence, timers: nodeTimers, logger, meter: createCounters() });
    return { presence, calls, connection };
  }

  /** An unmodified one. */
  function joinStock(): StockPresence {
    const client = new Redis(redis.url);
    const presence = new StockPresence(client);
    endings.push(() => presence.shutdown());
    return presence;
  }

  const answering = (presence: Presence, processId: string) =>
    subscribeIPC(presence, `hypogeum:${processId}`, (method, args) =>
      method === 'never' ? new Promise(() => {}) : { method, args },
    );
  const ask = (presence: Presence, processId: string, method = 'ask', timeoutMs = 2000): Promise<unknown> =>
    requestFromIPC(presence, `hypogeum:${processId}`, method, [processId], timeoutMs);
  const failureOf = (promise: Promise<unknown>): Promise<Error & { failure?: string }> =>
    promise.then(
      () => assert.fail('it succeeded'),
      (error) => error,
    );
  const took = async (work: Promise<unknown>): Promise<number> => {
    const from = performance.now();
    await work.catch(() => {});
    return performance.now() - from;
  };
  /** How often Redis was asked for these. */
  async function timesAsked(...commands: string[]): Promise<number> {
    const info = await admin.info('commandstats');
    const count = (command: string) => Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(info)?.[1] ?? 0);
    return commands.reduce((sum, command) => sum + count(command), 0);
  }
  /** Works again in both directions: what one publishes the other hears. */
  const works = (from: { calls: Calls }, processId: string) =>
    until(
      'calls are answered',
      () =>
        from.calls.call({ processId }, 'ask', [], { timeoutMs: 200 }).then(
          () => true,
          () => false,
        ),
      10_000,
    );

  it('C1: listens for all answers on one subscription, of calls of ours and of Colyseus', async () => {
    const [caller, callee] = [await join(), await join()];
    await answering(callee.presence, 'callee');
    const before = await timesAsked('subscribe', 'psubscribe', 'unsubscribe', 'punsubscribe');
    const ours = Array.from({ length: 50 }, (_, i) =>
      caller.calls.call<{ args: unknown }>({ processId: 'callee' }, 'ask', [i], { timeoutMs: 2000 }),
    );
    const stock = Array.from({ length: 50 }, () => ask(caller.presence, 'callee'));
    const answers = await Promise.all(ours);
    assert.deepEqual(answers.at(-1), { method: 'ask', args: [49] });
    assert.deepEqual(await Promise.all(stock), new Array(50).fill({ method: 'ask', args: ['callee'] }));
    assert.equal(await timesAsked('subscribe', 'psubscribe', 'unsubscribe', 'punsubscribe'), before);
  });

  it('C1: an unmodified process answers ours, and asks ours, and hears what ours publishes', async () => {
    const [ours, stock] = [await join(), joinStock()];
    await answering(ours.presence, 'ours');
    await answering(stock, 'stock');
    assert.deepEqual(await ask(ours.presence, 'stock'), { method: 'ask', args: ['stock'] });
    assert.deepEqual(await ask(stock, 'ours'), { method: 'ask', args: ['ours'] });
    assert.deepEqual(await ours.calls.call({ processId: 'stock' }, undefined, [1], { timeoutMs: 2000 }), {
      method: null,
      args: [1],
    });
    const heard: [string, unknown][] = [];
    await stock.subscribe('topic', (message: unknown) => heard.push(['stock', message]));
    await ours.presence.subscribe('topic', (message: unknown) => heard.push(['ours', message]));
    await ours.presence.publish('topic', { n: 1 });
    await stock.publish('topic', undefined);
    await until('both heard both', () => heard.length === 4);
    assert.deepEqual(
      heard.filter(([who]) => who === 'ours').map(([, message]) => message),
      [{ n: 1 }, false],
    );
  });

  it('C1: works through the presence of a room, which is derived from it', async () => {
    const [ours, stock] = [await join(), joinStock()];
    await answering(stock, 'stock');
    const scoped = Object.create(ours.presence) as RedisPresence;
    assert.deepEqual(await ask(scoped, 'stock'), { method: 'ask', args: ['stock'] });
    await scoped.hset('of a room', 'field', 'value');
    assert.equal(await scoped.hget('of a room', 'field'), 'value');
  });

  it('C2: a request that nobody hears fails at once, for Colyseus as the timeout it knows', async () => {
    const { presence, calls } = await join();
    const error = await failureOf(ask(presence, 'nobody', 'ask', 60_000));
    assert.ok(error instanceof UnheardRequest);
    assert.deepEqual([error.message, error.failure], ['ipc_timeout', 'dead']);
    const ours = await failureOf(calls.call({ processId: 'nobody' }, 'ask', [], { timeoutMs: 60_000 }));
    assert.equal(ours.failure, 'dead');
    assert.equal(presence.unanswered, 0);
  });

  it('C2: one that is heard and not answered fails in its time', async () => {
    const [{ presence, calls }, stock] = [await join(), joinStock()];
    await answering(stock, 'silent');
    const error = await failureOf(ask(presence, 'silent', 'never', 100));
    assert.ok(!(error instanceof UnheardRequest));
    assert.equal(error.message, 'ipc_timeout');
    const ours = await failureOf(calls.call({ processId: 'silent' }, 'never', [], { timeoutMs: 100 }));
    assert.equal(ours.failure, 'timeout');
    assert.ok(lines.some(({ fields }) => fields.processId === 'silent'));
    assert.equal(presence.unanswered, 0);
  });

  it('C3: an answer that comes too late, or twice, or is not one, changes nothing', async () => {
    const { presence, calls } = await join();
    const asked: string[] = [];
    const responder = new Redis(redis.url);
    endings.push(() => responder.disconnect());
    await responder.subscribe('hypogeum:odd');
    responder.on('message', (_channel, text) => {
      const [method, id] = JSON.parse(text) as [string, string];
      asked.push(id);
      if (method === 'late') return;
      const broken = { broken: ['{'], odd: ['5'] }[method];
      const answers = broken ?? ['[0,"first"]', '[0,"second"]', '[1,"third"]'];
      for (const answer of answers) void admin.publish(`ipc:${id}`, answer);
    });
    const call = (method: string) => calls.call({ processId: 'odd' }, method, [], { timeoutMs: 150 });
    assert.equal(await call('twice'), 'first');
    assert.equal((await failureOf(call('broken'))).failure, 'refused');
    assert.equal((await failureOf(call('odd'))).failure, 'refused');
    assert.equal((await failureOf(call('late'))).failure, 'timeout');
    assert.equal(await admin.publish(`ipc:${asked.at(-1)}`, '[0,"late"]'), 1);
    assert.equal(await call('twice'), 'first');
    assert.equal(presence.unanswered, 0);
  });

  it('O2: answers every command in time while Redis is stopped, and works again after', async () => {
    const [caller, callee] = [await join(), await join()];
    await answering(callee.presence, 'callee');
    redis.pause();
    try {
      const { presence } = caller;
      commandsOf(callee.presence); // stock awaits few of them
      const all = [...commandsOf(presence), presence.publish('topic', 1), presence.brpop('list', 0.1)];
      const times = await Promise.all(all.map(took));
      assert.ok(Math.max(...times) < 2000, `${times}`);
      for (const one of all) assert.ok((await failureOf(one)) instanceof RedisAway);
      const called = caller.calls.call({ processId: 'callee' }, 'ask', [], { timeoutMs: 1000 });
      assert.equal((await failureOf(called)).failure, 'away');
      assert.ok((await took(presence.subscribe('more', () => {}))) < 2000);
      assert.ok((await took(presence.unsubscribe('more'))) < 2000);
    } finally {
      redis.resume();
    }
    await works(caller, 'callee');
  });

  it('O2, O3: survives a Redis that is killed and comes back empty, hearing all topics it should and no other', async () => {
    const [caller, callee] = [await join(), await join()];
    await answering(callee.presence, 'callee');
    await callee.presence.subscribe('gone', () => {});
    const heard: unknown[] = [];
    const popping = failureOf(caller.presence.brpop('list', 0));
    await until('it waits', async () => String(await admin.client('LIST')).includes('cmd=brpop'));
    await redis.kill();
    assert.ok((await popping) instanceof RedisAway);
    await until('its end is known', () => caller.connection.away() && callee.connection.away());

    assert.ok((await took(ask(caller.presence, 'callee'))) < 100, 'fails at once');
    assert.equal((await failureOf(ask(caller.presence, 'callee'))).message, 'ipc_timeout');
    for (const one of commandsOf(caller.presence)) assert.ok((await failureOf(one)) instanceof RedisAway);
    await callee.presence.subscribe('new', (message: unknown) => heard.push(message));
    await callee.presence.unsubscribe('gone');
    commandsOf(callee.presence);
    const warnings = (): string[] => lines.filter(({ level }) => level !== 'info').map(({ message }) => message);
    await until('both have said it', () => warnings().length === 2);

    await redis.restart();
    await works(caller, 'callee');
    await until('the new topic is heard', async () => (await caller.presence.channels('new')).length === 1);
    await caller.presence.publish('new', 'hello');
    await until('heard', () => heard.length === 1);
    assert.deepEqual((await caller.presence.channels('gone')).length, 0);
    assert.deepEqual(warnings(), ['Redis is away', 'Redis is away'], 'one line for each process');
  });

  it('O3: hears again when only its own connection was lost', async () => {
    const [caller, callee] = [await join(), await join()];
    await answering(callee.presence, 'callee');
    for (let times = 0; times < 3; times++) {
      await admin.client('KILL', 'TYPE', 'pubsub');
      await works(caller, 'callee');
    }
    assert.deepEqual(await ask(caller.presence, 'callee'), { method: 'ask', args: ['callee'] });
  });

  it('does with keys what Colyseus does, and says when Redis has something against it', async () => {
    const { presence } = await join();
    await admin.flushall();
    await presence.set('key', 'value');
    await presence.setex('short', 'lived', 60);
    await presence.expire('key', 60);
    assert.deepEqual([await presence.get('key'), await presence.exists('key')], ['value', true]);
    assert.ok((await admin.ttl('short')) > 0 && (await admin.ttl('key')) > 0);
    await presence.del('key');
    assert.deepEqual([await presence.get('key'), await presence.exists('key')], [null, false]);
    await presence.sadd('set', 'member');
    assert.deepEqual([await presence.smembers('set'), await presence.sismember('set', 'member')], [['member'], 1]);
    assert.deepEqual([await presence.scard('set'), await presence.sinter('set', 'set')], [1, ['member']]);
    assert.equal(await presence.srem('set', 'member'), 1);
    assert.equal(await presence.hset('hash', 'a', '1'), true);
    assert.equal(await presence.hset('hash', 'a', '2'), false);
    assert.deepEqual([await presence.hincrby('hash', 'a', 2), await presence.hincrbyex('hash', 'a', -1, 60)], [4, 3]);
    assert.ok((await admin.ttl('hash')) > 0);
    assert.deepEqual([await presence.hgetall('hash'), await presence.hlen('hash')], [{ a: '3' }, 1]);
    assert.deepEqual([await presence.hdel('hash', 'a'), await presence.hget('hash', 'a')], [true, null]);
    assert.deepEqual([await presence.incr('count'), await presence.decr('count')], [1, 0]);
    await presence.rpush('list', 'b', 'c');
    await presence.lpush('list', 'a');
    assert.deepEqual([await presence.llen('list'), await presence.lpop('list')], [3, 'a']);
    assert.deepEqual([await presence.rpop('list'), await presence.brpop('none', 'list', 1)], ['c', ['list', 'b']]);
    assert.equal(await presence.brpop('list', 0.05), null);
    await assert.rejects(presence.sadd('count', 'a'), /WRONGTYPE/);
    await assert.rejects(presence.hincrbyex('count', 'a', 1, 1), /WRONGTYPE/);
  });

  it('closes its own connection at once, and no other', async () => {
    const { presence, connection } = await join();
    presence.disconnect();
    presence.shutdown();
    assert.equal(await connection.client.ping(), 'PONG');
    assert.ok((await failureOf(ask(presence, 'anybody'))) instanceof UnheardRequest);
    await presence.subscribe('topic', () => {});
    await presence.unsubscribe('topic');
  });
});

/** Each kind of command once, none of them awaited. */
function commandsOf(presence: RedisPresence): Promise<unknown>[] {
  return [
    ...[presence.set('k', 'v'), presence.setex('k', 'v', 1), presence.expire('k', 1), presence.get('k')],
    ...[presence.del('k'), presence.exists('k'), presence.channels(), presence.incr('k'), presence.decr('k')],
    ...[presence.sadd('s', 'm'), presence.smembers('s'), presence.sismember('s', 'm'), presence.srem('s', 'm')],
    ...[presence.scard('s'), presence.sinter('s', 's'), presence.hset('h', 'f', 'v'), presence.hget('h', 'f')],
    ...[presence.hincrby('h', 'f', 1), presence.hincrbyex('h', 'f', 1, 1), presence.hgetall('h')],
    ...[presence.hdel('h', 'f'), presence.hlen('h'), presence.llen('l'), presence.rpush('l', 'v')],
    ...[presence.lpush('l', 'v'), presence.rpop('l'), presence.lpop('l')],
  ];
}
