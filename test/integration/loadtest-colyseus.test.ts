/** The arena bot under the @colyseus/loadtest CLI, which by itself ends with code 0 whatever failed. */
import assert from 'node:assert/strict';
import { Room } from '@colyseus/core';
import { type Child, startChild } from '../../deploy/child.ts';
import { ArenaInput, ArenaState } from '../../rooms/arena/state.ts';
import { cleanEnvironment, disposedAfterwards, ROOT } from '../support/processes.ts';
import { startTestServer } from '../support/server.ts';

/** The first room has two seats; there is no second. */
class FullRoom extends Room<{ state: ArenaState; input: ArenaInput }> {
  static made = 0;
  override maxClients = 2;
  override state = new ArenaState();
  override inputs = this.defineInput(ArenaInput);

  override onCreate(): void {
    if (FullRoom.made++ > 0) throw new Error('no room for another room');
  }
}

describe('npm run loadtest:colyseus', function () {
  this.timeout(40_000);
  const stack = disposedAfterwards();

  async function run(...args: string[]): Promise<{ ended: string; child: Child }> {
    const child = await startChild({
      name: 'loadtest:colyseus',
      command: process.execPath,
      args: ['loadtest/colyseus-cli.ts', ...args],
      cwd: ROOT,
      env: cleanEnvironment(),
    });
    stack.defer(() => child.stop('SIGKILL'));
    return { ended: await child.exited, child };
  }

  it('adds its shards up, and ends with code 0 when everybody played', async () => {
    const { ended, child } = await run('--room', 'arena', '--numClients', '5', '--shards', '2', '--seconds', '0.5');
    assert.equal(ended, 'exit code 0', child.output());
    assert.match(child.output(), /1 +3 +3 +0 +0\n +2 +2 +2 +0 +0\n +all +5 +5 +0 +0/);
  });

  it('fails when the room does not exist', async () => {
    const server = await startTestServer({ rooms: () => {} });
    stack.defer(() => server.stop());
    const { ended, child } = await run(
      '--room',
      'nowhere',
      '--numClients',
      '3',
      '--seconds',
      '0',
      '--endpoint',
      server.url,
    );
    assert.equal(ended, 'exit code 1', child.output());
    assert.match(child.output(), /all +3 +0 +3 +0/);
    await server.stop();
  });

  it('fails when some find the server full', async () => {
    const server = await startTestServer({ rooms: (define) => void define('full', FullRoom) });
    stack.defer(() => server.stop());
    const { ended, child } = await run(
      '--room',
      'full',
      '--numClients',
      '4',
      '--seconds',
      '0',
      '--endpoint',
      server.url,
    );
    assert.equal(ended, 'exit code 1', child.output());
    assert.match(child.output(), /all +4 +2 +2/);
    await server.stop();
  });

  it('fails when there is no server', async () => {
    const nobody = 'ws://127.0.0.1:1';
    const { ended, child } = await run('--numClients', '2', '--seconds', '0', '--endpoint', nobody);
    assert.equal(ended, 'exit code 1', child.output());
  });
});
