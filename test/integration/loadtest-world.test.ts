/** The load test of the world as a person runs it: most bots thin, a few compared with the server; judged by its JSON. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@colyseus/sdk';
import { type Child, startChild } from '../../deploy/child.ts';
import type { WorldState } from '../../rooms/world/state.ts';
import {
  cleanEnvironment,
  disposedAfterwards,
  ROOT,
  startServerProcess,
  temporaryDirectory,
  waitFor,
} from '../support/processes.ts';

const IDS = ['failed-joins', 'drops', 'patch-interval-p99', 'steps-per-second', 'server-cpu', 'full-clients-equal'];

describe('npm run loadtest -- --room world', function () {
  this.timeout(40_000);
  const stack = disposedAfterwards();
  let folder: string;
  before(async () => {
    folder = stack.use(await temporaryDirectory('loadtest-world')).path;
  });

  async function start(...args: string[]): Promise<Child> {
    const options = {
      name: 'the load test',
      command: process.execPath,
      args: ['loadtest/main.ts', ...args],
      cwd: ROOT,
    };
    const child = await startChild({ ...options, env: cleanEnvironment() });
    stack.defer(() => child.stop('SIGKILL'));
    return child;
  }

  it('joins, walks, compares, and says so in JSON', async () => {
    const json = join(folder, 'world.json');
    const size = ['--bots', '40', '--full', '4', '--processes', '2', '--seconds', '3', '--rate', '100'];
    const child = await start('--room', 'world', ...size, '--json', json);
    assert.equal(await child.exited, 'exit code 0', child.output());
    const { figures, checks, options } = JSON.parse(readFileSync(json, 'utf8'));
    assert.equal(options.full, 4);
    assert.deepEqual(figures.joins, { ok: 40, failed: 0, reasons: {} });
    assert.deepEqual(figures.drops, { count: 0, closeCodes: {} });
    const { compared, clients, equal, different } = figures.census;
    assert.deepEqual([compared, clients, different], [4, 4, 0], JSON.stringify(figures.census));
    assert.ok(equal >= 4 && figures.census.stepsPerSecond > 10, JSON.stringify(figures.census));
    assert.ok(figures.inputs.sent > 40 * 8 && figures.inputs.acknowledged > 40 * 6, JSON.stringify(figures.inputs));
    assert.ok(figures.patches.perBotPerSecond > 10, `${figures.patches.perBotPerSecond} patches a second`);
    assert.deepEqual(
      checks.map(({ id }: { id: string }) => id),
      IDS,
    );
    for (const id of ['failed-joins', 'drops', 'full-clients-equal']) {
      assert.equal(checks.find((check: { id: string }) => check.id === id).ok, true, child.output());
    }
  });

  it('counts the drops of thin bots by close code when the server dies', async () => {
    const server = await startServerProcess();
    stack.defer(() => server.child.stop('SIGKILL'));
    const json = join(folder, 'killed.json');
    const size = ['--bots', '6', '--full', '0', '--seconds', '60', '--rate', '100'];
    const child = await start('--room', 'world', ...size, '--endpoint', server.origin, '--json', json);
    const watcher = await new Client(server.origin).joinOrCreate<WorldState>('world', {});
    watcher.reconnection.enabled = false;
    watcher.onMessage('*', () => {});
    await waitFor('all bots are in the world', () => watcher.state.players === 7, { timeoutMs: 20_000 });
    await server.child.stop('SIGKILL');
    assert.equal(await child.exited, 'exit code 1', child.output());
    const { figures, checks } = JSON.parse(readFileSync(json, 'utf8'));
    assert.deepEqual([figures.joins.ok, figures.drops], [6, { count: 6, closeCodes: { 1006: 6 } }]);
    assert.equal(checks.find(({ id }: { id: string }) => id === 'full-clients-equal').ok, false, 'none was compared');
  });

  it('refuses cores it cannot read', async () => {
    const child = await start('--room', 'world', '--pin', 'first:second');
    assert.equal(await child.exited, 'exit code 2', child.output());
    assert.match(child.output(), /--pin must be SERVER:BOTS/);
  });
});
