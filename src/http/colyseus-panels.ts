/**
 * Colyseus's monitor and playground (0.18.5), reading only: of their paths those are let through that show something. The
 * monitor's calls of room methods by GET and the playground's profiler are not among them.
 */
import { createMiddleware, Room } from '@colyseus/core';
import type { RequestHandler } from 'express';
import { ERRORS } from '../kernel/errors.ts';
import { replyError } from './reply.ts';

/** Their pages style themselves from scripts. The playground joins rooms, here or where seats lead. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self' http: https: ws: wss:",
  "worker-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const ASSET = String.raw`/assets/[\w-]+(\.[\w-]+)+`;
const MONITOR = new RegExp(`^(|/|/api|/api/room|${ASSET})$`);
const PLAYGROUND = new RegExp(`^(|/|/rooms|/__apidocs|/profiling/status|/[\\w-]+\\.(ico|png|json|txt)|${ASSET})$`);

/** In production the playground shows itself only behind a middleware of this kind: whoever comes here was let through. */
const GUARDED = createMiddleware(async () => ({}));

/**
 * By the path of each. Loaded on demand, since loading them changes Colyseus: the playground's import replaces the
 * default of `Room.onAuth` with one that takes tokens of its own kind only, and itself tells every player of a room its
 * message types. Both are put back.
 */
export async function openPanels(): Promise<ReadonlyMap<string, RequestHandler>> {
  const { onAuth } = Room;
  const joins = Object.getOwnPropertyDescriptor(Room.prototype, '_onJoin')!;
  const [{ monitor }, { playground }] = await Promise.all([
    import('@colyseus/monitor'),
    import('@colyseus/playground'),
  ]);
  const panels: [string, RequestHandler][] = [
    ['/monitor', reading(MONITOR, monitor())],
    ['/playground', reading(PLAYGROUND, playground({ use: [GUARDED] }))],
  ];
  Room.onAuth = onAuth;
  Object.defineProperty(Room.prototype, '_onJoin', joins);
  return new Map(panels);
}

/** Lets through what `shown` matches, as it was written: no other spelling of a path gets past. */
function reading(shown: RegExp, panel: RequestHandler): RequestHandler {
  return (req, res, next) => {
    if (!shown.test(req.path)) return replyError(res, ERRORS.NOT_FOUND);
    res.set('content-security-policy', POLICY);
    panel(req, res, next);
  };
}
