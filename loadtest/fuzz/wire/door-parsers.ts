/**
 * The parsers that HTTP and the doors bring along: heads, bodies, targets, addresses, tokens. All of them are reached by
 * anybody who can connect.
 */
import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import fc from 'fast-check';
import { parseObject } from '../../../src/http/json.ts';
import { asksForGame, flawOf, hasBody, type RequestHead } from '../../../src/http/request-checks.ts';
import { GUEST_PREFIX } from '../../../src/kernel/identity.ts';
import { seatTargetOf } from '../../../src/kernel/seat-target.ts';
import { countedAs, PlayerAddresses, readAddress } from '../../../src/security/addresses.ts';
import { AuthError } from '../../../src/security/auth-error.ts';
import { Authenticator } from '../../../src/security/authenticator.ts';
import { bearerOf } from '../../../src/security/bearer.ts';
import { configuredGuestKeys } from '../../../src/security/guest-keys.ts';
import { type Issuer, signToken } from '../../../src/security/jose-tokens.ts';
import { keyPairOf, seedOf } from '../../../src/security/node-key-pair.ts';
import { applyEdits, edit, mostly, nearly, type Parser, quickly, text } from './inputs.ts';

const MAX_DEPTH = 32;
const MAX_HEADERS = 100;
const FORBIDDEN = ['__proto__', 'constructor', 'prototype', 'hasOwnProperty'];
const NOW = 1_800_000_000_000;
const LIFE_S = 900;
const AUDIENCE = 'hypogeum';
const [ACCOUNTS, GUESTS] = ['accounts', 'hypogeum-guests'];
const SEAT = '/p4KzT2aQ1/rX8_aB-c9';

export async function doorParsers(): Promise<readonly Parser[]> {
  return [
    {
      name: 'addresses',
      weight: 2,
      property: fc.property(fc.oneof(address, text), forwardedFor, (remote, said) =>
        quickly(() => believeNobody(remote, said)),
      ),
    },
    {
      name: 'bearers',
      weight: 1,
      property: fc.property(bearer, (header) => quickly(() => readBearer(header))),
    },
    { name: 'tokens', weight: 1, property: await tokens() },
    {
      name: 'JSON bodies',
      weight: 2,
      property: fc.property(body, (bytes) => quickly(() => readBody(bytes))),
    },
    {
      name: 'heads of requests',
      weight: 2,
      property: fc.property(head, (given) => quickly(() => readHead(given))),
    },
    {
      name: 'seats in targets',
      weight: 2,
      property: fc.property(target, (url) => quickly(() => readTarget(url))),
    },
  ];
}

const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom('10.0.0.1', '10.255.0.7', '::ffff:10.0.0.1', '::1', '::', '::ffff:7f00:1', 'fe80::1%eth0'),
);
const hop = fc.oneof(
  { weight: 3, arbitrary: address },
  { weight: 1, arbitrary: fc.tuple(address, fc.nat(99_999)).map(([host, port]) => `[${host}]:${port}`) },
  { weight: 1, arbitrary: fc.tuple(fc.ipV4(), fc.nat(99_999)).map(([host, port]) => `${host}:${port}`) },
  { weight: 2, arbitrary: nearly(address) },
  { weight: 1, arbitrary: text },
);
const forwardedFor = fc.oneof(
  fc.constant(undefined),
  fc.array(hop, { maxLength: 6 }).map((hops) => hops.join(', ')),
  fc.array(hop, { maxLength: 4 }),
);
const proxies = new PlayerAddresses(['10.0.0.0/8', '::1']);

/** Nobody but a listed proxy is believed, and nothing but what it wrote down. */
function believeNobody(remote: string, said: string | string[] | undefined): void {
  const headers = { 'x-forwarded-for': said } as RequestHead['headers'];
  const told = proxies.of({ headers, socket: { remoteAddress: remote } });
  const connected = readAddress(remote);
  if (connected === undefined || !proxies.isProxy(connected)) assert.equal(told, connected ?? 'unknown');
  else if (told !== connected) assert.ok(`${said}`.split(',').some((entry) => readAddress(entry.trim()) === told));
  if (told === 'unknown') return;
  assert.notEqual(isIP(told), 0);
  assert.equal(readAddress(told), told, 'one spelling');
  const counted = countedAs(told);
  if (isIP(told) === 4) assert.equal(counted, told);
  else assert.match(counted, /^([\da-f]{1,4}:){4}:\/64$/);
}

const bearer = fc.oneof(
  nearly(fc.tuple(fc.constantFrom('Bearer ', 'bearer\t', ' BEARER  ', 'Basic ', ''), fc.base64String()).map(joined)),
  fc.tuple(fc.constantFrom('Bearer', ' '), fc.nat(16_000)).map(([word, count]) => word + ' '.repeat(count)),
  text,
);

function readBearer(header: string): void {
  const token = bearerOf(header);
  if (token === undefined) return;
  assert.match(header, /^\s*bearer\s/i);
  assert.ok(token.length > 0 && token === token.trim() && header.includes(token));
}

/** Only the two tokens that were really signed are good, and whatever else comes is refused with a code. */
async function tokens(): Promise<fc.IRawProperty<unknown>> {
  const guestKeys = configuredGuestKeys(['a secret of the operator, of at least 32 characters']);
  const guestSigning = await guestKeys.signing(NOW);
  const { privateKey, publicKey } = keyPairOf(seedOf('an account service'));
  const accounts: Issuer = { name: ACCOUNTS, publicKey: async (kid) => (kid === ACCOUNTS ? publicKey : undefined) };
  const authenticator = new Authenticator(
    { accounts, guestKeys, now: () => NOW, newGuestId: () => `${GUEST_PREFIX}new` },
    { guestsAllowed: true, audience: AUDIENCE, tokenMinutes: LIFE_S / 60, guestDays: 1 },
  );
  const said = { audience: AUDIENCE, lifeS: LIFE_S };
  const genuine = [
    await signToken({ kid: ACCOUNTS, privateKey }, { ...said, issuer: ACCOUNTS, subject: 'ann' }, NOW),
    await signToken(guestSigning, { ...said, issuer: GUESTS, subject: `${GUEST_PREFIX}ben` }, NOW),
  ];
  const claims = fc.record({ iss: fc.constantFrom(ACCOUNTS, GUESTS, 7), exp: fc.anything() });
  const header = fc.record({
    alg: fc.constantFrom('EdDSA', 'none', 'HS256', null),
    kid: fc.oneof(fc.constantFrom(ACCOUNTS, guestSigning.kid, '__proto__', ''), fc.anything()),
    crit: fc.constantFrom(undefined, ['b64'], 'b64'),
  });
  const made = fc
    .tuple(header, claims, fc.base64String())
    .map(([top, middle, end]) => [encoded(top), encoded(middle), end].join('.'));
  const given = fc.oneof(
    { weight: 3, arbitrary: nearly(fc.constantFrom(...genuine)) },
    { weight: 2, arbitrary: nearly(made) },
    { weight: 1, arbitrary: text },
  );
  return fc.asyncProperty(given, async (token) => {
    const taken = await authenticator.identify(token).catch((refusal: unknown) => {
      if (!(refusal instanceof AuthError)) throw refusal;
    });
    if (taken === undefined || token === '') return;
    const twin = genuine.find((one) => signedPart(one) === signedPart(token));
    assert.ok(twin !== undefined, 'nobody signed this');
    assert.equal(taken.guest, twin === genuine[1]);
  });
}

function encoded(value: unknown): string {
  return Buffer.from(fc.stringify(value)).toString('base64url');
}

const signedPart = (token: string): string => token.split('.', 2).join('.');

const key = fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom(...FORBIDDEN, 'toString'));
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc.jsonValue({ maxDepth: 1 }),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 3 }),
  ),
}));
const deep = fc
  .tuple(fc.constantFrom('{"a":', '[', '{"a":[{"b":'), fc.integer({ min: 1, max: 5000 }))
  .map(([open, levels]) => {
    const close = [...open].reverse().map((sign) => (sign === '{' ? '}' : sign === '[' ? ']' : ''));
    return `${open.repeat(levels)}1${close.join('').repeat(levels)}`;
  });
const spelled = fc.oneof(
  { weight: 4, arbitrary: tree.map((value) => JSON.stringify(value)) },
  // `__proto__` that only a parser sees.
  { weight: 1, arbitrary: key.map((name) => `{"a":{"\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}":1}}`) },
  { weight: 1, arbitrary: deep },
);
const body = fc
  .tuple(spelled, fc.array(edit, { maxLength: 2 }))
  .map(([json, edits]) => applyEdits([Buffer.from(json), edits]));

function readBody(bytes: Buffer): void {
  const value = parseObject(bytes, MAX_DEPTH);
  if (value === undefined) return;
  assert.ok(!Array.isArray(value));
  const parsed: unknown = JSON.parse(bytes.toString());
  assert.deepEqual(value, Array.isArray(parsed) ? {} : parsed);
  assertPlain(value, MAX_DEPTH);
}

function assertPlain(value: object, depth: number): void {
  assert.ok(depth > 0, 'deeper than is allowed');
  assert.ok([Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value)));
  for (const [name, held] of Object.entries(value)) {
    assert.ok(!FORBIDDEN.includes(name), name);
    if (typeof held === 'object' && held !== null) assertPlain(held, depth - 1);
  }
}

const query = fc.oneof(
  fc.constant(''),
  fc.constantFrom('__proto__', 'toString', '', '%00', '%', '%C0%AF', 'aB3_-x9Zq').map((id) => `?sessionId=${id}`),
  fc.webQueryParameters().map((parameters) => `?${parameters}`),
  fc
    .tuple(fc.nat(1000), fc.nat(1000))
    .map(([s, r]) => `?sessionId=${'s'.repeat(s)}&reconnectionToken=${'r'.repeat(r)}`),
);
const path = fc.oneof(
  fc.constant(SEAT),
  fc.constantFrom('/', '//', '/a//b', '/x/..', '/%2e/%2f', '*', '/\\['),
  fc.webPath(),
);
const asked = fc.tuple(path, query).map(joined);
const target = mostly(asked, nearly(asked));
const named = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6().map((v6) => `[${v6}]`),
  fc.constantFrom('x:99999', 'localhost:2567'),
);
const host = mostly(named, nearly(named, 2));
const head: fc.Arbitrary<RequestHead> = fc
  .record({
    method: mostly(fc.constantFrom('GET', 'POST', 'OPTIONS', 'TRACE'), text),
    url: target,
    hosts: mostly(
      host.map((one) => [one]),
      fc.array(host, { maxLength: 3 }),
    ),
    upgrade: fc.constantFrom(undefined, 'websocket', 'WebSocket', 'h2c'),
    length: fc.oneof(fc.constant(undefined), fc.constantFrom('0', '-1', '1e9', 'x', '00')),
    more: fc.constantFrom(0, 3, MAX_HEADERS - 1, MAX_HEADERS),
  })
  .map(({ method, url, hosts, upgrade, length, more }) => ({
    method,
    url,
    headers: { host: hosts[0], upgrade, 'content-length': length },
    rawHeaders: [
      ...hosts.flatMap((one) => ['HOST', one]),
      ...Array.from({ length: more }, (_, i) => [`x-${i}`, '']).flat(),
    ],
  }));

/** What has no flaw is read alike by everybody who comes after. */
function readHead(given: RequestHead): void {
  const flaw = flawOf(given, MAX_HEADERS);
  const isGame = asksForGame(given);
  if (isGame) assert.ok(given.method === 'GET' && !hasBody(given));
  if (flaw !== undefined) return;
  const read = new URL(`ws://server${given.url}`);
  assert.equal(read.host, 'server');
  decodeURIComponent(read.pathname);
  assert.ok(URL.canParse(`http://${given.headers.host}`));
  assert.ok(given.rawHeaders.length <= 2 * MAX_HEADERS);
}

function readTarget(url: string): void {
  const isFlawless = flawOf({ method: 'GET', url, headers: { host: 'x' }, rawHeaders: ['Host', 'x'] }, MAX_HEADERS);
  if (isFlawless !== undefined) return;
  const seat = seatTargetOf(url);
  if (seat === undefined || seat === 'malformed') return;
  assert.match(seat.roomId, /^[\w-]+$/);
  assert.match(seat.sessionId, /^\P{Cc}{1,128}$/u);
  assert.ok(!(seat.sessionId in {}));
  if (seat.reconnectionToken !== undefined) assert.match(seat.reconnectionToken, /^\P{Cc}{1,512}$/u);
}

function joined(parts: readonly string[]): string {
  return parts.join('');
}
