/** Ed25519 key pairs from seeds, so that what processes agree on, or an operator sets, is a short text. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

export interface KeyPair {
  /** Names the public key; tells nothing of the private one. */
  readonly thumbprint: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** What stands before the 32 bytes of a seed in PKCS #8 (RFC 8410, 7). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const THUMBPRINT_LENGTH = 16;

/** @param seed 32 bytes, base64url. */
export function keyPairOf(seed: string): KeyPair {
  const der = Buffer.concat([PKCS8_HEAD, Buffer.from(seed, 'base64url')]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const thumbprint = createHash('sha256').update(x).digest('base64url').slice(0, THUMBPRINT_LENGTH);
  return { thumbprint, privateKey, publicKey };
}

/** The seed that a secret of any length stands for. Secrets are long and random, so one hash is enough. */
export function seedOf(secret: string): string {
  return createHash('sha256').update(`hypogeum guest key ${secret}`).digest('base64url');
}
