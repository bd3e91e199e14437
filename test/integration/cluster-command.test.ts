/** `npm run cluster` as a person gives it: what it starts, what it says, and that nothing of it stays. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { Client } from '@colyseus/sdk';
import { type Child, startChild } from '../../deploy/child.ts';
import { findFreePorts, portProblem } from '../../deploy/ports.ts';
import type { ArenaState } from '../../rooms/arena/state.ts';
import {
  cleanEnvironment,
  disposedAfterwards,
  isGone,
  passive,
  ROOT,
  type Settings,
  temporaryDirectory,
  waitFor,
} from '../support/processes.ts';

const SLOW = { timeoutMs: 40_000 };

describe('npm run cluster', function () {
  this.timeout(60_000);
  const stack = disposedAfterwards();

  async function runCluster(args: readonly string[], settings: Settings = {}): Promise<Child> {
    const child = await startChild({
      name: 'npm run cluster',
      command: 'npm',
      args: ['run', 'cluster', '--', '--host', '127.0.0.1', ...args],
      cwd: ROOT,
      env: cleanEnvironment(settings),
      lastSignal: 'SIGINT',
    });
    stack.defer(() => child.stop('SIGINT', 20_000));
    return child;
  }

  const said = (child: Child, what: RegExp) =>
    waitFor(`it says ${what}`, () => what.exec(child.output()) ?? (child.running() ? undefined : ended(child)), {
      ...SLOW,
      detail: child.output,
    });
  const ended = (child: Child): never => assert.fail(`it ended\n${child.output()}`);

  it('starts all of it, is played on at one address, and at Ctrl+C takes all of it away', async () => {
    const port = await findFreePorts(3);
    // What a person may have set for a single server does not lead the processes away from the loopback.
    const settings = { HYPOGEUM_ARENA_FILL: '2', HYPOGEUM_HOST: '127.0.0.2' };
    const child = await runCluster(['--processes', '2', '--port', String(port)], settings);
    await said(child, new RegExp(`^Hypogeum is ready: http://localhost:${port}\\b`, 'm'));
    const directory = directoryIn(child.output());
    const redisPort = Number(/Redis at redis:\/\/127\.0\.0\.1:(\d+)/.exec(child.output())?.[1]);

    const page = await fetch(`http://127.0.0.1:${port}/`);
    assert.deepEqual([page.status, page.headers.get('content-type')?.split(';')[0]], [200, 'text/html']);
    const room = passive(await new Client(`http://127.0.0.1:${port}`).joinOrCreate<ArenaState>('arena'));
    const left = new Promise((resolve) => room.onDrop(resolve));
    await waitFor('the match runs', () => room.state.players?.has(room.sessionId), SLOW);

    const pids = processesOf(child, directory);
    assert.ok(pids.length >= 6, `a Redis, a PM2, two servers, nginx and we: ${pids.length}`);
    // As a terminal does it: to all that run in the foreground.
    process.kill(-child.pid, 'SIGINT');
    assert.equal(await left, 4010);
    await child.exited;
    assert.match(child.output(), /^Stopped$/m);

    for (const pid of pids) await waitFor(`process ${pid} is gone`, () => isGone(pid), { timeoutMs: 5000 });
    for (const each of [port, port + 1, port + 2, redisPort])
      assert.equal(await portProblem(each, '127.0.0.1'), undefined);
    assert.equal(readdirSync(tmpdir()).includes(basename(directory)), false, 'its directory is gone');
  });

  for (const by of ['a signal', 'Ctrl+C'] as const) {
    it(`stopped by ${by} while PM2 starts takes away what there is of it`, async () => {
      const temporary = stack.use(await temporaryDirectory('interrupted')).path;
      const pids = () => pidsWith(`TMPDIR=${temporary}`);
      stack.defer(() => pids().forEach((pid) => void process.kill(pid, 'SIGKILL')));
      const port = await findFreePorts(3);
      const child = await runCluster(['--processes', '2', '--port', String(port)], { TMPDIR: temporary });
      const find = (what: string) => pids().find((pid) => commandOf(pid).includes(what));
      await waitFor('PM2 to begin', () => find('pm2/lib/Daemon.js') ?? find('God Daemon'), { ...SLOW, everyMs: 5 });
      if (by === 'a signal') process.kill(find('deploy/cluster.ts\0')!, 'SIGTERM');
      else process.kill(-child.pid, 'SIGINT');
      await child.exited;
      const left = () => pids().map(commandOf).join('\n');
      await waitFor('nothing to be left', () => left() === '', { timeoutMs: 5000, detail: left });
      assert.equal(readdirSync(temporary).filter((name) => name.startsWith('hypogeum-')).length, 0);
    });
  }

  it('says which port is taken, and ends with code 1', async () => {
    const port = await findFreePorts(3);
    const other = createServer().listen(port + 1, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    try {
      const child = await runCluster(['--processes', '2', '--port', String(port)]);
      assert.equal(await child.exited, 'exit code 1');
      assert.match(child.output(), new RegExp(`^port ${port + 1} is taken by another program$`, 'm'));
    } finally {
      other.close();
    }
  });

  it('says what it does not understand, and ends with code 1', async () => {
    const child = await runCluster(['--processes', 'many']);
    assert.equal(await child.exited, 'exit code 1');
    assert.match(child.output(), /--processes must be a whole number, 1 to 64, got "many"/);
  });

  it('names the process that cannot start and what it said, stops the rest, and ends with code 1', async () => {
    const port = await findFreePorts(3);
    const settings = { HYPOGEUM_ARENA_FILL: 'lots' };
    const child = await runCluster(['--processes', '2', '--port', String(port)], settings);
    assert.equal(await child.exited, 'exit code 1');
    assert.match(child.output(), new RegExp(`process 0 \\(port ${port + 1}\\) did not start: away`));
    assert.match(child.output(), /HYPOGEUM_ARENA_FILL must be/);
    const redisPort = Number(/Redis at redis:\/\/127\.0\.0\.1:(\d+)/.exec(child.output())?.[1]);
    assert.equal(await portProblem(redisPort, '127.0.0.1'), undefined, 'its Redis is gone');
  });

  it('ends with code 1 and says so when a part is lost, and stops the rest', async () => {
    const port = await findFreePorts(2);
    const child = await runCluster(['--processes', '1', '--port', String(port)], { HYPOGEUM_DRAIN_TIMEOUT_MS: '1000' });
    await said(child, /^Hypogeum is ready/m);
    const directory = directoryIn(child.output());
    const pids = processesOf(child, directory);
    const redis = pids.find((pid) => commandOf(pid).includes('redis-server'));
    assert.ok(redis);
    process.kill(redis, 'SIGKILL');
    assert.equal(await child.exited, 'exit code 1');
    assert.match(child.output(), /^Redis ended by itself \(signal SIGKILL\)$/m);
    for (const pid of pids) await waitFor(`process ${pid} is gone`, () => isGone(pid), { timeoutMs: 5000 });
  });
});

function directoryIn(output: string): string {
  const directory = /logs in (\S+)\/pm2\/logs/.exec(output)?.[1];
  assert.ok(directory, output);
  return directory;
}

/** Ids of all processes that belong to a cluster: what npm started, their children, and what PM2 took over. */
function processesOf(child: Child, directory: string): number[] {
  const all = readdirSync('/proc').map(Number).filter(Number.isInteger);
  const family = new Set([child.pid, ...all.filter((pid) => environmentOf(pid).includes(`PM2_HOME=${directory}/pm2`))]);
  for (let grown = 0; grown < family.size; ) {
    grown = family.size;
    for (const pid of all) if (family.has(parentOf(pid))) family.add(pid);
  }
  return [...family].filter((pid) => !isGone(pid));
}

function pidsWith(setting: string): number[] {
  const all = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return all.filter((pid) => environmentOf(pid).split('\0').includes(setting) && !isGone(pid));
}

function parentOf(pid: number): number {
  const stat = proc(pid, 'stat');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

const commandOf = (pid: number): string => proc(pid, 'cmdline');
const environmentOf = (pid: number): string => proc(pid, 'environ');

function proc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
