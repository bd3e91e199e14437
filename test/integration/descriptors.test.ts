/** A real process that may open few files, and a crowd that takes them all. */
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { startChild } from '../../deploy/child.ts';
import { cleanEnvironment, disposedAfterwards, ROOT } from '../support/processes.ts';
import { until } from '../support/until.ts';

const MAX_DESCRIPTORS = 90;

describe('a process without file descriptors', () => {
  const stack = disposedAfterwards();

  it('P12: makes no rooms, goes on, and is well again when the crowd has gone', async () => {
    const env = cleanEnvironment({ HYPOGEUM_PORT: '0', HYPOGEUM_HOST: '127.0.0.1' });
    const program = `ulimit -n ${MAX_DESCRIPTORS}; exec '${process.execPath}' test/support/stray-server.ts`;
    const child = await startChild({ name: 'sh', command: 'sh', args: ['-c', program], cwd: ROOT, env });
    stack.defer(() => child.stop('SIGKILL'));
    const origin = await until('the server', () => /http:\S+/.exec(child.output())?.[0], 20_000);
    const crowd = Array.from({ length: MAX_DESCRIPTORS + 10 }, () => connectTo(Number(new URL(origin).port)));
    await until('it to notice', () => /"reason":"descriptors".*no rooms are made here now/.test(child.output()));
    for (const socket of crowd) socket.destroy();
    await until('it to be over', () => child.output().includes('rooms can be made here again'));
    assert.equal((await fetch(`${origin}/readyz`)).status, 200);
    assert.doesNotMatch(child.output(), /stray/);
  });
});

function connectTo(port: number): Socket {
  return connect(port, '127.0.0.1').on('error', () => {});
}
