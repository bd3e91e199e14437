/**
 * POST /auth/guest: a token for a guest, a new one or, with a guest's token (also an expired one), the same as before.
 * It is also POST /auth/anonymous, as stock SDKs ask in `client.auth.signInAnonymously()`, which keep the token and send it
 * from then on.
 */
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { isCoded, kindOf } from './matchmake.ts';
import { replyError, replyJson } from './reply.ts';

export const GUEST_PATHS = ['/auth/guest', '/auth/anonymous'];

/** Resolves with what is answered: `{ token, user, expiresInSeconds }`. Rejects with an error that carries a code. */
export type GuestPassFor = (req: IncomingMessage) => Promise<object>;

export function guest(guestPassFor: GuestPassFor): RequestHandler {
  return async (req, res) => {
    try {
      replyJson(res, 200, await guestPassFor(req));
    } catch (thrown) {
      if (!isCoded(thrown)) throw thrown;
      replyError(res, kindOf(thrown));
    }
  };
}
