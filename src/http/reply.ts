/** The ways a route answers: JSON, or an error of the catalogue as JSON. */
import type { Response } from 'express';
import type { ErrorKind } from '../kernel/errors.ts';

export function replyJson(res: Response, status: number, body: object): void {
  res.status(status).set('cache-control', 'no-store').json(body);
}

/** `{ code, error, retryable }`: what every SDK reads, and whether trying again can help. */
export function replyError(res: Response, kind: ErrorKind, message: string = kind.message): void {
  if (res.headersSent) return void res.destroy();
  replyJson(res, kind.status, { code: kind.code, error: message, retryable: kind.retryable });
}

/** The same, with when to try again. */
export function replyLater(res: Response, kind: ErrorKind, afterMs: number): void {
  res.set('retry-after', String(Math.max(1, Math.ceil(afterMs / 1000))));
  replyError(res, kind);
}
