/** What calls do, whatever carries them: one process's memory, or Redis between two. */
import assert from 'node:assert/strict';
import { LocalPresence, type Presence, subscribeIPC } from '@colyseus/core';
import { setLogger } from '@colyseus/core/Logger';
import { silentLogger } from '../../src/kernel/ports.ts';
import { type CallError, Calls, type CallTransport, localTransport } from '../../src/matchmaking/calls.ts';
import { RedisPresence } from '../../src/matchmaking/redis-presence.ts';
import { nodeTimers } from '../../src/matchmaking/timers.ts';
import { createCounters } from '../../src/observability/counters.ts';
import { connectRedis } from '../../src/redis/redis-connection.ts';
import { startRedis } from '../support/redis.ts';

interface Carrier {
  readonly transport: CallTransport;
  /** Where the callee listens. */
  readonly callee: Presence;
  stop(): Promise<void>;
}

const CARRIERS: Record<string, () => Promise<Carrier>> = {
  async memory() {
    const callee = new LocalPresence();
    return { transport: localTransport(callee), callee, stop: async () => {} };
  },
  async Redis() {
    const redis = await startRedis();
    const connections = await Promise.all(
      [1, 2].map(() => connectRedis({ url: redis.url, startTimeoutMs: 5000 }, silentLogger)),
    );
    const [transport, callee] = connections.map(({ client }) => new RedisPresence(client, { logger: silentLogger }));
    await Promise.all([transport!.start(), callee!.start()]);
    const stop = async (): Promise<void> => {
      transport!.disconnect();
      callee!.disconnect();
      for (const connection of connections) await connection.stop();
      await redis.stop();
    };
    return { transport: transport!, callee: callee!, stop };
  },
};

for (const [name, start] of Object.entries(CARRIERS)) {
  describe(`calls through ${name}`, () => {
    let carrier: Carrier;
    const meter = createCounters();
    const to = { processId: 'callee' };
    const call = (method: string, args?: unknown[], timeoutMs = 1000) =>
      new Calls({ transport: carrier.transport, timers: nodeTimers, logger: silentLogger, meter }).call(
        { ...to, roomId: 'room' },
        method,
        args,
        { timeoutMs },
      );
    const refusal = (method: string): Promise<CallError> =>
      call(method, []).then(
        () => assert.fail('it succeeded'),
        (error) => error,
      );

    before(async () => {
      setLogger({ ...silentLogger, trace() {} }); // it logs what callees throw
      carrier = await start();
      await subscribeIPC(carrier.callee, '$room', (method, args) => {
        if (method === 'never') return new Promise(() => {});
        if (method === 'refuse') throw Object.assign(new Error('not you'), { code: 525 });
        if (method === 'reject') return Promise.reject(new Error('not now'));
        return method === 'later' ? Promise.resolve({ got: args }) : { got: args ?? 'no arguments' };
      });
    });
    after(async () => {
      setLogger(console);
      await carrier.stop();
    });

    it('are answered, at once or by a promise, what is told being JSON', async () => {
      const args = [1, 'zwei', { nested: [true, null], gone: undefined }, undefined];
      const expected = { got: [1, 'zwei', { nested: [true, null] }, null] };
      assert.deepEqual(await call('now', args), expected);
      assert.deepEqual(await call('later', args), expected);
      assert.deepEqual(await call('property'), { got: 'no arguments' });
    });

    it('share nothing with the callee', async () => {
      const given = { list: [1] };
      const answer = (await call('now', [given])) as { got: [{ list: number[] }] };
      answer.got[0].list.push(2);
      assert.deepEqual(given, { list: [1] });
    });

    it('many at once: each gets its own answer', async () => {
      const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => call(i % 2 ? 'now' : 'later', [i])));
      assert.deepEqual(
        answers.map((answer) => (answer as { got: number[] }).got[0]),
        Array.from({ length: 200 }, (_, i) => i),
      );
    });

    it("fail with the callee's own error", async () => {
      const thrown = await refusal('refuse');
      assert.deepEqual([thrown.failure, thrown.message, thrown.code], ['refused', 'not you', 525]);
      const rejected = await refusal('reject');
      assert.deepEqual([rejected.failure, rejected.message], ['refused', 'not now']);
    });

    it('C2: fail at once when nobody listens, and as a timeout when somebody does who does not answer', async () => {
      const calls = new Calls({ transport: carrier.transport, timers: nodeTimers, logger: silentLogger, meter });
      const startedAt = performance.now();
      const nobody = calls.call({ processId: 'nobody' }, 'healthcheck', [], { timeoutMs: 10_000 });
      await assert.rejects(nobody, { failure: 'dead' });
      assert.ok(performance.now() - startedAt < 2000);
      await assert.rejects(call('never', [], 100), { failure: 'timeout' });
    });
  });
}
