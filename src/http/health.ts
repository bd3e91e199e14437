/** GET /healthz: the process is alive. GET /readyz: it takes players; if not, why. For balancers and process managers. */
import type { RequestHandler } from 'express';
import { replyJson } from './reply.ts';

export const healthz: RequestHandler = (_req, res) => replyJson(res, 200, { alive: true });

/** `notReady` gives the reason why no player can be taken now, or undefined. */
export function readyz(notReady: () => string | undefined): RequestHandler {
  return (_req, res) => {
    const reason = notReady();
    if (reason === undefined) replyJson(res, 200, { ready: true });
    else replyJson(res, 503, { ready: false, reason });
  };
}
