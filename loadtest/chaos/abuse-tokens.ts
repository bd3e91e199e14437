/** Attack with tokens that nobody trustworthy signed: forged, expired, unsigned, signed with another key or as something else. */

import { createPublicKey, type KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateKeyPair, SignJWT } from 'jose';
import { configuredGuestKeys } from '../../src/security/guest-keys.ts';
import { ask } from '../ask.ts';
import { ATTACKER } from './abuse-addresses.ts';
import { askForSeat, PATIENCE_MS } from './abuse-ask.ts';
import type { Attack, Field } from './abuse-attack.ts';
import { GUEST_SECRET } from './abuse-messages.ts';
import type { Score } from './abuse-score.ts';

const PAUSE_MS = 50;
const JWT = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/;
/** Where a guest gets a token of their own: what it says is copied, with another signature. */
const GUEST_ROUTES = ['/auth/guest', '/auth/anonymous'];

interface Genuine {
  readonly text: string | undefined;
  readonly header: Record<string, unknown>;
  readonly claims: Record<string, unknown>;
}

/** What a server that makes no tokens is told anyway. */
const MADE_UP: Genuine = {
  text: undefined,
  header: { alg: 'EdDSA', kid: '1' },
  claims: { iss: 'hypogeum-guests', aud: 'hypogeum', sub: 'guest:1' },
};

const forged: Attack = {
  name: 'forged-tokens',
  what: 'identity tokens that are forged, expired, of algorithm none, of another key, or changed',
  unit: 'attempts',
  accepts: 'a seat was given to its bearer',
  measure: 'never',
  limit: 0,
  async run(field, score) {
    const genuine = await genuineToken(field);
    await control(field, score, genuine.text);
    if (genuine.text !== undefined)
      await control(field, score, await signed({ ...genuine.claims, ...lasting() }, genuine.header));
    const tokens = await forge(genuine);
    for (let turn = 0; !field.over; turn++) {
      const [kind, token] = tokens[turn % tokens.length]!;
      const headers = { authorization: `Bearer ${token}` };
      const room = field.random.pick(field.pens);
      const wish = { port: field.port, from: ATTACKER, method: 'joinById', room, headers } as const;
      score.offer();
      const { status, seat } = await askForSeat(wish);
      score.end(`${kind}: ${status}`);
      if (seat !== undefined) {
        score.accept();
        score.breach(`a token that is ${kind} was taken`);
      }
      await sleep(PAUSE_MS);
    }
  },
};

/** A server that refuses every token keeps out forgers too. */
async function control(field: Field, score: Score, text: string | undefined): Promise<void> {
  if (text === undefined) return score.end('no genuine token to begin with');
  const headers = { authorization: `Bearer ${text}` };
  const from = field.stranger();
  const { seat } = await askForSeat({ port: field.port, from, method: 'joinById', room: field.pens[0], headers });
  score.end('began with a genuine token');
  if (seat === undefined) score.breach('a genuine token was refused');
}

async function genuineToken(field: Field): Promise<Genuine> {
  const from = field.stranger();
  const room = field.pens[0];
  const answers = [await askForSeat({ port: field.port, from, method: 'joinById', room })];
  for (const path of GUEST_ROUTES)
    answers.push({
      ...(await ask({ port: field.port, from, path, body: '{}', timeoutMs: PATIENCE_MS })),
      seat: undefined,
    });
  const text = answers.map(({ body, headers }) => JWT.exec(`${body} ${JSON.stringify(headers)}`)?.[0]).find(Boolean);
  if (text === undefined) return MADE_UP;
  const [header, claims] = text.split('.').map(decode);
  return { text, header: header ?? {}, claims: claims ?? {} };
}

/** By the server's own key: what is wrong with such a token is what it says, nothing else. */
async function signed(claims: object, header: object): Promise<string> {
  const { kid, privateKey } = await serverKey();
  return new SignJWT({ ...claims }).setProtectedHeader({ ...header, alg: 'EdDSA', kid }).sign(privateKey);
}

function serverKey(): Promise<{ readonly kid: string; readonly privateKey: KeyObject }> {
  return configuredGuestKeys([GUEST_SECRET]).signing(Date.now());
}

function lasting(): { readonly iat: number; readonly exp: number } {
  const now = Math.floor(Date.now() / 1000);
  return { iat: now, exp: now + 600 };
}

async function forge({ text, header, claims }: Genuine): Promise<(readonly [kind: string, token: string])[]> {
  const now = Math.floor(Date.now() / 1000);
  const fresh = { ...claims, ...lasting() };
  const publicKey = createPublicKey((await serverKey()).privateKey);
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const confuse = (secret: Uint8Array): Promise<string> =>
    new SignJWT({ ...fresh }).setProtectedHeader({ ...header, alg: 'HS256' }).sign(secret);
  const { privateKey } = await generateKeyPair('Ed25519', { extractable: true });
  const ours = (payload: object, protectedHeader: object): Promise<string> =>
    new SignJWT({ ...payload }).setProtectedHeader({ ...protectedHeader, alg: 'EdDSA' }).sign(privateKey);
  const [head = encode(header), , signature = 'AAAA'] = text?.split('.') ?? [];
  return [
    ['forged', `${encode(header)}.${encode(fresh)}.${'A'.repeat(86)}`],
    ['expired', await signed({ ...claims, iat: now - 7200, exp: now - 6600 }, header)],
    ['of a long life', await signed({ ...claims, iat: now, exp: now + 10 * 86_400 }, header)],
    ['for another audience', await signed({ ...fresh, aud: 'another' }, header)],
    ['of another issuer', await signed({ ...fresh, iss: 'accounts' }, header)],
    ['of algorithm none', `${encode({ ...header, alg: 'none' })}.${encode(fresh)}.`],
    ['of another key', await ours(fresh, header)],
    ['of an unknown key', await ours(fresh, { ...header, kid: 'nobody' })],
    ['of its own key', await ours(fresh, { ...header, jwk: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) } })],
    ['an HMAC by the public key', await confuse(Buffer.from(x, 'base64url'))],
    ['an HMAC by the public PEM', await confuse(Buffer.from(publicKey.export({ format: 'pem', type: 'spki' })))],
    ['changed', `${head}.${encode({ ...fresh, sub: 'somebody else' })}.${signature}`],
    ['no token at all', 'not.a.token'],
    ['very long', `${head}.${'A'.repeat(8000)}.${signature}`],
  ];
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
}

export const TOKEN_ATTACKS: readonly Attack[] = [forged];
