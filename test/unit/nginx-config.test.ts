import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Front, renderNginxConfig } from '../../deploy/nginx.ts';
import { cleanEnvironment, ROOT } from '../support/processes.ts';

const plain = readFileSync(join(ROOT, 'deploy/nginx.conf'), 'utf8');
const fourByDefault: Front = {
  port: 2567,
  publicHost: 'localhost:2567',
  processes: ['127.0.0.1:2568', '127.0.0.1:2569', '127.0.0.1:2570', '127.0.0.1:2571'],
};

describe('deploy/nginx.conf', () => {
  it('is what is written for the defaults, so it can be used as it is', () => {
    assert.equal(renderNginxConfig(plain, fourByDefault), plain);
  });

  it('is written anew for other processes, ports and names', () => {
    const front = { port: 80, host: '10.0.0.1', publicHost: 'play.example.com', processes: ['a:1', 'b:2'] };
    const text = renderNginxConfig(plain, front);
    assert.match(text, /^ {4}listen 10\.0\.0\.1:80;$/m);
    assert.deepEqual(text.match(/server \S+ max_fails=0;/g), ['server a:1 max_fails=0;', 'server b:2 max_fails=0;']);
    assert.deepEqual(text.match(/^ {4}p\d .*$/gm), ['    p0 a:1;', '    p1 b:2;']);
    assert.match(text, /'"publicAddress":"play\.example\.com\/'/);
    assert.doesNotMatch(text, /localhost:2567|2568/);
    assert.equal(renderNginxConfig(text, fourByDefault), plain);
  });

  it('takes an address of the newer kind too', () => {
    assert.match(renderNginxConfig(plain, { ...fourByDefault, host: '::1' }), /^ {4}listen \[::1\]:2567;$/m);
  });

  for (const [what, args] of [
    ['a number of processes that is none', ['--processes', 'many']],
    ['no processes', ['--processes', '0']],
    ['a port that is none', ['--first-port', '70000']],
    ['an option there is not', ['--prot', '80']],
  ] as const) {
    it(`is not printed for ${what}: the mistake is named, with code 1`, () => {
      const { status, stdout, stderr } = spawnSync(process.execPath, ['deploy/nginx.ts', ...args], {
        cwd: ROOT,
        encoding: 'utf8',
      });
      assert.deepEqual([status, stdout], [1, '']);
      assert.match(stderr, new RegExp(args[0]));
      assert.doesNotMatch(stderr, /\n\s+at /);
    });
  }

  it('that lost its marks is refused, not half written', () => {
    assert.throws(() => renderNginxConfig('http {}', fourByDefault), /no section "listen"/);
  });
});

interface App {
  name: string;
  script: string;
  exec_mode: string;
  wait_ready: boolean;
  kill_timeout: number;
  env: Record<string, string>;
}

function ecosystem(settings: Record<string, string>): App[] {
  const print = `console.log(JSON.stringify((await import('./ecosystem.config.js')).apps))`;
  const args = ['--input-type=module', '--eval', print];
  const options = { cwd: ROOT, env: cleanEnvironment(settings), encoding: 'utf8', stdio: 'pipe' } as const;
  return JSON.parse(execFileSync(process.execPath, args, options));
}

describe('ecosystem.config.js', () => {
  it('gives each process a port and a name of its own, the ones that deploy/nginx.conf routes to', () => {
    const apps = ecosystem({ REDIS_URL: 'redis://127.0.0.1', WEB_CONCURRENCY: '4' });
    assert.deepEqual(
      apps.map(({ env }) => `${env.HYPOGEUM_HOST}:${env.HYPOGEUM_PORT}`),
      fourByDefault.processes,
    );
    assert.deepEqual(
      apps.map(({ env }) => env.HYPOGEUM_PUBLIC_ADDRESS),
      [0, 1, 2, 3].map((i) => `${fourByDefault.publicHost}/p${i}`),
    );
    assert.deepEqual([...new Set(apps.map((app) => app.exec_mode))], ['fork']);
  });

  it('starts at least two, also on one core, and follows what it is told', () => {
    assert.ok(ecosystem({ REDIS_URL: 'redis://127.0.0.1' }).length >= 2);
    const apps = ecosystem({
      REDIS_URL: 'redis://127.0.0.1',
      WEB_CONCURRENCY: '1',
      HYPOGEUM_PORT: '4000',
      HYPOGEUM_PUBLIC_ADDRESS: 'play.example.com',
      HYPOGEUM_HOST: '0.0.0.0',
    });
    assert.deepEqual(
      apps.map(({ env }) => env),
      [
        {
          HYPOGEUM_PORT: '4000',
          HYPOGEUM_HOST: '0.0.0.0',
          HYPOGEUM_TRUSTED_PROXIES: '127.0.0.0/8, ::1',
          HYPOGEUM_PUBLIC_ADDRESS: 'play.example.com/p0',
        },
      ],
    );
  });

  it('lets PM2 wait longer than a process takes to stop, and until it is ready', () => {
    const redis = { REDIS_URL: 'redis://127.0.0.1' };
    for (const app of ecosystem(redis)) assert.ok(app.wait_ready && app.kill_timeout > 5000);
    for (const app of ecosystem({ ...redis, HYPOGEUM_DRAIN_TIMEOUT_MS: '60000' })) assert.ok(app.kill_timeout > 60_000);
  });

  it('refuses to start several processes that share nothing', () => {
    assert.throws(() => ecosystem({}), /REDIS_URL is not set/);
    assert.throws(() => ecosystem({ REDIS_URL: 'redis://r', WEB_CONCURRENCY: 'x' }), /WEB_CONCURRENCY/);
  });
});
