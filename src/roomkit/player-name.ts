/** Names people give themselves, made safe to show as text: trimmed, one line, no control characters, bounded. */
import { ServerError } from '@colyseus/core';
import { ERRORS } from '../kernel/errors.ts';

export const MAX_NAME_LENGTH = 20;
/** More than this is no slip of the keyboard. */
const MAX_RAW_LENGTH = 200;

/** Control, format (zero width, text direction), surrogate, private use and unassigned characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu;

/**
 * The clean form of a name; '' when nothing visible remains, for the room to choose one.
 * @throws ServerError INVALID_NAME when it is not a string or longer than 20 characters once clean.
 */
export function playerName(raw: unknown): string {
  if (raw === undefined || raw === null) return '';
  if (typeof raw !== 'string') throw invalid('it must be a string');
  if (raw.length > MAX_RAW_LENGTH) throw invalid(`it may have ${MAX_NAME_LENGTH} characters`);
  const clean = raw.normalize('NFC').replace(/\s+/gu, ' ').replace(UNSEEN, '').trim();
  if ([...clean].length > MAX_NAME_LENGTH) throw invalid(`it may have ${MAX_NAME_LENGTH} characters`);
  return clean;
}

function invalid(why: string): ServerError {
  return new ServerError(ERRORS.INVALID_NAME.code, `${ERRORS.INVALID_NAME.message}: ${why}`);
}
