/**
 * Who may do what an admin may: the one token of the settings, compared in constant time, wrong tries limited per address;
 * for browsers a session, told by a value that only who knows the token can make. Rules: SPEC.md (ID10, ID11).
 */
import { createHmac } from 'node:crypto';
import { equalSecrets } from './node-secrets.ts';

export type Admission = 'admitted' | 'refused' | 'limited';

export interface AdminGateOptions {
  /** At least 16 characters. */
  readonly token: string;
  readonly triesPerMinute: number;
}

export const SESSION_SECONDS = 3600;
const MINUTE_MS = 60_000;
/** Addresses with wrong tries that are remembered; beyond it the oldest are forgotten. */
const MOST_ADDRESSES = 10_000;

interface Tries {
  count: number;
  readonly since: number;
}

export class AdminGate {
  readonly #options: AdminGateOptions;
  readonly #tries = new Map<string, Tries>();

  constructor(options: AdminGateOptions) {
    this.#options = options;
  }

  /** Looks at no token from an address with too many wrong tries. @param now milliseconds. */
  admit(token: string | undefined, address: string, now: number): Admission {
    if (this.#wrongTries(address, now) >= this.#options.triesPerMinute) return 'limited';
    if (token !== undefined && equalSecrets(token, this.#options.token)) return 'admitted';
    if (token !== undefined) this.#count(address, now);
    return 'refused';
  }

  /** A value for a browser that holds for an hour, at all processes with the same token. @param now ms since 1970. */
  openSession(now: number): string {
    const until = `${Math.floor(now / 1000) + SESSION_SECONDS}`;
    return `${until}.${this.#mac(until)}`;
  }

  isSession(value: string | undefined, now: number): boolean {
    const [until = '', mac = '', ...more] = (value ?? '').split('.');
    if (more.length > 0 || !/^\d{1,12}$/.test(until) || Number(until) * 1000 <= now) return false;
    return equalSecrets(mac, this.#mac(until));
  }

  #mac(until: string): string {
    return createHmac('sha256', this.#options.token).update(`hypogeum admin session ${until}`).digest('base64url');
  }

  #wrongTries(address: string, now: number): number {
    const tries = this.#tries.get(address);
    if (tries === undefined) return 0;
    if (now - tries.since < MINUTE_MS) return tries.count;
    this.#tries.delete(address);
    return 0;
  }

  #count(address: string, now: number): void {
    const tries = this.#tries.get(address);
    if (tries !== undefined) {
      tries.count++;
      return;
    }
    if (this.#tries.size >= MOST_ADDRESSES) this.#tries.delete(this.#tries.keys().next().value!);
    this.#tries.set(address, { count: 1, since: now });
  }
}
