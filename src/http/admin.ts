/**
 * /admin, /monitor and /playground, for who has the admin token. The API is POST with the token in the Authorization
 * header, never with a browser's cookie, so that no page can make an admin's browser act. The cookie, set by a form, opens
 * panels, which only read. Everything is refused before it is read.
 */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import { ERRORS, type ErrorKind } from '../kernel/errors.ts';
import type { Admission } from '../security/admin-gate.ts';
import { indexPage, loginPage, PAGE_POLICY } from './admin-pages.ts';
import { isCoded, kindOf } from './matchmake.ts';
import { replyError, replyJson } from './reply.ts';

/** What an admin can ask for. Each resolves with what is answered; `by` is the admin's address, for the log. */
export interface AdminActions {
  kick(meant: Meant, reason: string, by: string): Promise<object>;
  ban(subject: Subject, reason: string, seconds: number | undefined, by: string): Promise<object>;
  unban(subject: Subject, by: string): Promise<object>;
  closeRoom(roomId: string, by: string): Promise<object>;
  players(roomId: string | undefined, by: string): Promise<object>;
  rooms(by: string): Promise<object>;
  bans(by: string): object;
  limits(by: string): object;
}

interface Meant {
  readonly identity?: string | undefined;
  readonly address?: string | undefined;
  readonly sessionId?: string | undefined;
}

interface Subject {
  readonly kind: 'identity' | 'address';
  readonly subject: string;
}

export interface AdminDeps {
  readonly actions: AdminActions;
  /** Judges a token; undefined when none came. */
  readonly admit: (token: string | undefined, address: string) => Admission;
  readonly tokenOf: (req: IncomingMessage) => string | undefined;
  readonly addressOf: (req: IncomingMessage) => string;
  /** A value for the cookie, and whether one is good. */
  readonly openSession: () => string;
  readonly isSession: (value: string | undefined) => boolean;
  readonly sessionSeconds: number;
  /** Express handlers by the path they are mounted at. */
  readonly panels: ReadonlyMap<string, RequestHandler>;
}

const COOKIE = 'hypogeum_admin';
const MAX_FORM_BYTES = 2048;
const MAX_REASON = 100;
const NETWORK = /(?<=:[\da-f]*)\/64$/i;

const id = z.string().min(1).max(128);
/** Also as bans are listed: a network of 64 bits. */
const address = z
  .string()
  .transform((text) => text.replace(NETWORK, ''))
  .refine((text) => isIP(text) !== 0, 'must be an IP address');
const reason = z.string().max(MAX_REASON);
const one = (given: object): boolean => Object.values(given).filter((value) => value !== undefined).length === 1;
const ONE = 'name one player: by identity, address or sessionId';
const meant = z.strictObject({ identity: id.optional(), address: address.optional(), sessionId: id.optional() });
const subject = meant.omit({ sessionId: true });
const roomId = z.string().min(1).max(64);

type Act = (body: object, by: string) => Promise<object> | object;

/** @param body reads JSON into `req.body`. */
export function admin(deps: AdminDeps, body: RequestHandler): Router {
  const router = Router();
  const page = pages(deps);
  router.get('/admin', page.index);
  router.get('/admin/login', page.login);
  const form = express.urlencoded({ limit: MAX_FORM_BYTES, extended: false, inflate: false });
  router.post('/admin/login', form, page.enter);
  router.post('/admin/logout', page.leave);
  for (const [name, act] of Object.entries(acts(deps.actions)))
    router.post(`/admin/${name}`, byToken(deps), body, perform(act, deps));
  for (const [path, panel] of deps.panels) router.use(path, bySession(deps), panel);
  return router;
}

function acts(actions: AdminActions): Readonly<Record<string, Act>> {
  return {
    kick: given(meant.extend({ reason: reason.default('') }), ({ reason: why, ...who }, by) => {
      if (!one(who)) throw new InvalidError(ONE);
      return actions.kick(who, why || 'an admin removed you', by);
    }),
    ban: given(
      subject.extend({ reason, seconds: z.int().min(1).max(3_155_760_000).optional() }),
      ({ reason: why, seconds, ...who }, by) => actions.ban(subjectOf(who), why, seconds, by),
    ),
    unban: given(subject, (who, by) => actions.unban(subjectOf(who), by)),
    'close-room': given(z.strictObject({ roomId }), (room, by) => actions.closeRoom(room.roomId, by)),
    players: given(z.strictObject({ roomId: roomId.optional() }), (room, by) => actions.players(room.roomId, by)),
    rooms: given(z.strictObject({}), (_none, by) => actions.rooms(by)),
    bans: given(z.strictObject({}), (_none, by) => actions.bans(by)),
    limits: given(z.strictObject({}), (_none, by) => actions.limits(by)),
  };
}

class InvalidError extends Error {}

/** @throws InvalidError when the body is not as it must be. */
function given<T>(schema: z.ZodType<T>, act: (body: T, by: string) => Promise<object> | object): Act {
  return (body, by) => {
    const parsed = schema.safeParse(body);
    if (parsed.success) return act(parsed.data, by);
    throw new InvalidError(parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '));
  };
}

function subjectOf(who: { identity?: string | undefined; address?: string | undefined }): Subject {
  if (!one(who)) throw new InvalidError('name one: an identity or an address');
  return who.identity === undefined
    ? { kind: 'address', subject: who.address! }
    : { kind: 'identity', subject: who.identity };
}

function perform(act: Act, { addressOf }: AdminDeps): RequestHandler {
  return async (req, res) => {
    try {
      replyJson(res, 200, await act((req.body ?? {}) as object, addressOf(req)));
    } catch (thrown) {
      if (thrown instanceof InvalidError) return replyError(res, ERRORS.ADMIN_INVALID, thrown.message);
      if (!isCoded(thrown)) throw thrown;
      replyError(res, kindOf(thrown));
    }
  };
}

function byToken(deps: AdminDeps): RequestHandler {
  return (req, res, next) => {
    const refusal = refusalFor(deps.admit(deps.tokenOf(req), deps.addressOf(req)));
    if (refusal === undefined) next();
    else replyError(res, refusal);
  };
}

/** Browsers that are not known are shown the form. */
function bySession(deps: AdminDeps): RequestHandler {
  return (req, res, next) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') return replyError(res, ERRORS.METHOD_NOT_ALLOWED);
    if (deps.isSession(cookieOf(req))) return next();
    const token = deps.tokenOf(req);
    if (token === undefined) return res.redirect(303, '/admin/login');
    const refusal = refusalFor(deps.admit(token, deps.addressOf(req)));
    if (refusal === undefined) next();
    else replyError(res, refusal);
  };
}

function refusalFor(admission: Admission): ErrorKind | undefined {
  if (admission === 'admitted') return undefined;
  return admission === 'limited' ? ERRORS.ADMIN_LIMITED : ERRORS.ADMIN_REFUSED;
}

function pages(deps: AdminDeps): Readonly<Record<'index' | 'login' | 'enter' | 'leave', RequestHandler>> {
  const sendPage = (res: Response, status: number, html: string): void => {
    res.status(status).set({ 'content-security-policy': PAGE_POLICY, 'cache-control': 'no-store' });
    res.type('html').send(html);
  };
  return {
    index(req, res) {
      if (deps.isSession(cookieOf(req))) sendPage(res, 200, indexPage([...deps.panels.keys()]));
      else res.redirect(303, '/admin/login');
    },
    login(_req, res) {
      sendPage(res, 200, loginPage());
    },
    enter(req, res) {
      const { token } = (req.body ?? {}) as { token?: unknown };
      const refusal = refusalFor(deps.admit(typeof token === 'string' ? token : '', deps.addressOf(req)));
      if (refusal !== undefined) return sendPage(res, refusal.status, loginPage(noticeOf(refusal)));
      setCookie(req, res, deps.openSession(), deps.sessionSeconds);
      res.redirect(303, '/admin');
    },
    leave(req, res) {
      setCookie(req, res, '', 0);
      res.redirect(303, '/admin/login');
    },
  };
}

function noticeOf(refusal: ErrorKind): string {
  return refusal === ERRORS.ADMIN_LIMITED ? 'Too many wrong tries. Wait a minute.' : 'That is not the token.';
}

/** Sent with requests that begin at this very site only, and seen by no script. */
function setCookie(req: Request, res: Response, value: string, seconds: number): void {
  const isSecure = 'encrypted' in req.socket || req.headers['x-forwarded-proto'] === 'https';
  const attributes = ['HttpOnly', 'SameSite=Strict', 'Path=/', `Max-Age=${seconds}`, ...(isSecure ? ['Secure'] : [])];
  res.append('set-cookie', [`${COOKIE}=${value}`, ...attributes].join('; '));
}

function cookieOf({ headers }: IncomingMessage): string | undefined {
  const cookies = (headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
  return cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
}
