import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import fc from 'fast-check';
import { parseObject } from '../../src/http/json.ts';
import { Refusals } from '../../src/http/refusals.ts';
import { asksForGame, flawOf, type RequestHead } from '../../src/http/request-checks.ts';
import { pagePolicy } from '../../src/http/security-headers.ts';
import { certifiedName } from '../../src/http/tls.ts';
import { createCounters } from '../../src/observability/counters.ts';
import { originCheck } from '../../src/security/origins.ts';
import { certificateFor } from '../support/certificate.ts';
import { type LogLine, recordingLogger } from '../support/recording-logger.ts';

function head(change: Partial<RequestHead> & { host?: string; with?: IncomingHttpHeaders } = {}): RequestHead {
  const { host = 'play.example.com:2567', with: more = {}, ...rest } = change;
  return { method: 'GET', url: '/', headers: { host, ...more }, rawHeaders: ['Host', host], ...rest };
}

describe('what is looked at before a request is parsed (H1)', () => {
  const flaw = (change: Parameters<typeof head>[0]) => flawOf(head(change), 100);

  it('lets pass what browsers, SDKs, proxies and people send', () => {
    for (const host of ['localhost', '127.0.0.1:2567', '[::1]:2567', '[fe80::1]', 'a_b.example', 'example.com.']) {
      assert.equal(flaw({ host }), undefined, host);
    }
    for (const url of [
      '/',
      '/assets/main-ABC.js?x=1&y=%00',
      "/a%20b/%C3%A9!$&'()*+,;=:@~-._",
      '/p/r?sessionId=x#'.slice(0, -1),
    ]) {
      assert.equal(flaw({ url }), undefined, url);
    }
  });

  it('never throws, and lets pass no target or host that a URL parser refuses', () => {
    const texts = fc.string({ unit: 'binary-ascii', maxLength: 20 });
    fc.assert(
      fc.property(texts, texts, (url, host) => {
        if (flaw({ url: `/${url}`, host }) === undefined) {
          assert.equal(new URL(`http://${host}/${url}`).pathname.startsWith('/'), true);
          assert.doesNotThrow(() => decodeURIComponent(`/${url}`.split('?')[0]!));
        }
      }),
    );
  });

  it('leaves to the game only a WebSocket to a seat or to /, without a body (H6)', () => {
    const websocket = { upgrade: 'WebSocket' };
    for (const url of ['/', '/?x', '/proc_ess/ro-om?sessionId=x', '/p0/process/room']) {
      assert.ok(asksForGame(head({ url, with: websocket })), url);
    }
    for (const url of ['/healthz', '/a/b/', '/a/b%20c', '/a/', '//']) {
      assert.ok(!asksForGame(head({ url, with: websocket })), url);
    }
    assert.ok(!asksForGame(head({ method: 'POST', with: websocket })));
    assert.ok(!asksForGame(head({ with: { upgrade: 'h2c' } })));
    assert.ok(!asksForGame(head({ with: { ...websocket, 'content-length': '1' } })));
    assert.ok(!asksForGame(head({ with: { ...websocket, 'transfer-encoding': 'chunked' } })));
  });
});

describe('JSON from outside (H5)', () => {
  const parse = (text: string | Buffer, depth = 32) => parseObject(Buffer.from(text), depth);

  it('is what JSON.parse makes of it, if it is an object without keys that pollute', () => {
    const keys = fc.constantFrom('a', 'b', '"', '\\', '[', '{', '__proto__', 'constructor', 'é');
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 5 }, fc.string(), fc.integer(), fc.constant(null), tie('list'), tie('object')),
      list: fc.array(tie('value'), { maxLength: 3 }),
      object: fc.array(fc.tuple(keys, tie('value')), { maxLength: 3 }).map((pairs) => Object.fromEntries(pairs)),
    }));
    fc.assert(
      fc.property(value, (made) => {
        const text = JSON.stringify(made);
        const polluted = /"(__proto__|constructor)":/.test(text);
        assert.deepEqual(parse(`{"x":${text}}`), polluted ? undefined : { x: made });
      }),
    );
  });

  it('has keys that pollute at any depth, however they are written', () => {
    for (const key of ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', '\\u005f_proto__']) {
      assert.equal(parse(`{"${key}":1}`), undefined, key);
      assert.equal(parse(`{"a":[[{"b":{"${key}":{}}}]]}`), undefined, key);
    }
    assert.deepEqual(parse('{"a":"__proto__"}'), { a: '__proto__' });
  });

  it('is refused one level too deep, and brackets in texts do not count', () => {
    const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    assert.ok(parse(nested(32)));
    assert.equal(parse(nested(33)), undefined);
    assert.ok(parse(`{"a":"${'['.repeat(100)}\\"${'{'.repeat(100)}"}`));
    assert.ok(parse(`{"a":[${'[],'.repeat(100)}{}]}`));
  });

  it('is an object: nothing and an empty list count as an empty one', () => {
    assert.deepEqual([parse(''), parse('[]'), parse(' {} ')], [{}, {}, {}]);
    for (const text of ['null', '1', '"x"', '[1]', '{', '{}{}', 'undefined'])
      assert.equal(parse(text), undefined, text);
    assert.equal(parse(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), undefined);
  });
});

describe('origins (H7)', () => {
  it('are those of the same host, whatever the port or scheme', () => {
    const allowed = originCheck([]);
    for (const origin of ['https://play.example.com', 'http://PLAY.example.com:8080', undefined]) {
      assert.ok(allowed(origin, 'play.example.com:2567'), origin);
    }
    for (const origin of [
      'https://example.com',
      'https://play.example.com.evil.example',
      'null',
      '',
      'http://localhost',
    ]) {
      assert.ok(!allowed(origin, 'play.example.com'), origin);
    }
    assert.ok(!allowed('http://x', undefined));
    assert.ok(allowed('http://[::1]:5173', '[::1]:2567'));
  });

  it('are those of the own machine when that is listed', () => {
    const allowed = originCheck(['local']);
    for (const origin of [
      'http://localhost:5173',
      'http://127.0.0.1',
      'https://game.localhost',
      'http://[::1]:1',
      'capacitor://localhost',
    ]) {
      assert.ok(allowed(origin, 'play.example.com'), origin);
    }
    for (const origin of ['http://localhost.evil.example', 'http://127.evil.example', 'http://evil.example', 'null']) {
      assert.ok(!allowed(origin, 'play.example.com'), origin);
    }
  });

  it('are those that are listed, to the letter', () => {
    const allowed = originCheck(['https://itch.example', 'null']);
    assert.ok(allowed('https://ITCH.example', 'x') && allowed('null', 'x'));
    assert.ok(!allowed('http://itch.example', 'x') && !allowed('https://itch.example:8443', 'x'));
    assert.ok(originCheck(['*'])('https://anybody.example', 'x'));
  });

  it("are the pages' contacts too, with the public address (H9)", () => {
    const policy = pagePolicy({
      publicAddress: 'eu.example.com:2567/p0',
      corsOrigins: ['local', '*', 'https://us.example.com'],
    });
    const [, contacts] = /connect-src ([^;]*)/.exec(policy)!;
    assert.deepEqual(contacts!.split(' '), [
      "'self'",
      'http://eu.example.com:2567',
      'https://eu.example.com:2567',
      'ws://eu.example.com:2567',
      'wss://eu.example.com:2567',
      'https://us.example.com',
      'wss://us.example.com',
    ]);
  });
});

describe('Refusals (H8)', () => {
  it('counts each, and logs each reason once a minute with how many were not', () => {
    const lines: LogLine[] = [];
    const meter = createCounters();
    const clock = { time: 0, now: () => clock.time };
    const refusals = new Refusals({ clock, meter, logger: recordingLogger(lines) });
    for (let i = 0; i < 5000; i++) refusals.report('unreadable', 'HPE_INVALID_METHOD');
    refusals.report('host');
    clock.time = 60_000;
    refusals.report('unreadable');
    const cause = new Error('ours');
    for (let i = 0; i < 10; i++) refusals.failed(cause);
    assert.deepEqual(
      lines.map(({ level, fields }) => [level, fields.why, fields.unlogged]),
      [
        ['info', 'unreadable', undefined],
        ['info', 'host', undefined],
        ['info', 'unreadable', 4999],
        ['error', undefined, undefined],
      ],
    );
    assert.equal(lines[3]!.cause, cause);
    assert.equal(meter.total('hypogeum_http_refused_total', { why: 'unreadable' }), 5001);
    assert.equal(meter.total('hypogeum_http_failures_total'), 10);
  });
});

describe('the name a certificate is for (H10)', () => {
  it('is the one given if that is in it, else its first', () => {
    const cert = Buffer.from(certificateFor('play.example.com').cert);
    assert.equal(certifiedName(cert, '127.0.0.1'), '127.0.0.1');
    assert.equal(certifiedName(cert, 'play.example.com'), 'play.example.com');
    assert.equal(certifiedName(cert, 'localhost'), 'play.example.com');
    assert.equal(certifiedName(cert, '[::1]'), 'play.example.com');
  });
});
