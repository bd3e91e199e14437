/** What becomes of exceptions that nobody caught, in real processes, with and without packages that handle them too. */
import assert from 'node:assert/strict';
import { Client } from '@colyseus/sdk';
import { CloseCodes } from '../../src/kernel/errors.ts';
import { disposedAfterwards, passive, type ServerProcess, startServerProcess } from '../support/processes.ts';
import { until } from '../support/until.ts';

const STORM_LIMIT = 20;
/** Of one message to the room. */
const STRAYS_A_MESSAGE = 5;

describe('exceptions that nobody caught', () => {
  const stack = disposedAfterwards();

  async function start(...args: string[]): Promise<ServerProcess> {
    const settings = {
      HYPOGEUM_MAX_STRAY_EXCEPTIONS: String(STORM_LIMIT),
      HYPOGEUM_DRAIN_TIMEOUT_MS: '2000',
      STORM: String(STORM_LIMIT + 1),
    };
    const server = await startServerProcess(settings, ['test/support/stray-server.ts', ...args]);
    stack.defer(() => server.child.stop('SIGKILL'));
    return server;
  }

  for (const packages of [[], ['packages']]) {
    const installed = packages.length > 0 ? '@pm2/io and others are' : 'nothing is';
    it(`P6, P9: ${installed} installed: those of rooms end nobody; a storm of the process itself drains it`, async () => {
      const { origin, child } = await start(...packages);
      const client = new Client(origin);
      const bystander = passive(await client.create<{ ticks: number }>('stray'));
      const room = passive(await client.create('stray'));
      room.send('stray', { words: 'Ann\n\u001b[2Jforged', times: 3 * STORM_LIMIT });
      assert.equal(await room.request('echo' as never, 'still here'), 'still here');
      const ticks = await until('a state', () => bystander.state.ticks);
      await until('the other room to go on', () => bystander.state.ticks > ticks + 10);
      assert.equal((await fetch(`${origin}/readyz`)).status, 200);
      const strays = child
        .output()
        .split('\n')
        .filter((line) => line.includes('"msg":"stray"'));
      assert.ok(strays.length >= 1 && strays.length <= STRAYS_A_MESSAGE, child.output());
      assert.ok(strays.every((line) => line.includes('"room":"stray"')));
      assert.ok(!child.output().includes('\u001b'));
      assert.doesNotMatch(child.output(), /^(forged|Error|\s+at )/m);

      const closed = new Promise<number>((resolve) => bystander.onLeave(resolve));
      child.signal('SIGHUP');
      assert.equal(await closed, CloseCodes.mayTryReconnect);
      assert.equal(await child.exited, 'exit code 1');
      assert.match(child.output(), /a storm of exceptions.*this process is unsound/);
    });
  }
});
