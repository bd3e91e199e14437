/** HTTP requests that are nearly right: lines, targets, headers, bodies, and what proxies and other processes say. Seeded. */
import type { Random } from '../../../src/kernel/random.ts';
import type { CaseBody } from './wire-case.ts';
import { garbled, mostly, pieces, word } from './words.ts';

const METHODS = [
  'GET',
  'POST',
  'POST',
  'POST',
  'HEAD',
  'OPTIONS',
  'PUT',
  'DELETE',
  'TRACE',
  'CONNECT',
  'PATCH',
  'PRI',
  'get',
];
const MATCHMAKE = ['joinOrCreate', 'join', 'joinById', 'create', 'reconnect', 'exchange', '__proto__', 'constructor'];
const ROOMS = [
  'arena',
  'pen',
  'pen',
  'game-pen',
  'nobody',
  'world',
  'lobby',
  'nobody',
  '__proto__',
  'toString',
  'x'.repeat(100),
];
const PATHS = [
  '/',
  '/healthz',
  '/readyz',
  '/world',
  '/monitor',
  '/admin',
  '/playground',
  '/favicon.ico',
  '//',
  '/..',
  '*',
];
const VERSIONS = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', 'http/1.1', ''];
const ENCODINGS = ['gzip', 'deflate', 'br', 'identity', 'x'];
const TYPES = [
  'application/json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-7',
  'multipart/form-data',
];
const ADDRESSES = [
  '127.0.0.1',
  '10.0.0.1',
  '::1',
  '::ffff:1.2.3.4',
  'unknown',
  '_hidden',
  '1.2.3.4:99999',
  '256.1.1.1',
  'fe80::1%lo',
];
const JWTS = [
  'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.',
  'eyJhbGciOiJFZERTQSIsImtpZCI6IjEifQ.eyJzdWIiOiJ4IiwiZXhwIjo5OTk5OTk5OTk5fQ.AAAA',
  'eyJhbGciOiJIUzI1NiJ9.e30.AAAA',
  'e30.e30.e30',
  '...',
];

export function httpCase(random: Random): CaseBody {
  const body = bodyOf(random);
  const head = [lineOf(random), ...headersOf(random, body)].join(random.int(30) === 0 ? '\n' : '\r\n');
  const text = garbled(`${head}\r\n\r\n`, random) + body;
  return { kind: 'http', writes: pieces(text, random) };
}

export function lineOf(random: Random): string {
  return `${mostly(random, random.pick(METHODS), 8)} ${targetOf(random)} ${random.pick(VERSIONS)}`;
}

function targetOf(random: Random): string {
  if (random.int(3) === 0) return mostly(random, random.pick(PATHS)) + (random.int(3) === 0 ? `?${word(random)}` : '');
  const path = `/matchmake/${mostly(random, random.pick(MATCHMAKE))}/${mostly(random, random.pick(ROOMS))}`;
  return random.int(4) === 0 ? `${path}?${word(random)}=${word(random)}` : path;
}

function headersOf(random: Random, body: string): string[] {
  const headers = [
    `Host: ${mostly(random, 'localhost')}`,
    `Content-Type: ${mostly(random, random.pick(TYPES))}`,
    lengthOf(random, body),
  ];
  for (let more = random.int(5); more > 0; more--) headers.push(extraHeader(random));
  if (random.int(40) === 0) headers.push(...Array.from({ length: random.int(400) }, (_, i) => `X-${i}: ${i}`));
  return headers;
}

function lengthOf(random: Random, body: string): string {
  switch (random.int(12)) {
    case 0:
      return 'Transfer-Encoding: chunked';
    case 1:
      return `Content-Length: ${word(random, 6)}`;
    case 2:
      return `Content-Length: ${body.length + random.int(9) - 4}`;
    default:
      return `Content-Length: ${body.length}`;
  }
}

/** What the server, a proxy before it, or another process would believe. */
export function extraHeader(random: Random): string {
  const addresses = (): string =>
    Array.from({ length: 1 + random.int(4) }, () => mostly(random, random.pick(ADDRESSES))).join(', ');
  switch (random.int(11)) {
    case 0:
      return `X-Forwarded-For: ${addresses()}`;
    case 1:
      return `X-Real-IP: ${addresses()}`;
    case 2:
      return `Forwarded: for=${addresses()};proto=${word(random)}`;
    case 3:
      return `X-Hypogeum-Forwarded: ${mostly(random, `${Date.UTC(2030, 0)}.MTI3LjAuMC4x.${'A'.repeat(43)}`)}`;
    case 4:
      return `Authorization: ${mostly(random, 'Bearer')} ${garbled(mostly(random, random.pick(JWTS)), random)}`;
    case 5:
      return `Origin: ${mostly(random, 'https://example.com')}`;
    case 6:
      return `Cookie: ${word(random)}=${word(random, 100)}`;
    case 7:
      return `Content-Encoding: ${mostly(random, random.pick(ENCODINGS))}`;
    case 8:
      return `Expect: ${mostly(random, '100-continue')}`;
    case 9:
      return `Connection: ${mostly(random, 'keep-alive')}`;
    default:
      return `${word(random)}: ${word(random, 60)}`;
  }
}

function bodyOf(random: Random): string {
  switch (random.int(9)) {
    case 0:
      return '';
    case 1:
      return nested(random, 1 + random.int(3000));
    case 2:
      return word(random, 200);
    case 3:
      return `{"${mostly(random, '__proto__')}":{"polluted":true},"name":"x"}`;
    case 4:
      return `{"reconnectionToken":${JSON.stringify(word(random))}}`;
    case 5:
      return `{"a":${'9'.repeat(random.int(400))},"b":${word(random)}}`;
    default:
      return garbled(JSON.stringify({ name: word(random), list: [1, null, { x: word(random) }] }), random);
  }
}

function nested(random: Random, depth: number): string {
  return random.int(2) === 0
    ? '['.repeat(depth) + ']'.repeat(random.int(depth + 1))
    : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}
