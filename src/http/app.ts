/**
 * The HTTP side of a process: refuses what cannot be read before anything parses it, then one route a file. Whatever
 * fails is answered with an error of the catalogue; no request ends the process or prints a stack.
 */
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { ERRORS } from '../kernel/errors.ts';
import type { Logger } from '../kernel/ports.ts';
import { healthz, readyz } from './health.ts';
import { type MatchmakeDeps, matchmake, notTooOften } from './matchmake.ts';
import { replyError } from './reply.ts';

export interface HttpDeps {
  readonly matchmaking: MatchmakeDeps;
  readonly notReady: () => string | undefined;
  /** Serves the page and its files; calls next for anything else. */
  readonly page: RequestHandler;
  readonly maxBodyBytes: number;
  readonly logger: Logger;
}

const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS'];

export function createHttpApp(deps: HttpDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(readable, crossOrigin);
  app.get('/healthz', healthz);
  app.get('/readyz', readyz(deps.notReady));
  const body = express.json({ limit: deps.maxBodyBytes, type: () => true });
  app.post('/matchmake/:method/:roomName', notTooOften(deps.matchmaking), body, matchmake(deps.matchmaking));
  app.use(deps.page);
  app.use((req, res) =>
    replyError(res, req.path.startsWith('/matchmake/') ? wrongMatchmake(req.method) : ERRORS.NOT_FOUND),
  );
  app.use(failed(deps.logger));
  return app;
}

function wrongMatchmake(method: string) {
  return method === 'POST' ? ERRORS.UNKNOWN_METHOD : ERRORS.METHOD_NOT_ALLOWED;
}

/** Methods, targets and hosts that code further in would stumble over. */
const readable: RequestHandler = (req, res, next) => {
  if (!METHODS.includes(req.method)) return replyError(res, ERRORS.METHOD_NOT_ALLOWED);
  if (!req.url.startsWith('/') || !URL.canParse(`http://${req.headers.host ?? ''}`)) {
    return replyError(res, ERRORS.MALFORMED_REQUEST);
  }
  next();
};

/** As stock: a page of any origin may ask for a match here. */
const crossOrigin: RequestHandler = (req, res, next) => {
  res.set({
    'access-control-allow-origin': req.headers.origin ?? '*',
    'access-control-allow-credentials': 'true',
    'access-control-allow-headers': 'Origin, X-Requested-With, Content-Type, Accept, Authorization',
    'access-control-allow-methods': 'GET, HEAD, POST, OPTIONS',
    'access-control-max-age': '2592000',
    vary: 'Origin',
  });
  if (req.method === 'OPTIONS') return void res.status(204).end();
  next();
};

/** Express's and body-parser's errors carry a status; only what has none is ours, and worth a line. */
function failed(logger: Logger): ErrorRequestHandler {
  return (error: { status?: number; type?: string }, req, res, _next) => {
    if (error.status === 413) return replyError(res, ERRORS.BODY_TOO_LARGE);
    if (error.type?.startsWith('entity.') || error.type?.startsWith('encoding.')) {
      return replyError(res, ERRORS.MALFORMED_BODY);
    }
    if (error.status !== undefined && error.status < 500) return replyError(res, ERRORS.MALFORMED_REQUEST);
    logger.error('an HTTP route failed', { method: req.method, path: req.path }, error);
    replyError(res, ERRORS.UNHANDLED);
  };
}
