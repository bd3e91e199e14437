/**
 * Reconnection tokens nobody can guess: Colyseus (@colyseus/core 0.18.17, Room) makes them of 54 bits and finds them by
 * looking them up; here they have 192, and are compared in constant time before Colyseus sees what was given. What it
 * does with a right one is unchanged: it is good once, and for the seat it was given with.
 */
import type { Client, ClientArray, Room } from '@colyseus/core';
import { isSame, newToken } from './node-tokens.ts';

type RoomClass = new () => Room;

/** Of Room's privates. `test/integration/reconnection-tokens.test.ts` fails when an update of Colyseus moves one. */
interface Reconnections {
  _onJoin(client: Client, ...rest: readonly unknown[]): Promise<void>;
  hasReservedSeat(sessionId: string, token?: unknown): boolean;
  checkReconnectionToken(token: unknown): string | undefined;
  /** By session; the fourth says that the seat is held for a player who comes back. */
  readonly _reservedSeats: Readonly<Record<string, readonly unknown[]>>;
  readonly clients: ClientArray;
  /** The session by token. */
  readonly _reconnections: Readonly<Record<string, readonly [sessionId: string, ...rest: unknown[]]>>;
}

/** Longer ones are nobody's: a game may make its own, and the handshake has a byte for the length. */
const MAX_TOKEN_LENGTH = 255;

/** To be called before delivery exchanges the client, so that it is the room's own client that gets the token. */
export function giveStrongTokens(Hosted: RoomClass): void {
  const { _onJoin } = insideOf(Hosted.prototype as Room);
  define(Hosted, '_onJoin', function onJoin(this: Reconnections, client: Client, ...rest: readonly unknown[]) {
    strengthen(client);
    return _onJoin.call(this, client, ...rest);
  });
}

/** To be called last of all that changes how tokens are checked: nothing else compares what was given. */
export function compareTokensInConstantTime(Hosted: RoomClass): void {
  const { hasReservedSeat, checkReconnectionToken } = insideOf(Hosted.prototype as Room);
  define(Hosted, 'hasReservedSeat', function has(this: Reconnections, sessionId: string, given?: unknown) {
    const seat = this._reservedSeats[sessionId];
    if (seat !== undefined && seat[3] !== true) return hasReservedSeat.call(this, sessionId);
    const token = seat === undefined ? this.clients.get(sessionId)?.reconnectionToken : heldToken(this, sessionId);
    const right = token !== undefined && isToken(given) && isSame(token, given);
    return right && hasReservedSeat.call(this, sessionId, token);
  });
  define(Hosted, 'checkReconnectionToken', function check(this: Reconnections, given: unknown) {
    const token = isToken(given) ? find(tokensOf(this), given) : undefined;
    return token === undefined ? undefined : checkReconnectionToken.call(this, token);
  });
}

const VISIBLE = { configurable: true, enumerable: true };
/** The same functions for all clients: with functions of their own V8 would keep each client's fields in a dictionary. */
const FIRST_TOKEN: PropertyDescriptor & ThisType<Client> = {
  ...VISIBLE,
  get: () => undefined,
  set() {
    Object.defineProperty(this, 'reconnectionToken', { ...VISIBLE, value: newToken(), writable: true });
  },
};

/** The first token a client is given, Colyseus's, is another; what the game gives it after that is left alone. */
function strengthen(client: Client): void {
  Object.defineProperty(client, 'reconnectionToken', FIRST_TOKEN);
}

function isToken(given: unknown): given is string {
  return typeof given === 'string' && given !== '' && given.length <= MAX_TOKEN_LENGTH;
}

function heldToken({ _reconnections }: Reconnections, sessionId: string): string | undefined {
  return Object.keys(_reconnections).find((token) => _reconnections[token]![0] === sessionId);
}

function* tokensOf({ _reconnections, clients }: Reconnections): Generator<string> {
  yield* Object.keys(_reconnections);
  for (const { reconnectionToken } of clients) if (reconnectionToken !== undefined) yield reconnectionToken;
}

/** Compares with all of them, wherever the right one stands. */
function find(tokens: Iterable<string>, given: string): string | undefined {
  let found: string | undefined;
  for (const token of tokens) if (isSame(token, given)) found = token;
  return found;
}

function insideOf(room: Room): Reconnections {
  return room as unknown as Reconnections;
}

function define(Hosted: RoomClass, name: string, value: (this: never, ...args: never[]) => unknown): void {
  Object.defineProperty(Hosted.prototype, name, { value, writable: true, configurable: true });
}
