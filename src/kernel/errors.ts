/**
 * Every error a client can be told, once: its code, HTTP status, whether trying again can help, and its words.
 * Codes 520 to 529 are Colyseus's own (ErrorCode in @colyseus/shared-types), so that an SDK that knows them goes on
 * knowing them; ours begin at 600. Close codes of sockets are in `CloseCodes`.
 */

export interface ErrorKind {
  readonly code: number;
  /** HTTP status when it answers a request. */
  readonly status: number;
  readonly retryable: boolean;
  readonly message: string;
}

export const ERRORS = {
  UNKNOWN_ROOM_NAME: { code: 520, status: 404, retryable: false, message: 'no room of this name is defined here' },
  UNKNOWN_METHOD: { code: 608, status: 404, retryable: false, message: 'no such matchmaking method' },
  NO_MATCH: { code: 521, status: 404, retryable: true, message: 'no open room meets these criteria' },
  ROOM_NOT_FOUND: { code: 522, status: 404, retryable: false, message: 'there is no such room' },
  ROOM_FULL: { code: 601, status: 409, retryable: true, message: 'the room is full' },
  UNHANDLED: { code: 523, status: 500, retryable: true, message: 'the request could not be handled' },
  SEAT_EXPIRED: { code: 524, status: 410, retryable: false, message: 'the seat or reconnection token has expired' },
  AUTH_FAILED: { code: 525, status: 401, retryable: false, message: 'not allowed to join' },
  ROOM_FAILED: { code: 526, status: 500, retryable: true, message: 'the room failed while handling this' },
  INVALID_MESSAGE: { code: 4217, status: 400, retryable: false, message: 'the message cannot be read' },
  INVALID_OPTIONS: { code: 600, status: 400, retryable: false, message: 'the join options are wrong' },
  INVALID_NAME: { code: 609, status: 400, retryable: false, message: 'the name cannot be used' },
  MALFORMED_BODY: { code: 602, status: 400, retryable: false, message: 'the body must be a JSON object' },
  BODY_TOO_LARGE: { code: 603, status: 413, retryable: false, message: 'the body is too large' },
  MALFORMED_REQUEST: { code: 604, status: 400, retryable: false, message: 'the request cannot be read' },
  METHOD_NOT_ALLOWED: { code: 605, status: 405, retryable: false, message: 'this method is not allowed here' },
  NOT_FOUND: { code: 606, status: 404, retryable: false, message: 'nothing is here' },
  STOPPING: { code: 607, status: 503, retryable: true, message: 'this server is stopping; try again' },
  STORE_AWAY: { code: 610, status: 503, retryable: true, message: 'matchmaking is away for a moment; try again' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorName = keyof typeof ERRORS;

/** WebSocket close codes we choose; the rest are Colyseus's (CloseCode in @colyseus/shared-types). */
export const CloseCodes = {
  /** The connection did something that cannot be answered. Ends the SDK's session. */
  withError: 4002,
  /** The SDK tries to come back to the same address. */
  mayTryReconnect: 4010,
} as const;
