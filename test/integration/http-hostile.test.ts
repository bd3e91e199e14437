/** Requests that no SDK sends, as bytes on a socket: each gets a short 4xx, and the server goes on. Rules: src/security/SPEC.md. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Room } from '@colyseus/core';
import { ERRORS } from '../../src/kernel/errors.ts';
import { RawClient } from '../support/raw-client.ts';
import { lines, rawRequest, upgradeLines } from '../support/raw-http.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

class Hall extends Room {}

const SEAT = 'POST /matchmake/create/hall';
const HOST = 'Host: x';
const MAX_BODY = 16_384;
const CHUNKED = 'Transfer-Encoding: chunked';

const chunk = (text: string, extension = '') => `${text.length.toString(16)}${extension}\r\n${text}\r\n`;
const post = (body: string, ...headers: string[]) =>
  lines(SEAT, HOST, `Content-Length: ${Buffer.byteLength(body, 'latin1')}`, ...headers) + body;
const chunked = (...chunks: string[]) => `${lines(SEAT, HOST, CHUNKED)}${chunks.join('')}0\r\n\r\n`;
const upgrade = (target: string, from: string | RegExp = '', to = '') => upgradeLines(target).replace(from, to);

type Expected = keyof typeof ERRORS;
type Case = [what: string, request: string, error: Expected];

const HEADS: Case[] = [
  ['TRACE', lines('TRACE /', HOST), 'METHOD_NOT_ALLOWED'],
  ['PROPFIND', lines('PROPFIND /', HOST), 'METHOD_NOT_ALLOWED'],
  ['no Host', lines('GET /'), 'MALFORMED_REQUEST'],
  ['an empty Host', lines('GET /', 'Host:'), 'MALFORMED_REQUEST'],
  ['Host: [', lines('GET /', 'Host: ['), 'MALFORMED_REQUEST'],
  ['a Host with a path', lines('GET /', 'Host: a/b'), 'MALFORMED_REQUEST'],
  ['a Host with a user', lines('GET /', 'Host: a@b'), 'MALFORMED_REQUEST'],
  ['a Host with a port that is none', lines('GET /', 'Host: a:99999'), 'MALFORMED_REQUEST'],
  ['two Hosts', lines('GET /', HOST, 'Host: y'), 'MALFORMED_REQUEST'],
  ['a whole URL as the target', lines('GET http://x/healthz', HOST), 'MALFORMED_REQUEST'],
  ['* as the target', lines('OPTIONS *', HOST), 'MALFORMED_REQUEST'],
  ['an escape that is cut off', lines('GET /%E0%A4%A', HOST), 'MALFORMED_REQUEST'],
  ['an escape that is no UTF-8', lines(`${SEAT}%ff`, HOST, 'Content-Length: 0'), 'MALFORMED_REQUEST'],
  ['an escaped NUL', lines('GET /%00', HOST), 'MALFORMED_REQUEST'],
  ['a backslash', lines('GET /\\\\evil.example/', HOST), 'MALFORMED_REQUEST'],
  ['a fragment', lines('GET /#here', HOST), 'MALFORMED_REQUEST'],
  ['raw bytes in the target', lines('GET /\xe9', HOST), 'MALFORMED_REQUEST'],
  ['a header too many', lines('GET /', HOST, ...Array(99).fill('A: b')), 'HEAD_TOO_LARGE'],
  ['far too many headers', lines('GET /', HOST, ...Array(200).fill('A: b')), 'HEAD_TOO_LARGE'],
  ['a header too long', lines('GET /', HOST, `Cookie: ${'x'.repeat(20_000)}`), 'HEAD_TOO_LARGE'],
  ['a target too long', lines(`GET /${'x'.repeat(20_000)}`, HOST), 'HEAD_TOO_LARGE'],
  ['an expectation that cannot be met', post('{}', 'Expect: the-unexpected'), 'MALFORMED_REQUEST'],
];

const NO_REQUESTS: Case[] = [
  ['bytes that are no HTTP', 'GIMME\r\n\r\n', 'MALFORMED_REQUEST'],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'MALFORMED_REQUEST'],
  ['HTTP/0.9', 'GET /\r\n\r\n', 'MALFORMED_REQUEST'],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'MALFORMED_REQUEST'],
  ['HTTP/7.7', 'GET / HTTP/7.7\r\nHost: x\r\n\r\n', 'MALFORMED_REQUEST'],
  ['CONNECT', lines('CONNECT other.example:443', HOST), 'METHOD_NOT_ALLOWED'],
  ['a bare line feed', 'GET / HTTP/1.1\nHost: x\n\n', 'MALFORMED_REQUEST'],
  ['a NUL in a header', lines('GET /', HOST, 'A: \0'), 'MALFORMED_REQUEST'],
  ['a space before a colon', lines('GET /', HOST, 'Content-Length : 5'), 'MALFORMED_REQUEST'],
  ['two Content-Lengths', post('{}', 'Content-Length: 5'), 'MALFORMED_REQUEST'],
  ['a Content-Length and chunks', post('0\r\n\r\n', CHUNKED), 'MALFORMED_REQUEST'],
  ['a Content-Length below zero', lines(SEAT, HOST, 'Content-Length: -1'), 'MALFORMED_REQUEST'],
  ['chunked twice', lines(SEAT, HOST, CHUNKED, 'Transfer-Encoding: identity'), 'MALFORMED_REQUEST'],
  ['an unknown transfer coding', lines(SEAT, HOST, 'Transfer-Encoding: xchunked'), 'MALFORMED_REQUEST'],
  ['a chunk without a length', `${lines(SEAT, HOST, CHUNKED)}zz\r\n{}\r\n`, 'MALFORMED_REQUEST'],
  ['a chunk longer than any', `${lines(SEAT, HOST, CHUNKED)}fffffffffffffffff\r\n`, 'MALFORMED_REQUEST'],
  ['chunks with essays', chunked(chunk('{}', `;${'x'.repeat(20_000)}`)), 'BODY_TOO_LARGE'],
  ['trailers without end', `${lines(SEAT, HOST, CHUNKED)}0\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`, 'HEAD_TOO_LARGE'],
];

const BODIES: Case[] = [
  ['one byte too much', post(`"${'x'.repeat(MAX_BODY - 1)}"`), 'BODY_TOO_LARGE'],
  ['too much in chunks', chunked(...Array(5).fill(chunk('x'.repeat(4096)))), 'BODY_TOO_LARGE'],
  ['far too much, declared', lines(SEAT, HOST, 'Content-Length: 50000000'), 'BODY_TOO_LARGE'],
  ['little in very many chunks', chunked(...Array(1500).fill(chunk('x'))), 'BODY_TOO_LARGE'],
  ['far too much in chunks', chunked(...Array(40).fill(chunk('x'.repeat(4096)))), 'BODY_TOO_LARGE'],
  ['too much, asked for first', lines(SEAT, HOST, 'Content-Length: 20000', 'Expect: 100-continue'), 'BODY_TOO_LARGE'],
  ['more than declared', `${lines(SEAT, HOST, 'Content-Length: 1')}{}`, 'MALFORMED_REQUEST'],
  ['compressed', post(gzipSync('{}').toString('latin1'), 'Content-Encoding: gzip'), 'UNSUPPORTED_ENCODING'],
  ['a bomb', post(gzipSync(Buffer.alloc(9e6)).toString('latin1'), 'Content-Encoding: gzip'), 'UNSUPPORTED_ENCODING'],
  ['deep', post('['.repeat(8000)), 'MALFORMED_BODY'],
  ['deep, and whole', post(`{"a":${'[{"a":'.repeat(20)}1${'}]'.repeat(20)}}`), 'MALFORMED_BODY'],
  ['polluted, far down', post('{"a":[{"b":{"__proto__":{"polluted":true}}}]}'), 'MALFORMED_BODY'],
  ['polluted by escapes', post('{"a":{"\\u0063onstructor":{"prototype":1}}}'), 'MALFORMED_BODY'],
  ['no UTF-8', post('{"a":"\xff"}'), 'MALFORMED_BODY'],
  ['UTF-16', post(Buffer.from('{"a":1}', 'utf16le').toString('latin1')), 'MALFORMED_BODY'],
  ['only a number', post('1e999'), 'MALFORMED_BODY'],
  ['where none is taken', `${lines('PUT /', HOST, 'Content-Length: 5000000')}x`, 'METHOD_NOT_ALLOWED'],
  ['at a path that is none', `${lines('POST /nothing', HOST, 'Content-Length: 5000000')}x`, 'NOT_FOUND'],
];

const UPGRADES: Case[] = [
  ['*:99999', upgrade('*:99999'), 'MALFORMED_REQUEST'],
  ['http://[', upgrade('http://['), 'MALFORMED_REQUEST'],
  ['a seat with bad escapes', upgrade('/%zz/p/r?sessionId=x'), 'MALFORMED_REQUEST'],
  ['a seat and a Host that is none', upgrade('/p/r?sessionId=x', HOST, 'Host: ['), 'MALFORMED_REQUEST'],
  ['a seat by TRACE', upgrade('/p/r?sessionId=x', 'GET', 'TRACE'), 'METHOD_NOT_ALLOWED'],
  ['a seat by POST', upgrade('/p/r?sessionId=x', 'GET', 'POST'), 'NOT_FOUND'],
  ['a path that is no seat', upgrade('/healthz'), 'NOT_FOUND'],
  ...['constructor', '__proto__', 'toString', 'hasOwnProperty'].map(
    (name): Case => [`a room called ${name}`, upgrade(`/p/${name}?sessionId=x`), 'NOT_FOUND'],
  ),
  ['a longer path that is none', upgrade('/p/r/?sessionId=x'), 'NOT_FOUND'],
  ['a seat, with a body', upgrade('/p/r?sessionId=x', HOST, `${HOST}\r\nContent-Length: 5`), 'NOT_FOUND'],
];

const ALL = [...HEADS, ...NO_REQUESTS, ...BODIES, ...UPGRADES];

describe('hostile HTTP', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ rooms: (define) => void define('hall', Hall) });
  });
  after(() => server.stop());

  function answersWith(cases: Case[]): void {
    for (const [what, request, error] of cases) {
      it(`answers with ${error}: ${what}`, async () => assertError(await rawRequest(server.port, request), error));
    }
  }

  describe('heads that cannot be read (H1)', () => answersWith(HEADS));
  describe('what is no request (H2)', () => answersWith(NO_REQUESTS));
  describe('bodies (H4, H5)', () => answersWith(BODIES));
  describe('upgrades (H6)', () => answersWith(UPGRADES));

  it('reads a body up to the limit, in chunks too, however deep it may be (H4, H5)', async () => {
    const full = `{"a":"${'x'.repeat(MAX_BODY - 8)}"}`;
    const deep = `{"a":${'['.repeat(31)}${']'.repeat(31)}}`;
    for (const request of [post(full), post(deep), post(''), post('[]'), chunked(chunk('{}')), chunked()]) {
      assert.match(await rawRequest(server.port, request), /^HTTP\/1\.1 200 /);
    }
  });

  it('tells to go on with a body only whoever may send it (H4)', async () => {
    const answer = await rawRequest(server.port, post('{}', 'Expect: 100-continue'));
    assert.match(answer, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  });

  it('cuts the line when a refused body does not end (H4)', async () => {
    const refused = connect(server.port, '127.0.0.1');
    const written = new Promise<number>((resolve) => {
      refused.on('error', () => {});
      refused.on('close', () => resolve(refused.bytesWritten));
    });
    refused.write(lines(SEAT, HOST, 'Content-Length: 50000000').replace('Connection: close\r\n', ''));
    const more = () => void refused.write(Buffer.alloc(65_536), () => refused.destroyed || setImmediate(more));
    more();
    assert.ok((await written) < 20_000_000, 'it did not have to take it all');
  });

  it('does as if an upgrade to something else had not been asked for (H6)', async () => {
    const h2c = [
      'Upgrade: h2c',
      'Connection: Upgrade, HTTP2-Settings, close',
      'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA',
    ];
    const request = ['GET /healthz HTTP/1.1', HOST, ...h2c, '', ''].join('\r\n');
    assert.match(await rawRequest(server.port, request), /^HTTP\/1\.1 200 OK\r\n/);
  });

  it('lets an SDK measure its latency (H6)', async () => {
    assert.ok((await server.client.getLatency()) >= 0);
  });

  it('does not take what follows a refused request for another (H2)', async () => {
    const hidden = lines('GET /healthz', HOST);
    const answer = await rawRequest(server.port, post(`0\r\n\r\n${hidden}`, CHUNKED));
    assert.equal(answer.match(/HTTP\/1\.1/g)?.length, 1);
  });

  it('takes no more requests of a connection than a few before they are answered (H3)', async () => {
    const answer = await rawRequest(server.port, `GET /healthz HTTP/1.1\r\n${HOST}\r\n\r\n`.repeat(300));
    assert.ok((answer.match(/HTTP\/1\.1/g)?.length ?? 0) <= 8, answer);
    const one = lines('GET /healthz', HOST).replace('close', 'keep-alive');
    assert.equal((await rawRequest(server.port, one + lines('GET /readyz', HOST))).match(/HTTP\/1\.1 200/g)?.length, 2);
  });

  it('takes one request of a connection that speaks HTTP/1.0, and none after one that was refused (H3)', async () => {
    const old = `GET /healthz HTTP/1.0\r\n${HOST}\r\nConnection: keep-alive\r\n\r\n`;
    for (const request of [
      old + old,
      lines('TRACE /', HOST).replace('close', 'keep-alive') + lines('GET /healthz', HOST),
    ]) {
      assert.equal((await rawRequest(server.port, request)).match(/HTTP\/1\.1/g)?.length, 1);
    }
  });

  it('holds with hundreds of them at once, beside a player (H1, H2, H4, H5, H6)', async () => {
    const player = await RawClient.join(server.url, 'hall');
    const cases = Array.from({ length: 8 }, () => ALL).flat();
    const answers = await Promise.all(cases.map(([, request]) => rawRequest(server.port, request)));
    // Under such load a line may be cut before its last words are read.
    const answered = answers.filter((answer) => answer !== '');
    assert.ok(answered.length > 0.9 * cases.length, `${answered.length} of ${cases.length}`);
    for (const answer of answered) assert.match(answer, /^HTTP\/1\.1 (4\d\d|100) /);
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
    assert.equal(player.closed, undefined);
    player.close();
  });

  it('says so in a line a minute for each reason, without a stack or what was sent, and counts (H8)', async () => {
    const told = server.lines.filter((line) => line.message === 'a request was refused');
    const reasons = told.map((line) => line.fields.why);
    assert.equal(new Set(reasons).size, reasons.length);
    assert.deepEqual([...reasons].sort(), [
      'body',
      'connect',
      'expectation',
      'head_too_large',
      'headers',
      'host',
      'method',
      'pipelined',
      'target',
      'unreadable',
      'upgrade',
    ]);
    assert.deepEqual(
      server.lines.filter((line) => line.level !== 'info' && line.level !== 'debug'),
      [],
    );
    for (const line of told) assert.ok(line.cause === undefined && JSON.stringify(line.fields).length < 120);
    await until('all to be counted', () => server.counters.total('hypogeum_http_refused_total') >= 8 * ALL.length);
    assert.ok(server.counters.total('hypogeum_http_refused_total', { why: 'host' }) >= 9 * 6);
  });
});

function assertError(answer: string, name: Expected): void {
  const { status, ...error } = ERRORS[name];
  assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
  assert.match(answer, /\r\nconnection: close\r\n/i);
  const [, body = ''] = /\r\n\r\n(\{.*\})$/s.exec(answer) ?? [];
  const { code, retryable } = JSON.parse(body) as { code: number; retryable: boolean };
  assert.deepEqual([code, retryable], [error.code, error.retryable]);
  assert.doesNotMatch(answer, /\n\s+at |node:|\/src\//);
}
