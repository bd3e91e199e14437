import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { helpText, markdownTable } from '../../src/config/help.ts';
import { parseEnvironment } from '../../src/config/parse.ts';
import { SETTINGS } from '../../src/config/settings.ts';

function mistakes(env: Record<string, string>): readonly string[] {
  const parsed = parseEnvironment(env);
  assert.ok(!parsed.ok, 'it should be refused');
  return parsed.mistakes;
}

describe('settings', () => {
  it('have defaults that are valid, frozen', () => {
    const parsed = parseEnvironment({});
    assert.ok(parsed.ok);
    assert.equal(parsed.settings.port, 2567);
    assert.equal(parsed.settings.drainTimeoutMs, 5000);
    assert.equal(parsed.settings.redisUrl, '');
    assert.ok(Object.isFrozen(parsed.settings));
  });

  it('are read from the environment; an empty variable counts as not set', () => {
    const parsed = parseEnvironment({
      HYPOGEUM_PORT: '0',
      REDIS_URL: 'redis://127.0.0.1:6379/2',
      HYPOGEUM_LOG_LEVEL: 'warn',
      HYPOGEUM_HOST: '',
      PATH: '/bin',
    });
    assert.ok(parsed.ok);
    const { port, redisUrl, logLevel, host } = parsed.settings;
    assert.deepEqual([port, redisUrl, logLevel, host], [0, 'redis://127.0.0.1:6379/2', 'warn', '0.0.0.0']);
  });

  it('report every mistake at once, with the name, what is allowed and what was given', () => {
    const told = mistakes({ HYPOGEUM_PORT: '70000', HYPOGEUM_DRAIN_TIMEOUT_MS: '5s', REDIS_URL: 'localhost' });
    assert.equal(told.length, 3);
    assert.match(told.join('\n'), /HYPOGEUM_PORT must be 0 to 65535, got "70000"/);
    assert.match(told.join('\n'), /HYPOGEUM_DRAIN_TIMEOUT_MS must be a whole number, 500 to 600000, got "5s"/);
    assert.match(told.join('\n'), /REDIS_URL must be redis:/);
  });

  it('take an unknown name for a typing error and say which may be meant', () => {
    assert.deepEqual(mistakes({ HYPOGEUM_PROT: '1' }), ['HYPOGEUM_PROT is no setting; did you mean HYPOGEUM_PORT?']);
    assert.match(mistakes({ HYPOGEUM_DRAIN_TIMEOUT: '1' })[0]!, /HYPOGEUM_DRAIN_TIMEOUT_MS/);
  });

  it('refuse what only looks like a number', () => {
    for (const port of ['1e3', '0x10', ' 80', '80.5', '-1', 'NaN'])
      assert.equal(mistakes({ HYPOGEUM_PORT: port }).length, 1);
  });

  it('refuse an address of Redis that cannot be read', () => {
    for (const url of ['redis://a b', 'redis://:x:y', 'redis://host:port', 'rediss://[::1']) {
      assert.match(mistakes({ REDIS_URL: url })[0]!, /^REDIS_URL must be redis:/, url);
      const password = 'open sesame';
      assert.ok(!mistakes({ REDIS_URL: `redis//:${password}@host` })[0]!.includes(password), 'a password is not shown');
    }
  });

  it('have lists, whose items are checked each', () => {
    const parsed = parseEnvironment({
      HYPOGEUM_TRUSTED_PROXIES: ' 127.0.0.0/8, ::1 ,2001:db8::/32',
      HYPOGEUM_CORS_ORIGINS: 'https://play.example.com,local',
    });
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.settings.trustedProxies, ['127.0.0.0/8', '::1', '2001:db8::/32']);
    assert.deepEqual(parsed.settings.corsOrigins, ['https://play.example.com', 'local']);
    for (const proxies of ['proxy.example.com', '10.0.0.0/33', '::1/129', '10.0.0.0/', '10.0.0.1/8/8', '10.0.0.1 ::1'])
      assert.match(mistakes({ HYPOGEUM_TRUSTED_PROXIES: proxies })[0]!, /^HYPOGEUM_TRUSTED_PROXIES must be/, proxies);
    for (const origins of ['play.example.com', 'https://x/', 'https://x,nonsense'])
      assert.match(mistakes({ HYPOGEUM_CORS_ORIGINS: origins })[0]!, /^HYPOGEUM_CORS_ORIGINS must be/, origins);
  });

  it('limit who comes in, without being told to', () => {
    const parsed = parseEnvironment({});
    assert.ok(parsed.ok);
    const { settings } = parsed;
    assert.deepEqual([settings.seatTimeoutMs, settings.heldSeatsPercent, settings.trustedProxies], [5000, 25, []]);
    assert.deepEqual([settings.maxSocketsPerAddress, settings.matchRate, settings.roomRate], [300, 300, 60]);
  });

  it('are all in --help and, the same, in the README, or, where they limit something, in SECURITY.md', () => {
    for (const { env, help } of Object.values(SETTINGS)) {
      assert.ok(helpText().includes(env) && helpText().includes(help), env);
    }
    for (const [file, kind] of [
      ['README.md', 'others'],
      ['SECURITY.md', 'limits'],
    ] as const) {
      const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
      const table = markdownTable(kind);
      assert.ok(text.includes(table), `the table of settings in ${file} should be:\n\n${table}\n`);
      assert.ok(
        !/^\| `(HYPOGEUM|REDIS)_/m.test(text.replace(table, '')),
        `${file} has settings in another place as well`,
      );
    }
  });
});
