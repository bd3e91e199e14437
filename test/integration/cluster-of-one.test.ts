/** The plain case: one process, nothing beside it, from its start to a stop signal. */
import assert from 'node:assert/strict';
import { Client } from '@colyseus/sdk';
import { WebSocket } from 'ws';
import type { ArenaState } from '../../rooms/arena/state.ts';
import { disposedAfterwards, passive, type ServerProcess, startServerProcess, waitFor } from '../support/processes.ts';

const DRAIN_MS = 2000;

describe('a single process without Redis', () => {
  const stack = disposedAfterwards();

  async function start(): Promise<ServerProcess> {
    const server = await startServerProcess({ HYPOGEUM_DRAIN_TIMEOUT_MS: String(DRAIN_MS), HYPOGEUM_ARENA_FILL: '2' });
    stack.defer(() => server.child.stop('SIGKILL'));
    return server;
  }

  it('says one line when it is ready and nothing else', async () => {
    const { child, port } = await start();
    assert.equal(child.output(), `Hypogeum is ready: http://localhost:${port}\n`);
  });

  it('serves the page, is alive and ready, and a match runs', async () => {
    const { origin } = await start();
    const page = await fetch(origin);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<title>.*Hypogeum/i);
    assert.equal(await (await fetch(`${origin}/healthz`)).text(), '{"alive":true}');
    assert.equal(await (await fetch(`${origin}/readyz`)).text(), '{"ready":true}');
    const room = passive(await new Client(origin).joinOrCreate<ArenaState>('arena'));
    stack.defer(() => room.connection.close());
    await waitFor('the own player is there', () => room.state.players?.has(room.sessionId), { timeoutMs: 5000 });
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`at ${signal} sends its players back to try again and is gone in time, with code 0`, async () => {
      const { origin, child } = await start();
      const room = passive(await new Client(origin).joinOrCreate('arena'));
      const dropped = new Promise<number>((resolve) => room.onDrop((code) => resolve(code)));
      const began = performance.now();
      child.signal(signal);
      assert.equal(await dropped, 4010);
      assert.equal(await child.exited, 'exit code 0');
      assert.ok(performance.now() - began < DRAIN_MS);
    });
  }

  /** A player whose line stays up, but who reads nothing from it any more: it holds a stop up as long as may be. */
  async function joinDeaf(origin: string): Promise<void> {
    const response = await fetch(`${origin}/matchmake/create/arena`, { method: 'POST', body: '{}' });
    const { processId, roomId, sessionId } = (await response.json()) as Record<string, string>;
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/${processId}/${roomId}?sessionId=${sessionId}`);
    stack.defer(() => socket.terminate());
    await new Promise((resolve) => socket.once('message', resolve));
    socket.pause();
  }

  it('is gone in time though a player does not answer the goodbye', async () => {
    const { origin, child } = await start();
    await joinDeaf(origin);
    const began = performance.now();
    child.signal('SIGTERM');
    assert.equal(await child.exited, 'exit code 0');
    assert.ok(performance.now() - began < DRAIN_MS);
  });

  it('takes a signal that comes twice, as npm passes a Ctrl+C on, for one', async () => {
    const { origin, child } = await start();
    await joinDeaf(origin);
    child.signal('SIGINT');
    await waitFor('it is stopping', () => child.output().includes('stopping'), { timeoutMs: 5000, everyMs: 5 });
    child.signal('SIGINT');
    assert.equal(await child.exited, 'exit code 0');
  });

  it('says the address it listens at when that is not the whole machine', async () => {
    const { child, port } = await startServerProcess({ HYPOGEUM_HOST: '127.0.0.2' });
    stack.defer(() => child.stop('SIGKILL'));
    assert.equal(child.output(), `Hypogeum is ready: http://127.0.0.2:${port}\n`);
    assert.equal((await fetch(`http://127.0.0.2:${port}/readyz`)).status, 200);
  });
});
