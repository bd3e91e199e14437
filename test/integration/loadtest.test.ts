/** The load tests and benches as a person runs them: as processes, judged by exit code, output and JSON. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@colyseus/sdk';
import { type Child, startChild } from '../../deploy/child.ts';
import type { ArenaState } from '../../rooms/arena/state.ts';
import {
  cleanEnvironment,
  disposedAfterwards,
  isGone,
  ROOT,
  startServerProcess,
  temporaryDirectory,
  waitFor,
} from '../support/processes.ts';

const TIMEOUT = { timeoutMs: 20_000 };

describe('npm run loadtest', function () {
  this.timeout(40_000);
  const stack = disposedAfterwards();
  let folder: string;
  before(async () => {
    folder = stack.use(await temporaryDirectory('loadtest')).path;
  });

  /** Runs a script to its end, or until the describe block is done. */
  async function start(script: string, ...args: string[]): Promise<Child> {
    const options = { name: script, command: process.execPath, args: [script, ...args], cwd: ROOT };
    const child = await startChild({ ...options, env: cleanEnvironment() });
    stack.defer(() => child.stop('SIGKILL'));
    return child;
  }

  const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'));

  it('plays against a server of its own, and says so in JSON', async () => {
    const json = join(folder, 'good.json');
    const args = ['--bots', '12', '--seconds', '1.5', '--processes', '2', '--json', json];
    const child = await start('loadtest/main.ts', ...args);
    assert.equal(await child.exited, 'exit code 0', child.output());

    const { name, options, figures, checks } = read(json);
    assert.equal(name, 'loadtest');
    assert.deepEqual([options.bots, options.room, options.processes], [12, 'arena', 2]);
    assert.deepEqual(figures.joins, { ok: 12, failed: 0, reasons: {} });
    assert.deepEqual(figures.drops, { count: 0, closeCodes: {} });
    assert.ok(figures.seconds >= 1.4, `measured for ${figures.seconds} s`);
    assert.ok(figures.patches.perBotPerSecond > 20, `${figures.patches.perBotPerSecond} patches a second`);
    assert.ok(figures.inputs.sent > 12 * 25 && figures.inputs.acknowledged > 12 * 25, JSON.stringify(figures.inputs));
    for (const durations of [figures.patchIntervalMs, figures.roundTripMs, figures.bots.sendDelayMs]) {
      const { p50, p99, max } = durations;
      assert.ok(0 < p50 && p50 <= p99 && p99 <= max, JSON.stringify(durations));
    }
    assert.ok(figures.bytesPerSecond.inPerBot > 1000 && figures.bytesPerSecond.outPerBot > 30);
    assert.ok(figures.server.cpu > 0 && figures.server.memoryMb > 10, JSON.stringify(figures.server));
    assert.equal(figures.bots.processes, 2);
    const ids = checks.map(({ id }: { id: string }) => id);
    assert.deepEqual(ids, ['failed-joins', 'drops', 'patch-interval-p99']);
    for (const check of checks) assert.deepEqual(Object.keys(check), ['id', 'asked', 'measured', 'ok']);
    assert.match(child.output(), /12 ok, 0 failed/);
    assert.ok(!child.output().includes('\r'), 'no progress line in a pipe');
  });

  it('reports the drops, and fails, when the server dies in the middle', async () => {
    const server = await startServerProcess({ HYPOGEUM_ARENA_FILL: '0' });
    stack.defer(() => server.child.stop('SIGKILL'));
    const json = join(folder, 'killed.json');
    const watcher = await new Client(server.origin).joinOrCreate<ArenaState>('arena', { name: 'watcher' });
    watcher.reconnection.enabled = false;
    watcher.onMessage('*', () => {});
    const args = ['--bots', '6', '--seconds', '60', '--rate', '100', '--endpoint', server.origin, '--json', json];
    const child = await start('loadtest/main.ts', ...args);

    const shooting = () => [...(watcher.state.players?.values() ?? [])].filter((player) => player.shots > 0).length;
    const playing = () => watcher.state.players?.size === 7 && shooting() > 0;
    await waitFor('all bots are there, and some shot', playing, TIMEOUT);
    await server.child.stop('SIGKILL');
    assert.equal(await child.exited, 'exit code 1', child.output());

    const { figures, checks } = read(json);
    assert.equal(figures.joins.ok, 6);
    assert.deepEqual(figures.drops, { count: 6, closeCodes: { 1006: 6 } });
    assert.equal(checks.find(({ id }: { id: string }) => id === 'drops').ok, false);
  });

  it('counts failed joins by reason, and fails', async () => {
    const json = join(folder, 'nobody.json');
    const child = await start('loadtest/main.ts', '--room', 'nowhere', '--bots', '2', '--seconds', '1', '--json', json);
    assert.equal(await child.exited, 'exit code 1', child.output());
    const { joins } = read(json).figures;
    assert.deepEqual([joins.ok, joins.failed], [0, 2]);
    const [[reason, count]] = Object.entries(joins.reasons) as [[string, number]];
    assert.match(reason, /^520: /);
    assert.equal(count, 2);
  });

  it('stops what it started when it is interrupted', async () => {
    const child = await start('loadtest/main.ts', '--bots', '2', '--seconds', '60');
    const children = await waitFor('a server and a bot process run', () => childrenOf(child.pid, 2), TIMEOUT);
    child.signal('SIGINT');
    assert.equal(await child.exited, 'exit code 130', child.output());
    await waitFor(`processes ${children} are gone`, () => children.every(isGone), TIMEOUT);
  });

  it('refuses wrong arguments with code 2, before anything is started', async () => {
    const wrong = [
      ['loadtest/main.ts', '--bots', 'many'],
      ['loadtest/colyseus-cli.ts', '--numClients', '1', '--shards', '2'],
      ['loadtest/bench/main.ts', 'tick', '--rounds', '0'],
      ['loadtest/bench/main.ts', 'speed'],
    ] as const;
    const complaint =
      /--bots must be|--shards must not|--rounds must be|no bench "speed"; there are: fanout, matchmaking, page, replication, tick/;
    const refuses = async ([script, ...args]: (typeof wrong)[number]): Promise<void> => {
      const child = await start(script, ...args);
      assert.equal(await child.exited, 'exit code 2', child.output());
      assert.match(child.output(), complaint);
    };
    await Promise.all(wrong.map(refuses));
  });

  it('bench tick: measures both servers and checks each figure asked', async () => {
    const json = join(folder, 'bench', 'tick.json');
    const small = ['--rooms', '6', '--busy', '1', '--seconds', '0.4', '--settle', '0', '--rounds', '1'];
    const child = await start('loadtest/bench/main.ts', 'tick', ...small, '--json', json);
    assert.match(await child.exited, /^exit code [01]$/, child.output());
    assert.ok(existsSync(json), child.output());
    const { figures, checks } = read(json);
    for (const { latencyP99, stepsPerSecond, patchesPerSecond } of [figures.hypogeum, figures.stock]) {
      assert.ok(latencyP99 > 0 && stepsPerSecond > 90 && patchesPerSecond > 180, child.output());
    }
    assert.ok(figures.hypogeum.latencyP50 < figures.stock.latencyP50, child.output());
    const ids = checks.map(({ id }: { id: string }) => id);
    assert.deepEqual(ids, ['latency-p99', 'interval-p99', 'skipped-or-doubled', 'cpu-no-rooms', 'cpu-idle-rooms']);
  });

  it('bench page: plays a full match in a browser and checks what a frame costs', async () => {
    const json = join(folder, 'bench', 'page.json');
    const small = ['--seconds', '1', '--settle', '0', '--rounds', '1'];
    const child = await start('loadtest/bench/main.ts', 'page', ...small, '--json', json);
    assert.match(await child.exited, /^exit code [01]$/, child.output());
    assert.ok(existsSync(json), child.output());
    const { figures, checks } = read(json);
    assert.ok(0 < figures.scriptP50 && figures.scriptP50 <= figures.scriptP95, JSON.stringify(figures));
    assert.ok(figures.framesPerSecond > 0 && figures.reconciles > 0 && figures.pageBytes > 10_000, child.output());
    const [{ measured, ok, ...promise }] = checks;
    const asked = 'under 8 ms of script in 95 of 100 frames with 16 players';
    assert.deepEqual([checks.length, promise], [1, { id: 'frame-script-p95', asked }]);
    assert.deepEqual([measured, ok], [figures.scriptP95, figures.scriptP95 < 8]);
  });
});

/** The processes that `parent` started, once there are as many (Linux: proc(5), /proc/PID/task/TID/children). */
function childrenOf(parent: number, count: number): number[] | undefined {
  const pids = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return pids.length >= count ? pids.map(Number) : undefined;
}
