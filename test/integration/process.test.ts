/** What the process itself promises: how it starts, refuses to start, and survives what ends a stock server. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@colyseus/sdk';
import { startChild } from '../../deploy/child.ts';
import { ERRORS } from '../../src/kernel/errors.ts';
import {
  cleanEnvironment,
  disposedAfterwards,
  passive,
  ROOT,
  type ServerProcess,
  startServerProcess,
} from '../support/processes.ts';
import { matchmake, RawClient, roomData } from '../support/raw-client.ts';
import { lines, rawRequest, upgradeLines } from '../support/raw-http.ts';
import { startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

/** Of a thread's `stat`, counted from the field behind its name (proc(5), field 19). */
const NICENESS = 16;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(env: Record<string, string>, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: ROOT, env: cleanEnvironment(env), timeout: 25_000 };
    const child = execFile(process.execPath, ['src/main.ts', ...args], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

describe('the process', () => {
  const stack = disposedAfterwards();
  async function start(env: Record<string, string> = {}): Promise<ServerProcess> {
    const server = await startServerProcess(env);
    stack.defer(() => server.child.stop('SIGKILL'));
    return server;
  }

  it('shows its settings with --help', async () => {
    const { code, stdout, stderr } = await run({}, '--help');
    assert.equal(code, 0);
    assert.match(stdout, /HYPOGEUM_PORT +2567 +0 to 65535/);
    assert.equal(stderr, '');
  });

  it('ends with code 1 and every mistake when settings are wrong', async () => {
    const { code, stderr } = await run({ HYPOGEUM_PORT: 'x', HYPOGEUM_PROT: '1', HYPOGEUM_LOG_LEVEL: 'loud' });
    assert.equal(code, 1);
    assert.equal(stderr.trim().split('\n').length, 3);
    assert.doesNotMatch(stderr, /\n\s+at /);
  });

  it('ends with code 1 and says so when its port is taken', async () => {
    const { port } = await start();
    const { code, stderr } = await run({ HYPOGEUM_PORT: String(port), HYPOGEUM_HOST: '127.0.0.1' });
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`could not start: .*EADDRINUSE.*${port}`));
  });

  it('ends with code 1 and says so when Redis cannot be reached, without the password', async () => {
    const { code, stderr } = await run({ REDIS_URL: 'redis://:secret@127.0.0.1:1', HYPOGEUM_PORT: '0' });
    assert.equal(code, 1);
    assert.match(stderr, /could not start: Redis at redis:\/\/127\.0\.0\.1:1 cannot be reached/);
    assert.doesNotMatch(stderr, /secret/);
  });

  it('restarts on a change with npm run dev', async () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { dev: string } };
    const [, ...args] = scripts.dev.split(' ');
    const env = cleanEnvironment({ HYPOGEUM_PORT: '0', HYPOGEUM_HOST: '127.0.0.1' });
    const child = await startChild({ name: 'dev', command: process.execPath, args, cwd: ROOT, env });
    stack.defer(() => child.stop());
    const starts = () => child.output().split('Hypogeum is ready').length - 1;
    await until('the first start', () => starts() === 1, 20_000);
    utimesSync(join(ROOT, 'clients/web/style.css'), new Date(), new Date());
    await until('the second', () => starts() === 2, 20_000);
  });

  // Elsewhere threads have no priorities of their own.
  if (process.platform === 'linux') {
    it('leaves the core to the rooms: threads that collect garbage have a lower priority than they', async () => {
      const { child } = await start();
      const threads = `/proc/${child.pid}/task`;
      const nicenessOf = (id: string): number =>
        Number(readFileSync(`${threads}/${id}/stat`, 'utf8').split(') ')[1]!.split(' ')[NICENESS]);
      const isHelper = (id: string): boolean => readFileSync(`${threads}/${id}/comm`, 'utf8') === 'V8Worker\n';
      const helpers = readdirSync(threads).filter(isHelper);
      assert.ok(helpers.length > 0, 'V8 has threads of its own, by that name');
      const main = nicenessOf(String(child.pid));
      assert.deepEqual([...new Set(helpers.map(nicenessOf))], [main + 10]);
    });
  }

  it('survives each request and frame that ends a stock server', async () => {
    const { origin, port, child } = await start();
    const match = passive(await new Client(origin).joinOrCreate('arena'));
    stack.defer(() => match.connection.close());
    for (const target of ['*:99999', 'http://[']) await rawRequest(port, upgradeLines(target));
    await rawRequest(port, lines('TRACE /', 'Host: x'));
    await rawRequest(port, lines('GET /', 'Host: ['));
    await rawRequest(port, lines('POST /matchmake/create/arena', 'Host: [', 'Content-Length: 0'));
    const hostile = await RawClient.join(origin, match.roomId, {}, 'joinById');
    for (let i = 0; i < 200; i++) hostile.send(roomData('x'.repeat(87)));
    assert.equal((await hostile.whenClosed()).code, ERRORS.TOO_MANY_FRAMES.code);
    const patches = count(match);
    await until('the match to go on', () => patches() > 10);
    assert.ok(child.running());
    assert.doesNotMatch(child.output(), /\n\s+at .*\n\s+at /, 'and no stack is printed for what others send');
  });

  it('survives players who leave while Redis is down, and their match goes on', async () => {
    const redis = await startRedis();
    stack.use(redis);
    const { origin, child } = await start({ REDIS_URL: redis.url });
    const stays = passive(await new Client(origin).joinOrCreate('arena'));
    stack.defer(() => stays.connection.close());
    const leaves = await RawClient.join(origin, stays.roomId, {}, 'joinById');
    await redis.kill();
    await until('the server to notice', async () => (await fetch(`${origin}/readyz`)).status === 503);
    leaves.close();
    const refused = await matchmake(origin, 'joinOrCreate', 'arena');
    assert.deepEqual([refused.status, refused.body.code, refused.body.retryable], [503, ERRORS.STORE_AWAY.code, true]);
    const patches = count(stays);
    await until('the match to go on', () => patches() > 60);
    assert.ok(child.running());
    assert.deepEqual(
      await (await fetch(`${origin}/readyz`)).json().then((body) => (body as { ready: boolean }).ready),
      false,
    );
    await redis.restart();
    await until('it to be ready again', async () => (await fetch(`${origin}/readyz`)).status === 200);
  });
});

/** Patches that came since. */
function count(room: { onStateChange: (callback: () => void) => unknown }): () => number {
  let patches = 0;
  room.onStateChange(() => {
    patches++;
  });
  return () => patches;
}
