/** The answer to a WebSocket that is refused: plain HTTP with an error of the catalogue, and the end of the connection. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorKind } from '../kernel/errors.ts';

/** Cut as soon as it is written: nobody has to wait for the other side to hang up. */
export function answerInstead(socket: Duplex, kind: ErrorKind, retryAfterMs?: number): void {
  socket.on('error', () => socket.destroy());
  socket.end(answerFor(kind, retryAfterMs), () => socket.destroy());
}

function answerFor({ status, code, message, retryable }: ErrorKind, retryAfterMs?: number): string {
  const body = JSON.stringify({ code, error: message, retryable });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(retryAfterMs === undefined ? [] : [`Retry-After: ${Math.max(1, Math.ceil(retryAfterMs / 1000))}`]),
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
