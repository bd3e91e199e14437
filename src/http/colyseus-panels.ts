/**
 * Colyseus's monitor and playground (0.18.5), reading only: of their paths those are let through that show something. The
 * monitor's calls of room methods by GET and the playground's profiler are not among them.
 */
import { createMiddleware, createRouter, type Endpoint, Room } from '@colyseus/core';
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
    ['/monitor', reading(MONITOR, { ...monitor({ prefix: '/monitor' }) })],
    ['/playground', reading(PLAYGROUND, { ...playground({ prefix: '/playground', use: [GUARDED] }) })],
  ];
  Room.onAuth = onAuth;
  Object.defineProperty(Room.prototype, '_onJoin', joins);
  return new Map(panels);
}

/**
 * Lets through what `shown` matches, as it was written: no other spelling of a path gets past. Their own adapter to Node
 * never ends an answer that is larger than a socket's buffer, so they are asked in the web's terms.
 */
function reading(shown: RegExp, endpoints: Readonly<Record<string, Endpoint>>): RequestHandler {
  const { handler } = createRouter(endpoints);
  return async (req, res) => {
    if (!shown.test(req.path)) return replyError(res, ERRORS.NOT_FOUND);
    // Their pages name what they load beside them.
    if (!req.originalUrl.startsWith(`${req.baseUrl}/`)) return res.redirect(302, `${req.baseUrl}/`);
    const { status, headers, body } = await answerOf(handler, req.originalUrl);
    res.status(status).set({ 'content-security-policy': POLICY, 'cache-control': 'no-store' });
    res.type(headers.get('content-type') ?? 'text/plain').send(body);
  };
}

async function answerOf(handler: (request: Request) => Promise<Response>, target: string) {
  const answer = await handler(new Request(`http://localhost${target}`));
  return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
}
