/**
 * Every error a client can be told, once: its code, HTTP status, whether trying again can help, and its words.
 * Codes 520 to 526 and 4217 are Colyseus's own (ErrorCode in @colyseus/shared-types), ours begin at 530. What a
 * matchmaking request of an SDK can run into has its code as HTTP status, as on stock, because the status is what SDKs
 * hand to the game as the error's code; what proxies and browsers act on has HTTP's own, and 401 is
 * every token's. Close codes are in `CloseCodes`.
 */

export interface ErrorKind {
  readonly code: number;
  /** HTTP status when it answers a request. */
  readonly status: number;
  readonly retryable: boolean;
  readonly message: string;
}

export const ERRORS = {
  UNKNOWN_ROOM_NAME: { code: 520, status: 520, retryable: false, message: 'no room of this name is defined here' },
  NO_MATCH: { code: 521, status: 521, retryable: true, message: 'no open room meets these criteria' },
  ROOM_NOT_FOUND: { code: 522, status: 522, retryable: false, message: 'there is no such room' },
  UNHANDLED: { code: 523, status: 523, retryable: true, message: 'the request could not be handled' },
  SEAT_EXPIRED: { code: 524, status: 524, retryable: false, message: 'the seat or reconnection token has expired' },
  AUTH_FAILED: { code: 525, status: 525, retryable: false, message: 'not allowed to join' },
  ROOM_FAILED: { code: 526, status: 526, retryable: true, message: 'the room failed while handling this' },
  INVALID_OPTIONS: { code: 530, status: 530, retryable: false, message: 'the join options are wrong' },
  INVALID_NAME: { code: 531, status: 531, retryable: false, message: 'the name cannot be used' },
  ROOM_FULL: { code: 532, status: 532, retryable: true, message: 'the room is full' },
  STOPPING: { code: 533, status: 503, retryable: true, message: 'this server is stopping; try again' },
  STORE_AWAY: { code: 534, status: 503, retryable: true, message: 'matchmaking is away for a moment; try again' },
  UNKNOWN_METHOD: { code: 535, status: 404, retryable: false, message: 'no such matchmaking method' },
  MALFORMED_BODY: { code: 536, status: 400, retryable: false, message: 'the body must be a JSON object' },
  MALFORMED_REQUEST: { code: 537, status: 400, retryable: false, message: 'the request cannot be read' },
  BODY_TOO_LARGE: { code: 538, status: 413, retryable: false, message: 'the body is too large' },
  METHOD_NOT_ALLOWED: { code: 539, status: 405, retryable: false, message: 'this method is not allowed here' },
  NOT_FOUND: { code: 540, status: 404, retryable: false, message: 'nothing is here' },
  SEAT_TIMEOUT: { code: 541, status: 541, retryable: true, message: 'the room did not answer in time; try again' },
  TOO_MANY_REQUESTS: { code: 546, status: 429, retryable: true, message: 'too many requests; try again later' },
  TOO_MANY_SOCKETS: { code: 547, status: 429, retryable: true, message: 'too many connections; try again later' },
  SERVER_FULL: {
    code: 548,
    status: 503,
    retryable: true,
    message: 'this server has all the players it may; try again',
  },
  SEATS_NOT_TAKEN: { code: 550, status: 429, retryable: true, message: 'too many seats wait for you; try again' },
  TOO_MANY_ROOMS_MADE: {
    code: 551,
    status: 429,
    retryable: true,
    message: 'too many rooms were made; try again later',
  },
  NO_MORE_ROOMS: { code: 552, status: 552, retryable: true, message: 'there can be no more rooms now; try again' },
  TOO_MANY_RECONNECTIONS: {
    code: 553,
    status: 429,
    retryable: true,
    message: 'too many reconnections with wrong tokens; try again later',
  },
  UNSUPPORTED_ENCODING: { code: 542, status: 415, retryable: false, message: 'the body must not be compressed' },
  ORIGIN_NOT_ALLOWED: { code: 543, status: 403, retryable: false, message: 'pages of this origin may not ask here' },
  HEAD_TOO_LARGE: { code: 544, status: 431, retryable: false, message: 'the head of the request is too large' },
  REQUEST_TIMEOUT: { code: 545, status: 408, retryable: true, message: 'the request did not come in time' },
  OVERLOADED: { code: 566, status: 503, retryable: true, message: 'no room can be made now; try again' },
  AUTH_REQUIRED: { code: 556, status: 401, retryable: false, message: 'a token of your account is needed here' },
  TOKEN_INVALID: { code: 557, status: 401, retryable: false, message: 'this token is not valid here' },
  TOKEN_EXPIRED: { code: 558, status: 401, retryable: false, message: 'this token has expired; get another' },
  BANNED: { code: 559, status: 559, retryable: false, message: 'banned from this server' },
  ADMIN_REFUSED: { code: 560, status: 401, retryable: false, message: 'the admin token is needed here' },
  ADMIN_LIMITED: { code: 561, status: 429, retryable: true, message: 'too many wrong tries; wait a minute' },
  ADMIN_INVALID: { code: 562, status: 400, retryable: false, message: 'this admin request is wrong' },
  INVALID_MESSAGE: { code: 4217, status: 400, retryable: false, message: 'the message cannot be read' },
  TOO_MANY_FRAMES: { code: 4218, status: 429, retryable: false, message: 'too many messages, or too large' },
  JOIN_NOT_ACKNOWLEDGED: { code: 4219, status: 408, retryable: true, message: 'the join was not acknowledged in time' },
  IDLE: { code: 4220, status: 408, retryable: true, message: 'nothing was sent for too long' },
} as const satisfies Record<string, ErrorKind>;

/** WebSocket close codes we choose; the rest are Colyseus's (CloseCode in @colyseus/shared-types). */
export const CloseCodes = {
  /** The connection did something that cannot be answered. Ends the SDK's session. */
  withError: 4002,
  /** Colyseus's: the token is wrong or the seat is gone. Ends the SDK's session. */
  failedToReconnect: 4003,
  /** The SDK tries to come back to the same address. */
  mayTryReconnect: 4010,
  /** An admin removed the player, or closed the room. These and those below end the SDK's session. */
  kicked: 4230,
  banned: 4231,
  /** The same player came in elsewhere, to a room that takes each once. */
  replaced: 4232,
  roomClosed: 4233,
} as const;
