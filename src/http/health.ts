/** GET /healthz: the process is alive. GET /readyz: it takes players; if not, why. For balancers and process managers. */
import type { RequestHandler } from 'express';
import { replyJson } from './reply.ts';

/**
 * `overloaded` gives the reason why no rooms are made here now, or undefined. Both routes tell it, and neither fails for
 * it: the players of the rooms that are there need this process, and new rooms go elsewhere by themselves.
 */
export function healthz(overloaded: () => string | undefined): RequestHandler {
  return (_req, res) => replyJson(res, 200, { alive: true, ...told(overloaded()) });
}

/** `notReady` gives the reason why no player can be taken now, or undefined. */
export function readyz(notReady: () => string | undefined, overloaded: () => string | undefined): RequestHandler {
  return (_req, res) => {
    const reason = notReady();
    if (reason === undefined) replyJson(res, 200, { ready: true, ...told(overloaded()) });
    else replyJson(res, 503, { ready: false, reason });
  };
}

function told(overloaded: string | undefined): { overloaded?: string } {
  return overloaded === undefined ? {} : { overloaded };
}
