/** Secrets from the operating system's randomness, and their comparison in a time that tells nothing of where they differ. */
import { randomBytes, timingSafeEqual } from 'node:crypto';

/** 192 bits: 32 characters that may stand in a URL. */
const TOKEN_BYTES = 24;

export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** Whether a text is this secret. Its length is no secret. */
export function isSame(secret: string, given: string): boolean {
  const [a, b] = [Buffer.from(secret), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
