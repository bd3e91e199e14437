/** Close reasons that fit: at most 123 bytes of UTF-8 (RFC 6455, 5.5.1); ws throws at one byte more. */

const MAX_REASON_BYTES = 123;
const ELLIPSIS = '…';

/** The reason itself if it fits, else as much of it as does, cut between characters, with an ellipsis. */
export function boundedReason(reason: string): string {
  if (Buffer.byteLength(reason) <= MAX_REASON_BYTES) return reason;
  const room = MAX_REASON_BYTES - Buffer.byteLength(ELLIPSIS);
  const cut = new TextDecoder().decode(Buffer.from(reason).subarray(0, room), { stream: true });
  return cut + ELLIPSIS;
}
