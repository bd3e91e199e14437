/** A refusal of a player or of an admin, as one of the catalogue. */
import type { ErrorKind } from '../kernel/errors.ts';

export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly code: number;
  /** A word for metrics and the log, never told to who asked: it would help to guess. */
  readonly why: string;

  constructor({ code, message }: ErrorKind, why: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.why = why;
  }
}
