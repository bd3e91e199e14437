import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Room, ServerError } from '@colyseus/core';
import { createHttpApp } from '../../src/http/app.ts';
import { page } from '../../src/http/page.ts';
import { Refusals } from '../../src/http/refusals.ts';
import { ERRORS } from '../../src/kernel/errors.ts';
import { noMeter, silentLogger } from '../../src/kernel/ports.ts';
import { matchmake, RawClient, type Seat } from '../support/raw-client.ts';
import { type LogLine, recordingLogger } from '../support/recording-logger.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

class Hall extends Room {
  static async onAuth(_token: string, options: { door?: string }) {
    if (options.door === 'closed') throw new ServerError(4444, 'the door is closed');
    if (options.door === 'guarded') throw new ServerError(403, 'you are not on the list');
    if (options.door === 'false') return false;
    if (options.door === 'locked') throw new ServerError(4445, 'the door is locked');
    return true;
  }
  maxClients = 1;
}

describe('HTTP', () => {
  let server: TestServer;
  before(async () => {
    const index = { body: Buffer.from('<p>'), type: 'text/html', etag: '"1"', cacheControl: 'no-cache' };
    const deps = { page: page(new Map([['/', index]])) };
    server = await startTestServer({ rooms: (define) => void define('hall', Hall), deps });
  });
  after(() => server.stop());

  it('gives a seat as stock does', async () => {
    const { status, body } = await matchmake(server.url, 'create', 'hall');
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(body).sort(), ['name', 'processId', 'roomId', 'sessionId']);
    const client = new RawClient(server.url, body as unknown as Seat);
    client.close();
  });

  const refusals: [
    string,
    () => Promise<{ status: number; body: Record<string, unknown> }>,
    { code: number; status: number },
  ][] = [
    ['an unknown room name', () => matchmake(server.url, 'joinOrCreate', 'nowhere'), ERRORS.UNKNOWN_ROOM_NAME],
    ['an inherited room name', () => matchmake(server.url, 'joinOrCreate', '__proto__'), ERRORS.UNKNOWN_ROOM_NAME],
    [
      'a room name that is no name',
      () => matchmake(server.url, 'joinOrCreate', encodeURIComponent('a b/c')),
      ERRORS.UNKNOWN_ROOM_NAME,
    ],
    ['an unknown room id', () => matchmake(server.url, 'joinById', 'gone'), ERRORS.ROOM_NOT_FOUND],
    ['no open room', () => matchmake(server.url, 'join', 'hall', { any: 1 }), ERRORS.NO_MATCH],
    ['an unknown method', () => matchmake(server.url, 'steal', 'hall'), ERRORS.UNKNOWN_METHOD],
    [
      'a method of the match maker that is not for clients',
      () => matchmake(server.url, 'gracefullyShutdown', 'x'),
      ERRORS.UNKNOWN_METHOD,
    ],
    [
      'a reconnection to a room that is gone',
      () => matchmake(server.url, 'reconnect', 'gone', { reconnectionToken: 'x' }),
      ERRORS.ROOM_NOT_FOUND,
    ],
    ['an onAuth that says false', () => matchmake(server.url, 'create', 'hall', { door: 'false' }), ERRORS.AUTH_FAILED],
    [
      'a code of the game itself',
      () => matchmake(server.url, 'create', 'hall', { door: 'closed' }),
      { code: 4444, status: 400 },
    ],
    [
      'a code of the game itself whose words are like those of a full room',
      () => matchmake(server.url, 'create', 'hall', { door: 'locked' }),
      { code: 4445, status: 400 },
    ],
    [
      'an HTTP status as the code',
      () => matchmake(server.url, 'create', 'hall', { door: 'guarded' }),
      { code: 403, status: 403 },
    ],
  ];
  for (const [what, ask, { code, status }] of refusals) {
    it(`refuses with code ${code}: ${what}`, async () => {
      const reply = await ask();
      assert.deepEqual([reply.status, reply.body.code], [status, code]);
      assert.ok(String(reply.body.error).length > 0);
      assert.equal(typeof reply.body.retryable, 'boolean');
    });
  }

  it('says full of a full room, and that trying again can help', async () => {
    const { body } = await matchmake(server.url, 'create', 'hall');
    const reply = await matchmake(server.url, 'joinById', String(body.roomId));
    assert.deepEqual([reply.status, reply.body.code, reply.body.retryable], [532, ERRORS.ROOM_FULL.code, true]);
  });

  const bodies: [string, string, { code: number; status: number }][] = [
    ['no JSON', '{x', ERRORS.MALFORMED_BODY],
    ['a list', '[1]', ERRORS.MALFORMED_BODY],
    ['text', '"x"', ERRORS.MALFORMED_BODY],
    ['a prototype', '{"__proto__":{"polluted":1}}', ERRORS.MALFORMED_BODY],
    ['an own hasOwnProperty', '{"hasOwnProperty":1}', ERRORS.MALFORMED_BODY],
    ['too much', JSON.stringify({ x: 'y'.repeat(20_000) }), ERRORS.BODY_TOO_LARGE],
  ];
  for (const [what, body, { code, status }] of bodies) {
    it(`refuses with code ${code} a body that is ${what}`, async () => {
      const response = await fetch(`${server.url}/matchmake/create/hall`, { method: 'POST', body });
      assert.deepEqual([response.status, ((await response.json()) as { code: number }).code], [status, code]);
    });
  }

  it('takes a body without a content type, and none at all', async () => {
    const empty = await fetch(`${server.url}/matchmake/create/hall`, { method: 'POST' });
    assert.equal(empty.status, 200);
    const typed = await fetch(`${server.url}/matchmake/create/hall`, { method: 'POST', body: Buffer.from('{}') });
    assert.equal(typed.status, 200);
  });

  describe('pages of other origins (H7)', () => {
    const seat = () => `${server.url}/matchmake/create/hall`;
    const from = (origin: string, method = 'POST') => fetch(seat(), { method, headers: { origin } });
    const allowed = ({ headers }: Response) => headers.get('access-control-allow-origin');

    it('may ask when they are of this machine, with credentials, as stock SDKs do', async () => {
      const preflight = await from('http://localhost:5173', 'OPTIONS');
      assert.equal(preflight.status, 204);
      assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /Content-Type/);
      const answer = await from('http://localhost:5173');
      assert.equal(answer.status, 200);
      for (const response of [preflight, answer]) {
        assert.equal(allowed(response), 'http://localhost:5173');
        assert.equal(response.headers.get('access-control-allow-credentials'), 'true');
      }
    });

    it('may not otherwise: nothing is done for them, and a line says what to list', async () => {
      const refused = () => server.counters.total('hypogeum_http_refused_total', { why: 'origin' });
      const before = refused();
      for (const method of ['OPTIONS', 'POST']) {
        const answer = await from('https://game.example', method);
        assert.deepEqual([answer.status, await code(answer)], [403, ERRORS.ORIGIN_NOT_ALLOWED.code]);
        assert.deepEqual([allowed(answer), answer.headers.get('vary')], [null, 'Origin']);
      }
      assert.equal(refused() - before, 2);
      const line = server.lines.find(({ fields }) => fields.why === 'origin');
      assert.equal(line?.fields.detail, 'game.example');
      const health = await fetch(`${server.url}/healthz`, { headers: { origin: 'https://game.example' } });
      assert.deepEqual([health.status, allowed(health)], [200, null], 'there is nothing to hide');
    });
  });

  it('tells browsers to guess, embed and run nothing (H9)', async () => {
    const { headers } = await fetch(`${server.url}/healthz`);
    assert.equal(headers.get('content-security-policy'), "default-src 'none'; frame-ancestors 'none'");
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('x-frame-options'), 'SAMEORIGIN');
    assert.equal(headers.get('strict-transport-security'), null, 'without TLS');
    assert.equal(headers.get('x-powered-by'), null);
    const page = await fetch(`${server.url}/`);
    assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'none'; script-src 'self';/);
  });

  it('tells caches that an answer differs by origin, for the page by encoding too', async () => {
    const headers = { origin: 'https://game.example' };
    assert.equal((await fetch(`${server.url}/healthz`, { headers })).headers.get('vary'), 'Origin');
    assert.equal((await fetch(`${server.url}/`, { headers })).headers.get('vary'), 'Origin, Accept-Encoding');
  });

  it('answers 405 to other methods and 404 to other paths, as JSON with a code', async () => {
    const put = await fetch(`${server.url}/matchmake/create/hall`, { method: 'PUT' });
    assert.deepEqual([put.status, await code(put)], [405, ERRORS.METHOD_NOT_ALLOWED.code]);
    const get = await fetch(`${server.url}/matchmake/create/hall`);
    assert.deepEqual([get.status, await code(get)], [405, ERRORS.METHOD_NOT_ALLOWED.code]);
    const nothing = await fetch(`${server.url}/nothing`);
    assert.deepEqual([nothing.status, await code(nothing)], [404, ERRORS.NOT_FOUND.code]);
  });

  it('is alive and ready', async () => {
    assert.deepEqual(await (await fetch(`${server.url}/healthz`)).json(), { alive: true });
    assert.deepEqual(await (await fetch(`${server.url}/readyz`)).json(), { ready: true });
  });

  it('closes the connection of whom it refused', async () => {
    for (const [headers, body] of [
      [{}, '{x'],
      [{}, '{"__proto__":1}'],
      [{ origin: 'https://game.example' }, '{}'],
    ] as const) {
      const answer = await fetch(`${server.url}/matchmake/create/hall`, { method: 'POST', headers, body });
      assert.deepEqual([answer.ok, answer.headers.get('connection')], [false, 'close'], body);
    }
  });

  it('prints no stack for any of this', () => {
    assert.deepEqual(
      server.lines.filter((line) => line.level === 'error' || line.level === 'warn'),
      [],
    );
  });
});

describe('matchmaking that fails without a code', () => {
  const inner = new TypeError('inner words');
  const depsWith = (refusals: Refusals, failed: (fault: unknown) => void) => ({
    page: (_req: unknown, _res: unknown, next: () => void) => next(),
    refusals,
    guestPassFor: () => Promise.reject(inner),
    admin: undefined,
    originAllowed: () => true,
    notReady: () => undefined,
    overloaded: () => undefined,
    matchmaking: {
      methods: ['create'],
      match: () => Promise.reject(inner),
      addressOf: () => '127.0.0.1',
      waitMs: () => 0,
      unavailable: () => undefined,
      failed,
    },
  });
  async function listen(deps: ReturnType<typeof depsWith>) {
    const app = createHttpApp(deps, { maxBodyBytes: 1000, maxJsonDepth: 8, tls: false, hstsSeconds: 0 });
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }
  const UNHANDLED = { code: 523, error: ERRORS.UNHANDLED.message, retryable: true };

  it('H8: so is a request for a guest, and told in the log with its stack', async () => {
    const told: LogLine[] = [];
    const refusals = new Refusals({ clock: performance, logger: recordingLogger(told), meter: noMeter });
    const { server, url } = await listen(depsWith(refusals, () => {}));
    const answer = await fetch(`${url}/auth/guest`, { method: 'POST' });
    assert.deepEqual([answer.status, await answer.json()], [523, UNHANDLED]);
    server.close();
    assert.deepEqual(
      told.map(({ level, cause }) => [level, cause]),
      [['error', inner]],
    );
  });

  it('P16: is answered with 523 and our own words; what was thrown is for the log', async () => {
    const thrown: unknown[] = [];
    const refusals = new Refusals({ clock: performance, logger: silentLogger, meter: noMeter });
    const { server, url } = await listen(depsWith(refusals, (fault) => void thrown.push(fault)));
    const { status, body } = await matchmake(url, 'create', 'hall');
    server.close();
    assert.deepEqual([status, body], [523, UNHANDLED]);
    assert.deepEqual(thrown, [inner]);
  });
});

async function code(response: Response): Promise<number> {
  return ((await response.json()) as { code: number }).code;
}
