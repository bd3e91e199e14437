/** An operator's account service: Ed25519 keys, and tokens of every good and bad sort. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';

export interface AccountService {
  /** The public keys, as the operator hands them to the server. */
  readonly jwks: string;
  /** A good token, changed as told. Times are in seconds since 1970. */
  token(changes?: TokenChanges): Promise<string>;
}

export interface TokenChanges {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly issuer?: string;
  readonly audience?: string;
  readonly subject?: string;
  readonly kid?: string;
  readonly issuedAt?: number;
  readonly lifeS?: number;
  readonly key?: KeyObject;
}

export function accountService(kid = 'k1', now: () => number = Date.now): AccountService {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid };
  return {
    jwks: JSON.stringify({ keys: [jwk] }),
    token(changes = {}) {
      const iat = changes.issuedAt ?? Math.floor(now() / 1000);
      return new SignJWT({ ...changes.claims })
        .setProtectedHeader({ alg: 'EdDSA', kid: changes.kid ?? kid })
        .setIssuer(changes.issuer ?? 'accounts')
        .setAudience(changes.audience ?? 'hypogeum')
        .setSubject(changes.subject ?? 'ann')
        .setIssuedAt(iat)
        .setExpirationTime(iat + (changes.lifeS ?? 300))
        .sign(changes.key ?? privateKey);
    },
  };
}

/** A token whose header or payload was changed after it was signed. */
export function altered(token: string, part: 0 | 1, change: object): string {
  const parts = token.split('.');
  const said = JSON.parse(Buffer.from(parts[part]!, 'base64url').toString()) as object;
  parts[part] = Buffer.from(JSON.stringify({ ...said, ...change })).toString('base64url');
  return parts.join('.');
}

/** A token that says it needs no signature. */
export function unsigned(token: string): string {
  const [head, payload] = altered(token, 0, { alg: 'none' }).split('.');
  return `${head}.${payload}.`;
}
