/**
 * Closes that cannot fail: ws throws at a reason of more than 123 bytes of UTF-8 (RFC 6455, 5.5.1), at some that are no
 * text, and at codes that may not be sent. What a game closes with may be made from what a player sent.
 */
import { CloseCodes } from '../kernel/errors.ts';

const MAX_REASON_BYTES = 123;
const ELLIPSIS = '…';
/** Of the codes below 1015, those that are told in a frame (RFC 6455, 7.4). */
const UNSENT = [1004, 1005, 1006];

/** The reason itself if it fits, else as much of it as does, cut between characters, with an ellipsis; '' for what is no text. */
export function boundedReason(given: unknown): string {
  const reason = textOf(given);
  if (Buffer.byteLength(reason) <= MAX_REASON_BYTES) return reason;
  const room = MAX_REASON_BYTES - Buffer.byteLength(ELLIPSIS);
  const cut = new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(reason).subarray(0, room), {
    stream: true,
  });
  return cut + ELLIPSIS;
}

/** The code itself if it may be sent, or none; else the one for connections that ended with an error. */
export function sendableCode(code: unknown): number | undefined {
  if (code === undefined || code === null) return undefined;
  const isSendable =
    Number.isInteger(code) &&
    ((Number(code) >= 1000 && Number(code) <= 1014 && !UNSENT.includes(Number(code))) ||
      (Number(code) >= 3000 && Number(code) <= 4999));
  return isSendable ? (code as number) : CloseCodes.withError;
}

function textOf(reason: unknown): string {
  if (typeof reason === 'string') return reason;
  if (reason instanceof Uint8Array) return Buffer.from(reason.buffer, reason.byteOffset, reason.length).toString();
  return typeof reason === 'number' || typeof reason === 'boolean' || typeof reason === 'bigint' ? `${reason}` : '';
}
