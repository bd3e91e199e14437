/**
 * The routes of a process, one a file, behind what every answer has in common. Whatever fails is answered with an error of
 * the catalogue; no request ends the process or prints a stack.
 */
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { ERRORS } from '../kernel/errors.ts';
import type { OriginAllowed } from '../security/origins.ts';
import { type AdminDeps, admin } from './admin.ts';
import type { BodyLimits } from './body.ts';
import { crossOrigin } from './cross-origin.ts';
import { GUEST_PATHS, type GuestPassFor, guest } from './guest.ts';
import { healthz, readyz } from './health.ts';
import { jsonBody } from './json-body.ts';
import { type MatchmakeDeps, matchmake, notTooOften } from './matchmake.ts';
import type { Refusals } from './refusals.ts';
import { replyError } from './reply.ts';
import { type SecurityHeadersOptions, securityHeaders } from './security-headers.ts';

export interface HttpDeps {
  readonly matchmaking: MatchmakeDeps;
  readonly notReady: () => string | undefined;
  /** Why no rooms are made here now. */
  readonly overloaded: () => string | undefined;
  /** Serves the page and its files; calls next for anything else. */
  readonly page: RequestHandler;
  readonly guestPassFor: GuestPassFor;
  /** Undefined: nothing of it is there. */
  readonly admin: AdminDeps | undefined;
  readonly originAllowed: OriginAllowed;
  readonly refusals: Refusals;
}

export interface HttpOptions extends BodyLimits, SecurityHeadersOptions {}

/** For requests whose head is sound: see listener.ts. */
export function createHttpApp(deps: HttpDeps, options: HttpOptions): Express {
  const { refusals } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(securityHeaders(options), crossOrigin(deps.originAllowed, refusals));
  app.get('/healthz', healthz(deps.overloaded));
  app.get('/readyz', readyz(deps.notReady, deps.overloaded));
  const rate = notTooOften(deps.matchmaking);
  const body = jsonBody(options, refusals);
  app.post('/matchmake/:method/:roomName', rate, body, matchmake(deps.matchmaking));
  app.post(GUEST_PATHS, rate, body, guest(deps.guestPassFor));
  if (deps.admin !== undefined) app.use(admin(deps.admin, body));
  app.use(deps.page);
  app.use((req, res) =>
    replyError(res, req.path.startsWith('/matchmake/') ? wrongMatchmake(req.method) : ERRORS.NOT_FOUND),
  );
  app.use(failed(refusals));
  return app;
}

function wrongMatchmake(method: string) {
  return method === 'POST' ? ERRORS.UNKNOWN_METHOD : ERRORS.METHOD_NOT_ALLOWED;
}

/** Express's own errors carry a status; only what has none is ours, and worth a stack. */
function failed(refusals: Refusals): ErrorRequestHandler {
  return (error: { status?: number }, _req, res, _next) => {
    if (error.status !== undefined && error.status < 500) {
      refusals.report('target');
      return replyError(res, ERRORS.MALFORMED_REQUEST);
    }
    refusals.failed(error);
    replyError(res, ERRORS.UNHANDLED);
  };
}
