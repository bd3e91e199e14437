/** The ways an answer is written: JSON, an error of the catalogue as JSON, and that error where Node has no response. */
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { ErrorKind } from '../kernel/errors.ts';

const TYPE = 'application/json; charset=utf-8';

export function replyJson(res: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  res.writeHead(status, {
    'content-type': TYPE,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  res.end(text);
}

/** `{ code, error, retryable }`: what every SDK reads, and whether trying again can help. */
export function replyError(res: ServerResponse, kind: ErrorKind, message: string = kind.message): void {
  if (res.headersSent) return void res.destroy();
  replyJson(res, kind.status, errorBody(kind, message));
}

/** A whole response for a socket that is closed after it; `retryAfterMs`: when to try again, where that is known. */
export function lastWords(kind: ErrorKind, retryAfterMs?: number): string {
  const text = JSON.stringify(errorBody(kind, kind.message));
  return [
    `HTTP/1.1 ${kind.status} ${STATUS_CODES[kind.status]}`,
    'Connection: close',
    `Content-Type: ${TYPE}`,
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Cache-Control: no-store',
    ...(retryAfterMs === undefined ? [] : [`Retry-After: ${seconds(retryAfterMs)}`]),
    '',
    text,
  ].join('\r\n');
}

function errorBody({ code, retryable }: ErrorKind, error: string): object {
  return { code, error, retryable };
}

/** The same, with when to try again. */
export function replyLater(res: ServerResponse, kind: ErrorKind, afterMs: number): void {
  res.setHeader('retry-after', seconds(afterMs));
  replyError(res, kind);
}

/** Whole ones, and one at least. */
function seconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1000)));
}
