import assert from 'node:assert/strict';
import type { Presence } from '@colyseus/core';
import { type Answer, ERROR, type Request, SUCCESS } from '../../src/matchmaking/calls.ts';
import { answerCalls, type Handler } from '../../src/matchmaking/colyseus-callee.ts';
import { settled } from '../support/stepped-time.ts';

/** Answers calls with these, over a presence that keeps what it is given to publish. */
async function setUp(handlers: Readonly<Record<string, Handler>>, fail?: Error) {
  const published: [string, Answer][] = [];
  let heard: ((request: Request) => void) | undefined;
  const presence = {
    async subscribe(_channel: string, listener: (request: Request) => void) {
      heard = listener;
    },
    async publish(channel: string, answer: Answer) {
      if (fail !== undefined) throw fail;
      published.push([channel, answer]);
    },
  };
  await answerCalls(presence as unknown as Presence, 'me', handlers);
  return { published, ask: (method: string) => heard!([method, `id-${method}`, [1]]) };
}

describe('the callee of calls', () => {
  it("answers with the value, or with the error's code and message; also where there is no such method", async () => {
    const { published, ask } = await setUp({
      get: async (given) => ({ given }),
      refuse: () => Promise.reject(Object.assign(new Error('no'), { code: 525 })),
      throwNothing: () => Promise.reject(undefined),
    });
    for (const method of ['get', 'refuse', 'throwNothing', 'toString']) ask(method);
    await settled();
    const told = new Map(published);
    assert.deepEqual(told.get('ipc:id-get'), [SUCCESS, { given: 1 }]);
    assert.deepEqual(told.get('ipc:id-refuse'), [ERROR, JSON.stringify({ code: 525, message: 'no' })]);
    assert.equal(told.get('ipc:id-throwNothing')![0], ERROR);
    assert.deepEqual(told.get('ipc:id-toString'), [ERROR, JSON.stringify({ message: 'no such method' })]);
  });

  it('O3: an answer that cannot be sent, because Redis went meanwhile, is no stray rejection', async () => {
    const strays: unknown[] = [];
    const onStray = (reason: unknown): void => void strays.push(reason);
    process.on('unhandledRejection', onStray);
    const { ask } = await setUp({ get: async () => 1 }, new Error('away'));
    ask('get');
    await settled();
    await settled();
    process.off('unhandledRejection', onStray);
    assert.deepEqual(strays, []);
  });
});
