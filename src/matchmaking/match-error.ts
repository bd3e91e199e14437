/** A refusal of matchmaking, as one of the catalogue. */
import type { ErrorKind } from '../kernel/errors.ts';

export class MatchError extends Error {
  override readonly name = 'MatchError';
  readonly code: number;
  /** After how many milliseconds it may go better. */
  readonly retryAfterMs: number | undefined;

  constructor({ code, message }: ErrorKind, options?: ErrorOptions & { readonly retryAfterMs?: number }) {
    super(message, options);
    this.code = code;
    this.retryAfterMs = options?.retryAfterMs;
  }
}
