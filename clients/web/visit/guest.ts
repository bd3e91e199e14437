/**
 * The guest that this browser is, at every visit the same: the SDK keeps the token in the browser's storage and sends it
 * with every socket. When the server takes it no more it is renewed, and when it cannot be, the browser is a new guest.
 */

import { ERRORS } from '../../../src/kernel/errors.ts';

/** Of the SDK's `client.auth`. */
export interface GuestAuth {
  token: string | undefined;
  /** Asks for a token; with one it is renewed. Keeps it. */
  signInAnonymously(): Promise<unknown>;
  /** Forgets it. */
  signOut(): Promise<void>;
}

/** As the server tells it, or as the SDK does, which knows no more than the status. */
const REFUSED: readonly unknown[] = [ERRORS.TOKEN_INVALID.code, ERRORS.TOKEN_EXPIRED.code, ERRORS.TOKEN_INVALID.status];

/** Asks with the guest's token, once more with another when that one is refused. Without one where there are no guests. */
export async function asGuest<T>(auth: GuestAuth, ask: (token: string | undefined) => Promise<T>): Promise<T> {
  if (!auth.token) await signIn(auth);
  try {
    return await ask(auth.token);
  } catch (cause) {
    if (!auth.token || !isRefused(cause)) throw cause;
    await signIn(auth);
    return ask(auth.token);
  }
}

/** Where it does not work, what is asked next tells why. */
async function signIn(auth: GuestAuth): Promise<void> {
  try {
    await auth.signInAnonymously();
  } catch (cause) {
    if (!auth.token || !isRefused(cause)) return;
    await auth.signOut();
    await auth.signInAnonymously().catch(() => {});
  }
}

function isRefused(cause: unknown): boolean {
  return REFUSED.includes((cause as { code?: unknown } | null)?.code);
}
