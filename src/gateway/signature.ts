/**
 * The word of one process to another about whom a forwarded socket belongs to: the player's address and the time, signed
 * for one request target. Whoever does not know the key can neither make such a word nor use one for another target.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export const FORWARDED_HEADER = 'x-hypogeum-forwarded';

export interface Forwarded {
  /** Of the player, '' when the forwarding process did not know it. */
  readonly address: string;
  /** The request target, as it stands in the request's first line. */
  readonly target: string;
}

export interface Signing {
  readonly key: string;
  /** Milliseconds since 1970: the processes' clocks are compared. */
  readonly now: number;
}

/** How far the clock of the signing process may be from this one's, in either direction. */
export const VALID_MS = 10_000;

/** The header's value: `time.address.signature`, each in characters that a header may hold. */
export function sign({ address, target }: Forwarded, { key, now }: Signing): string {
  const said = `${Math.floor(now)}.${Buffer.from(address).toString('base64url')}`;
  return `${said}.${macOf(said, target, key).toString('base64url')}`;
}

/** The address that a header's value tells for this target, undefined when its signature is wrong or old. */
export function verify(value: string, target: string, { key, now }: Signing): string | undefined {
  const [time = '', address = '', signature = '', ...more] = value.split('.');
  if (more.length > 0 || !isNumber(time) || Math.abs(now - Number(time)) > VALID_MS) return undefined;
  const given = Buffer.from(signature, 'base64url');
  const expected = macOf(`${time}.${address}`, target, key);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return Buffer.from(address, 'base64url').toString();
}

function macOf(said: string, target: string, key: string): Buffer {
  return createHmac('sha256', key).update(`${said} ${target}`).digest();
}

function isNumber(text: string): boolean {
  return /^\d{1,16}$/.test(text);
}
