/**
 * Signed tokens (JWT), by jose: EdDSA and nothing else, a key by its name, issuer, audience and times checked, nothing
 * believed before the signature is. Rules: SPEC.md (ID1, ID2). The time comes in; nothing here is logged.
 */
import type { KeyObject } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { ERRORS } from '../kernel/errors.ts';
import { AuthError } from './auth-error.ts';

const ALGORITHM = 'EdDSA';
/** How far the issuer's clock may be from ours. */
export const CLOCK_TOLERANCE_S = 5;
const MAX_TOKEN_LENGTH = 4096;

export interface Issuer {
  readonly name: string;
  /** Undefined when there is no such key. `now`: milliseconds since 1970. */
  publicKey(kid: string, now: number): Promise<KeyObject | undefined>;
}

export interface Expected {
  readonly audience: string;
  /** From issue to expiry, seconds. */
  readonly maxLifeS: number;
  /** An expired token is still taken for so long: to renew it, never to play. */
  readonly renewableS?: number;
}

export interface Verified {
  readonly issuer: Issuer;
  readonly subject: string;
  readonly payload: JWTPayload;
}

/**
 * @param issuers one of which the token must be of.
 * @param now milliseconds since 1970.
 * @throws AuthError TOKEN_INVALID or TOKEN_EXPIRED; what kept a key from being looked up.
 */
export async function verifyToken(
  token: string,
  issuers: readonly Issuer[],
  { audience, maxLifeS, renewableS = 0 }: Expected,
  now: number,
): Promise<Verified> {
  const { kid, issuerName } = claimsOf(token);
  const issuer = issuers.find(({ name }) => name === issuerName);
  if (issuer === undefined) throw invalid('unknown issuer');
  const key = await issuer.publicKey(kid, now);
  if (key === undefined) throw invalid('unknown key');
  const payload = await signedPayload(token, key, {
    algorithms: [ALGORITHM],
    issuer: issuer.name,
    audience,
    requiredClaims: ['sub', 'iat', 'exp'],
    clockTolerance: CLOCK_TOLERANCE_S + renewableS,
    currentDate: new Date(now),
  });
  const { sub, iat = 0, exp = 0 } = payload;
  if (typeof sub !== 'string') throw invalid('wrong sub');
  if (renewableS === 0 && exp - iat > maxLifeS) throw invalid('lives too long');
  if (iat > now / 1000 + CLOCK_TOLERANCE_S) throw invalid('from the future');
  return { issuer, subject: sub, payload };
}

/** What a token says of itself, not believed: it only names the key to check it with. */
function claimsOf(token: string): { readonly kid: string; readonly issuerName: unknown } {
  if (token.length > MAX_TOKEN_LENGTH) throw invalid('too long');
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    if (alg !== ALGORITHM) throw invalid('wrong algorithm');
    if (typeof kid !== 'string') throw invalid('no key named');
    return { kid, issuerName: decodeJwt(token).iss };
  } catch (cause) {
    throw cause instanceof AuthError ? cause : invalid('malformed', cause);
  }
}

async function signedPayload(token: string, key: KeyObject, options: Parameters<typeof jwtVerify>[2]) {
  try {
    return (await jwtVerify(token, key, options)).payload;
  } catch (cause) {
    if (cause instanceof errors.JWTExpired) throw new AuthError(ERRORS.TOKEN_EXPIRED, 'expired', { cause });
    if (cause instanceof errors.JWSSignatureVerificationFailed) throw invalid('wrong signature', cause);
    if (cause instanceof errors.JWTClaimValidationFailed) throw invalid(`wrong ${cause.claim}`, cause);
    throw invalid('malformed', cause);
  }
}

function invalid(why: string, cause?: unknown): AuthError {
  return new AuthError(ERRORS.TOKEN_INVALID, why, { cause });
}

export interface Signing {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

export interface Said {
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
  readonly lifeS: number;
}

/** @param now milliseconds since 1970. */
export function signToken({ kid, privateKey }: Signing, said: Said, now: number): Promise<string> {
  const iat = Math.floor(now / 1000);
  return new SignJWT({})
    .setProtectedHeader({ alg: ALGORITHM, kid, typ: 'JWT' })
    .setIssuer(said.issuer)
    .setAudience(said.audience)
    .setSubject(said.subject)
    .setIssuedAt(iat)
    .setExpirationTime(iat + said.lifeS)
    .sign(privateKey);
}
