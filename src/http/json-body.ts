/** Reads the JSON body of a request into `req.body`, for routes behind it; what cannot be read is refused here. */
import type { RequestHandler } from 'express';
import { type BodyLimits, readBody } from './body.ts';
import type { Refusals } from './refusals.ts';
import { replyError } from './reply.ts';

export function jsonBody(limits: BodyLimits, refusals: Refusals): RequestHandler {
  return async (req, res, next) => {
    const body = await readBody(req, res, limits);
    if (body.state === 'gone') return;
    if (body.state === 'refused') {
      refusals.report('body', body.kind.message);
      res.shouldKeepAlive = false;
      return replyError(res, body.kind);
    }
    req.body = body.value;
    next();
  };
}
