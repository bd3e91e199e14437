/** Tokens and guests by a stepped clock. Names begin with the rule of src/security/SPEC.md. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { ERRORS } from '../../src/kernel/errors.ts';
import { openSeat, sealSeat } from '../../src/kernel/identity.ts';
import { silentLogger } from '../../src/kernel/ports.ts';
import { fixedAccountKeys, openAccountKeys, parseJwks } from '../../src/security/account-keys.ts';
import { AuthError } from '../../src/security/auth-error.ts';
import { Authenticator, type AuthenticatorOptions } from '../../src/security/authenticator.ts';
import { bearerOf } from '../../src/security/bearer.ts';
import {
  AgreedGuestKeys,
  configuredGuestKeys,
  type GuestKeys,
  ROTATE_EVERY_MS,
} from '../../src/security/guest-keys.ts';
import { newGuestId, newSeed } from '../../src/security/node-secrets.ts';
import { accountService, altered, unsigned } from '../support/accounts.ts';

const START = Date.UTC(2026, 0, 1, 12);
const MINUTE = 60_000;
const DAY = 86_400_000;
const SECRET = 'a secret of more than 32 characters';

/** A clock, an account service, and processes that share what they agree on. */
function world(options: Partial<AuthenticatorOptions> = {}) {
  const clock = { now: START };
  const now = () => clock.now;
  const accounts = accountService('k1', now);
  const agreed = new Map<string, string>();
  const store = { away: false };
  const agree = async (name: string, proposal: string): Promise<string> => {
    if (store.away) throw Object.assign(new Error('away'), { code: ERRORS.STORE_AWAY.code });
    if (!agreed.has(name)) agreed.set(name, proposal);
    return agreed.get(name)!;
  };
  const newKeys = () =>
    new AgreedGuestKeys({ agree, newSeed, logger: silentLogger }, { keepMs: 30 * DAY + 15 * MINUTE });
  const process = (guestKeys: GuestKeys = newKeys()) =>
    new Authenticator(
      { accounts: { name: 'accounts', ...fixedAccountKeys(accounts.jwks) }, guestKeys, now, newGuestId },
      { guestsAllowed: true, audience: 'hypogeum', tokenMinutes: 15, guestDays: 30, ...options },
    );
  return { clock, accounts, agreed, store, newKeys, process };
}

async function refusal(work: Promise<unknown>): Promise<AuthError> {
  const thrown = await work.then(
    () => assert.fail('it should be refused'),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof AuthError, String(thrown));
  return thrown;
}

describe('tokens of an account service', () => {
  const { clock, accounts, process } = world();
  const authenticator = process();
  const stranger = generateKeyPairSync('ed25519').privateKey;
  beforeEach(() => {
    clock.now = START;
  });

  it('ID1 name the account, and tell the game what else they say', async () => {
    const token = await accounts.token({ claims: { name: 'Ann', rank: 7 } });
    assert.deepEqual(await authenticator.identify(token), {
      id: 'ann',
      guest: false,
      name: 'Ann',
      claims: { rank: 7 },
    });
  });

  const good = () => accounts.token();
  const bad: Readonly<Record<string, [why: string, token: () => Promise<string>]>> = {
    'signed with another key': ['wrong signature', () => accounts.token({ key: stranger })],
    'changed after it was signed': ['wrong signature', async () => altered(await good(), 1, { sub: 'ben' })],
    'without a signature (alg none)': ['wrong algorithm', async () => unsigned(await good())],
    'of another algorithm than EdDSA': ['wrong algorithm', async () => altered(await good(), 0, { alg: 'HS256' })],
    'signed with the public key as an HMAC secret': [
      'wrong algorithm',
      () =>
        new SignJWT({ iss: 'accounts', aud: 'hypogeum', sub: 'ann', iat: 1, exp: 9e9 })
          .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
          .sign(Buffer.from(accounts.jwks)),
    ],
    'with its key inside': ['wrong signature', async () => altered(await good(), 0, { jwk: {}, jku: 'http://x' })],
    'with a demand that is not understood': ['malformed', async () => altered(await good(), 0, { crit: ['b64'] })],
    'of a key nobody knows': ['unknown key', () => accounts.token({ kid: 'k9' })],
    'that names no key': ['no key named', async () => altered(await good(), 0, { kid: undefined })],
    'of another issuer': ['unknown issuer', () => accounts.token({ issuer: 'elsewhere' })],
    'that claims to be ours': ['unknown key', () => accounts.token({ issuer: 'hypogeum-guests' })],
    'for another audience': ['wrong aud', () => accounts.token({ audience: 'shop' })],
    'that lives longer than is allowed': ['lives too long', () => accounts.token({ lifeS: 15 * 60 + 1 })],
    'from the future': ['from the future', () => accounts.token({ issuedAt: START / 1000 + 6 })],
    'not valid yet': ['wrong nbf', () => accounts.token({ claims: { nbf: START / 1000 + 60 } })],
    "with a guest's id": ['wrong sub', () => accounts.token({ subject: 'guest-x' })],
    'with an id that is none': ['wrong sub', () => accounts.token({ subject: 'a b' })],
    'too long': ['too long', () => accounts.token({ claims: { x: 'y'.repeat(5000) } })],
    'that is none': ['malformed', async () => 'abc'],
    'of dots': ['malformed', async () => '...'],
    'of JSON that is no object': ['malformed', async () => 'W10.W10.W10'],
  };
  for (const [what, [why, token]] of Object.entries(bad)) {
    it(`ID1 are refused, not taken for a guest's: one ${what}`, async () => {
      const { code, why: told } = await refusal(authenticator.identify(await token()));
      assert.deepEqual([code, told], [ERRORS.TOKEN_INVALID.code, why]);
    });
  }

  it('ID1 expire, with five seconds for clocks that differ', async () => {
    const token = await accounts.token({ lifeS: 60 });
    clock.now = START + 60_000 + 4000;
    assert.equal((await authenticator.identify(token)).id, 'ann');
    clock.now += 2000;
    assert.equal((await refusal(authenticator.identify(token))).code, ERRORS.TOKEN_EXPIRED.code);
  });

  it('ID1 are held to it in words of ours', async () => {
    const { message } = await refusal(authenticator.identify('secret.secret.secret'));
    assert.equal(message, ERRORS.TOKEN_INVALID.message);
  });
});

describe("an account service's keys", () => {
  const [first, second] = [accountService('k1'), accountService('k2')];
  const both = JSON.stringify({ keys: [JSON.parse(first.jwks).keys[0], JSON.parse(second.jwks).keys[0]] });

  it('ID2 come and go with the file, by their names', async () => {
    let file = first.jwks;
    const keys = await openAccountKeys({ read: async () => file, logger: silentLogger }, 0);
    assert.ok(await keys.publicKey('k1', 1000));
    file = both;
    assert.equal(await keys.publicKey('k2', 2000), undefined, 'looked at a moment ago');
    assert.ok(await keys.publicKey('k2', 5000));
    assert.ok(await keys.publicKey('k1', 6000));
    file = second.jwks;
    assert.equal(await keys.publicKey('k1', 40_000), undefined, 'withdrawn');
    file = 'half a fi';
    assert.ok(await keys.publicKey('k2', 80_000), 'those from before stay');
  });

  it('ID2 are Ed25519 keys with names of their own, and public', () => {
    const jwk = JSON.parse(first.jwks).keys[0] as object;
    const wrong: [RegExp, object][] = [
      [/is a private key/, { ...jwk, d: 'AAAA' }],
      [/keys.0.kid/, { ...jwk, kid: undefined }],
      [/must be OKP/, { ...jwk, kty: 'RSA' }],
      [/must be Ed25519/, { ...jwk, crv: 'X25519' }],
      [/no point/, { ...jwk, x: 'AAAA' }],
    ];
    for (const [told, key] of wrong) assert.throws(() => parseJwks(JSON.stringify({ keys: [key] })), told);
    assert.throws(() => parseJwks(JSON.stringify({ keys: [jwk, jwk] })), /same kid/);
    assert.throws(() => parseJwks(JSON.stringify({ keys: [] })), /must hold a key/);
    assert.throws(() => parseJwks('{'), /no JSON/);
  });
});

describe('guests', () => {
  it('ID3 without a token are somebody new each time; with theirs the same at every process', async () => {
    const { process } = world();
    const [here, there] = [process(), process()];
    const [one, two] = [await here.identify(undefined), await here.identify('')];
    assert.notEqual(one.id, two.id);
    assert.match(one.id, /^guest-[\w-]{22}$/);
    const { token, identity, expiresInSeconds } = await here.guestPass(undefined);
    assert.equal(expiresInSeconds, 900);
    assert.deepEqual(await there.identify(token), { ...identity, guest: true, claims: {} });
  });

  it('ID3 renew their token, after it expired too, and stay who they are', async () => {
    const { clock, process } = world();
    const authenticator = process();
    const { token, identity } = await authenticator.guestPass(undefined);
    clock.now += 20 * MINUTE;
    assert.equal((await refusal(authenticator.identify(token))).code, ERRORS.TOKEN_EXPIRED.code);
    clock.now += 29 * DAY;
    const again = await authenticator.guestPass(token);
    assert.equal(again.identity.id, identity.id);
    assert.equal((await authenticator.identify(again.token)).id, identity.id);
    clock.now += 2 * DAY;
    const { code } = await refusal(authenticator.guestPass(token));
    assert.ok(code === ERRORS.TOKEN_EXPIRED.code || code === ERRORS.TOKEN_INVALID.code);
  });

  it('ID3 cannot renew what is not theirs', async () => {
    const { accounts, process } = world();
    assert.equal((await refusal(process().guestPass(await accounts.token()))).why, 'unknown issuer');
    const { token } = await process().guestPass(undefined);
    assert.equal((await refusal(process().guestPass(altered(token, 1, { sub: 'guest-x' })))).why, 'wrong signature');
  });

  it('ID3 get tokens of a new key each day, and keep those of older ones', async () => {
    const { clock, process, agreed } = world();
    const authenticator = process();
    const { token } = await authenticator.guestPass(undefined);
    clock.now = Math.ceil(START / ROTATE_EVERY_MS) * ROTATE_EVERY_MS + 1000;
    const later = await authenticator.guestPass(undefined);
    assert.equal(agreed.size, 2);
    const kid = (one: string) => JSON.parse(Buffer.from(one.split('.')[0]!, 'base64url').toString()).kid as string;
    assert.notEqual(kid(token), kid(later.token));
    const other = process();
    assert.equal((await other.guestPass(token)).identity.guest, true);
    assert.equal((await other.identify(later.token)).guest, true);
  });

  it('ID3 name no key of a day that is past, or to come, however often they try', async () => {
    const { agreed, newKeys } = world();
    const keys = newKeys();
    const today = Math.floor(START / ROTATE_EVERY_MS);
    for (const day of [today - 40, today + 1, 0, 999_999])
      assert.equal(await keys.publicKey(`${day}-${'x'.repeat(16)}`, START), undefined);
    assert.equal(await keys.publicKey('../../x', START), undefined);
    assert.equal(agreed.size, 0);
    assert.equal(await keys.publicKey(`${today}-${'x'.repeat(16)}`, START), undefined);
  });

  it('ID4 play on while the store is away, also into the next day, and after it came back empty', async () => {
    const { clock, process, store, agreed, newKeys } = world();
    const keys = newKeys();
    const authenticator = process(keys);
    const { token } = await authenticator.guestPass(undefined);
    store.away = true;
    clock.now += DAY;
    assert.equal((await authenticator.guestPass(token)).identity.guest, true);
    const blank = await process()
      .identify(token)
      .catch((error: { code: number }) => error.code);
    assert.equal(blank, ERRORS.STORE_AWAY.code, 'a process that knows no keys says so, and takes nobody for a guest');
    agreed.clear();
    await assert.rejects(keys.agreeAgain(clock.now), 'the store went away again');
    store.away = false;
    await keys.agreeAgain(clock.now);
    assert.equal((await process().guestPass(token)).identity.guest, true);
  });

  it("ID3 may have the operator's keys: the first signs, all verify", async () => {
    const { process } = world();
    const old = await process(configuredGuestKeys([SECRET])).guestPass(undefined);
    const rotated = process(configuredGuestKeys([`new ${SECRET}`, SECRET]));
    const renewed = await rotated.guestPass(old.token);
    assert.equal(renewed.identity.id, old.identity.id);
    const withdrawn = process(configuredGuestKeys([`new ${SECRET}`]));
    assert.equal((await withdrawn.identify(renewed.token)).id, old.identity.id);
    assert.equal((await refusal(withdrawn.identify(old.token))).why, 'unknown key');
  });

  it('ID5 are refused where accounts are required, with and without a token', async () => {
    const { accounts, process } = world({ guestsAllowed: false });
    const strict = process();
    assert.equal((await refusal(strict.identify(undefined))).code, ERRORS.AUTH_REQUIRED.code);
    assert.equal((await refusal(strict.guestPass(undefined))).code, ERRORS.AUTH_REQUIRED.code);
    assert.equal((await strict.identify(await accounts.token())).id, 'ann');
    const { token } = await world().process().guestPass(undefined);
    assert.equal((await refusal(strict.identify(token))).why, 'unknown issuer');
  });
});

describe('the token of a request', () => {
  it('ID1 is found however its scheme is written; another scheme is none', () => {
    for (const header of ['Bearer a.b', 'bearer a.b', 'BEARER  a.b ']) assert.equal(bearerOf(header), 'a.b');
    assert.equal(bearerOf('Bearer a b'), 'a b');
    for (const header of [undefined, null, '', 'Bearer ', 'Basic abc']) assert.equal(bearerOf(header), undefined);
  });
});

describe('an identity that goes with a seat', () => {
  const ann = { id: 'ann', guest: false, claims: {} };
  const travel = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

  it('ID6 leaves what onAuth returned as it was', () => {
    for (const auth of [undefined, { id: 7 }, 'text', 0, { identity: 'own' }]) {
      const opened = openSeat(travel(sealSeat(ann, auth)));
      assert.deepEqual([opened.identity, opened.auth], [ann, auth]);
      assert.deepEqual(openSeat(travel(sealSeat(undefined, auth))), { auth });
    }
  });
});
