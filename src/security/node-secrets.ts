/** Secrets and names from the operating system's randomness, and comparing secrets. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { GUEST_PREFIX } from '../kernel/identity.ts';

const ID_BYTES = 16;
const SEED_BYTES = 32;

/** 128 bits: nobody meets another's by chance, or finds it by trying. */
export function newGuestId(): string {
  return GUEST_PREFIX + randomBytes(ID_BYTES).toString('base64url');
}

/** A seed of an Ed25519 key, base64url. */
export function newSeed(): string {
  return randomBytes(SEED_BYTES).toString('base64url');
}

/** In a time that tells nothing of where they differ, or of their lengths. */
export function equalSecrets(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
