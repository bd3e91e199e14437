/**
 * What went wrong, in the player's words: every way of not getting into a room or of losing one, what to offer next, and
 * whether trying again by itself makes sense. Codes are the server's catalogue and Colyseus's close codes.
 */
import { CloseCode } from '@colyseus/sdk';
import { ERRORS } from '../../src/kernel/errors.ts';
import { JoinFailure } from './connection.ts';

export interface Notice {
  readonly title: string;
  readonly text: string;
  /** The main button: `quick` joins any room, `again` repeats the same attempt, `back` only goes back. */
  readonly action: 'quick' | 'again' | 'back';
  /** Worth trying again without being asked. */
  readonly retries?: boolean;
}

const GONE: Notice = {
  title: 'This room is gone',
  text: 'The match behind this link has ended or never was. There are others.',
  action: 'quick',
};
const FULL: Notice = {
  title: 'This room is full',
  text: 'All of its places are taken right now. Quick play finds a room with space.',
  action: 'quick',
};
const STOPPING: Notice = {
  title: 'The server is restarting',
  text: 'It takes no new players for a moment.',
  action: 'again',
  retries: true,
};
const UNREACHABLE: Notice = {
  title: 'The server cannot be reached',
  text: 'Either it is down for a moment or this device is offline.',
  action: 'again',
  retries: true,
};
const LIMITED: Notice = {
  title: 'That was a little fast',
  text: 'The server asks for a short pause before the next attempt.',
  action: 'again',
  retries: true,
};

const BY_CODE = new Map<number, Notice>([
  [ERRORS.ROOM_NOT_FOUND.code, GONE],
  [ERRORS.SEAT_EXPIRED.code, GONE],
  [ERRORS.ROOM_FULL.code, FULL],
  [ERRORS.STOPPING.code, STOPPING],
  [ERRORS.STORE_AWAY.code, STOPPING],
  [CloseCode.SERVER_SHUTDOWN, STOPPING],
  [CloseCode.MAY_TRY_RECONNECT, STOPPING],
  [429, LIMITED],
]);

/** Why there is no way into a room. */
export function joinNotice(failure: unknown): Notice {
  if (!(failure instanceof JoinFailure)) return UNREACHABLE;
  const known = BY_CODE.get(failure.code);
  if (known) return known;
  if (failure.code === ERRORS.INVALID_NAME.code) {
    return { title: 'This name cannot be used', text: sentence(failure.message), action: 'back' };
  }
  if (failure.code === 0) return UNREACHABLE;
  return { title: 'That did not work', text: sentence(failure.message), action: 'again' };
}

/** Why a match that was under way is over for this player. */
export function leaveNotice(code: number, reason: string | undefined): Notice {
  switch (code) {
    case CloseCode.SERVER_SHUTDOWN:
      return {
        title: 'The server has shut down',
        text: 'Your match ended with it. A new one is a click away.',
        action: 'quick',
      };
    case ERRORS.IDLE.code:
      return {
        title: 'You were away',
        text: 'Nothing came from this page for some minutes, so your place was given up.',
        action: 'quick',
      };
    case ERRORS.TOO_MANY_FRAMES.code:
    case CloseCode.WITH_ERROR:
      return {
        title: 'You were removed',
        text: sentence(reason || 'the server ended the connection'),
        action: 'quick',
      };
    case CloseCode.FAILED_TO_RECONNECT:
      return {
        title: 'The match went on without you',
        text: 'The connection could not be brought back in time.',
        action: 'quick',
      };
    default:
      return {
        title: 'The connection ended',
        text: sentence(reason || `the server closed it (${code})`),
        action: 'quick',
      };
  }
}

function sentence(words: string): string {
  const trimmed = words.trim();
  if (trimmed === '') return '';
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${/[.!?]$/.test(trimmed) ? '' : '.'}`;
}
