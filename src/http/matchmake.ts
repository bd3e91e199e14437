/**
 * POST /matchmake/:method/:roomName, Colyseus's matchmaking as every SDK calls it: checks the request, asks the match
 * maker, and answers with a seat or with an error of the catalogue. Rooms are found and made elsewhere.
 */
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { ERRORS, type ErrorKind } from '../kernel/errors.ts';
import { messageOf } from '../kernel/invariant.ts';
import { replyError, replyJson, replyLater } from './reply.ts';

export interface MatchmakeRequest {
  readonly method: string;
  /** The room's name; its id for joinById and reconnect. */
  readonly room: string;
  readonly options: object;
  readonly headers: Headers;
  /** The player's, whatever the headers claim. */
  readonly address: string;
}

export interface MatchmakeDeps {
  readonly methods: readonly string[];
  /** Resolves with the seat; rejects with an error that carries a code. */
  readonly match: (request: MatchmakeRequest) => Promise<object>;
  readonly addressOf: (req: IncomingMessage) => string;
  /** Asked once a request: 0, or for how many milliseconds its address may ask no more. */
  readonly waitMs: (req: IncomingMessage) => number;
  /** Why no seat can be given now, as an error to answer with. */
  readonly unavailable: () => ErrorKind | undefined;
  /** An exception without a code: a fault of ours, whose words are not for clients. */
  readonly failed: (thrown: unknown) => void;
}

const ROOM = /^[\w.:-]{1,64}$/;

/** Before the body is read. The connection is closed: who goes on has to open another, and those are counted too. */
export function notTooOften({ waitMs }: MatchmakeDeps): RequestHandler {
  return (req, res, next) => {
    const afterMs = waitMs(req);
    if (afterMs === 0) return next();
    res.setHeader('connection', 'close');
    replyLater(res, ERRORS.TOO_MANY_REQUESTS, afterMs);
  };
}

/** The body has been read, whatever there is to answer: a connection that ends with one on its way may lose the answer. */
export function matchmake({ methods, match, addressOf, unavailable, failed }: MatchmakeDeps): RequestHandler {
  return async (req, res) => {
    const away = unavailable();
    if (away !== undefined) return replyError(res, away);
    const { method, roomName: room } = req.params as { method: string; roomName: string };
    if (!methods.includes(method)) return replyError(res, ERRORS.UNKNOWN_METHOD);
    if (!ROOM.test(room)) return replyError(res, ERRORS.UNKNOWN_ROOM_NAME);
    const headers = new Headers(
      Object.entries(req.headers).map(([name, value]): [string, string] => [name, `${value}`]),
    );
    try {
      const address = addressOf(req);
      replyJson(res, 200, await match({ method, room, options: req.body as object, headers, address }));
    } catch (thrown) {
      const { retryAfterMs } = (thrown ?? {}) as { retryAfterMs?: unknown };
      if (typeof retryAfterMs === 'number') return replyLater(res, kindOf(thrown), retryAfterMs);
      if (isCoded(thrown)) return replyError(res, kindOf(thrown), messageOf(thrown));
      failed(thrown);
      replyError(res, ERRORS.UNHANDLED);
    }
  };
}

/** Whether it is an answer; anything else that is thrown is a fault. */
export function isCoded(thrown: unknown): boolean {
  return typeof (thrown as { code?: unknown } | null)?.code === 'number';
}

/** Which error of ours is meant. */
export function kindOf(thrown: unknown): ErrorKind {
  const code = (thrown as { code?: unknown } | null)?.code;
  if (isFull(code, messageOf(thrown))) return ERRORS.ROOM_FULL;
  const known = Object.values(ERRORS).find((kind) => kind.code === code);
  if (known !== undefined) return known;
  return typeof code === 'number' ? ofTheGame(code) : ERRORS.UNHANDLED;
}

/** Colyseus tells a full room from one that is gone, or from whatever else fails, by its words only. */
function isFull(code: unknown, message: string): boolean {
  if (code === ERRORS.ROOM_NOT_FOUND.code) return message.endsWith(' is locked');
  return code === ERRORS.UNHANDLED.code && message.endsWith(' is already full.');
}

/** A code that a room made up for its own refusals passes to the client as it is. */
function ofTheGame(code: number): ErrorKind {
  const status = code >= 400 && code < 600 ? code : 400;
  return { code, status, retryable: false, message: '' };
}
