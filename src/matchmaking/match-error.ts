/** A refusal of matchmaking, as one of the catalogue. */
import type { ErrorKind } from '../kernel/errors.ts';

export class MatchError extends Error {
  override readonly name = 'MatchError';
  readonly code: number;

  constructor({ code, message }: ErrorKind, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
