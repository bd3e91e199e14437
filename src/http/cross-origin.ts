/**
 * Pages of other origins: those that are allowed are told so, with credentials, because stock SDKs ask with credentials
 * and browsers hand them nothing otherwise. The others are refused whatever would change something, since a browser
 * that only hides the answer has sent the request all the same. Reading stays open: there is nothing to hide.
 */
import cors, { type CorsOptions } from 'cors';
import type { RequestHandler } from 'express';
import { ERRORS } from '../kernel/errors.ts';
import type { OriginAllowed } from '../security/origins.ts';
import type { Refusals } from './refusals.ts';
import { replyError } from './reply.ts';

const TOLD: CorsOptions = {
  origin: true,
  credentials: true,
  methods: 'GET, HEAD, POST, OPTIONS',
  allowedHeaders: 'Origin, X-Requested-With, Content-Type, Accept, Authorization',
  // No browser keeps it longer.
  maxAge: 7200,
};
const READING = ['GET', 'HEAD'];

export function crossOrigin(allowed: OriginAllowed, refusals: Refusals): RequestHandler {
  const allow = cors(TOLD);
  return (req, res, next) => {
    const { origin, host } = req.headers;
    res.vary('Origin');
    if (allowed(origin, host)) return allow(req, res, next);
    if (READING.includes(req.method)) return next();
    refusals.report('origin', URL.parse(origin ?? '')?.host.slice(0, 100));
    res.shouldKeepAlive = false;
    replyError(res, ERRORS.ORIGIN_NOT_ALLOWED);
  };
}
