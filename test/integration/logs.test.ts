/** The log of a real process: what a game writes to the console, and a reader who reads no more. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type Room as SdkRoom } from '@colyseus/sdk';
import { cleanEnvironment, disposedAfterwards, passive, ROOT, startServerProcess } from '../support/processes.ts';
import { until } from '../support/until.ts';

const PROGRAM = 'test/support/stray-server.ts';
const MEGABYTE = 2 ** 20;

async function join(origin: string): Promise<SdkRoom> {
  return passive(await new Client(origin).create('stray'));
}

describe('the log of a process', () => {
  const stack = disposedAfterwards();

  it('P1, P3, P4: the console of a game takes the way of the log: few of a kind, no secrets, nothing forged', async () => {
    const { origin, child } = await startServerProcess({}, [PROGRAM]);
    stack.defer(() => child.stop('SIGKILL'));
    const room = await join(origin);
    room.send('log', { words: 'Ann said token=abcdefg\n\u001b[2Jforged', times: 500 });
    assert.equal(await room.request('echo' as never, 1), 1);
    await child.stop();
    const lines = child
      .output()
      .split('\n')
      .filter((line) => line.includes('Ann said'));
    assert.equal(lines.length, 11, child.output());
    assert.match(lines.at(-1)!, / \.\.\. and 490 more/);
    for (const never of ['abcdefg', '\u001b', '\nforged']) assert.ok(!child.output().includes(never), never);
  });

  it('P2: what nobody reads is bounded, and holds up no end of a process, also one that opened nothing else', async () => {
    const program = `
      import { openStderr } from './src/observability/pino-destination.ts';
      const log = openStderr();
      const write = () => log.write('x'.repeat(999) + '\\n');
      let kept = 0;
      const fill = setInterval(() => { for (let i = 0; i < 200; i++) if (write()) kept++; }, 20);
      setTimeout(() => { clearInterval(fill); process.stdout.write(String(kept), () => process.exit(3)); }, 400);`;
    const args = ['--input-type=module', '-e', program];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    stack.defer(() => void child.kill('SIGKILL'));
    child.stderr.pause();
    let kept = '';
    child.stdout.on('data', (chunk: Buffer) => {
      kept += chunk.toString();
    });
    const code = await Promise.race([once(child, 'exit'), sleep(5000, ['it hangs'])]);
    assert.equal(code[0], 3);
    // The pipe's own buffers hold a few hundred KB.
    assert.ok(Number(kept) >= 64 && Number(kept) < 1000, `${kept} KB kept`);
  });

  it('P2: nobody reads it: the process answers as before, its memory stays, and it ends when it is told to', async () => {
    const unlimited = { HYPOGEUM_LOG_LINES_PER_KIND: '100000', HYPOGEUM_LOG_BYTES_PER_SECOND: '16777216' };
    const env = cleanEnvironment({ HYPOGEUM_PORT: '0', HYPOGEUM_HOST: '127.0.0.1', ...unlimited });
    const child = spawn(process.execPath, [PROGRAM], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    stack.defer(() => void child.kill('SIGKILL'));
    child.stderr.pause();
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const origin = await until('the server', () => /http:\S+/.exec(said)?.[0], 20_000);
    const room = await join(origin);
    const memory = () => room.request('memory' as never) as unknown as Promise<number>;
    const flood = () => room.send('log', { words: 'x'.repeat(250), times: 20_000 });
    flood();
    const before = await memory();
    flood();
    flood();
    const grown = (await memory()) - before;
    assert.ok(grown < 40 * MEGABYTE, `${(grown / MEGABYTE).toFixed(1)} MB more for another 12 MB of lines`);
    const started = performance.now();
    assert.equal(await room.request('echo' as never, 'soon'), 'soon');
    assert.ok(performance.now() - started < 1000);
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
    assert.ok(performance.now() - started < 5000, 'within the drain time');
  });
});
