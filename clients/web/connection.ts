/**
 * The way into a room: a seat reserved over HTTP, then the SDK's connection to it. It asks for the seat itself, for the
 * SDK would keep only the HTTP status of a refusal and drop the server's own code. What to tell the player is in
 * words.ts; staying in the room is the SDK's and match.ts's business.
 */
import { type Client, CloseCode, type Room, ServerError } from '@colyseus/sdk';
import type { ArenaMessages } from '../../rooms/arena/rules.ts';
import type { ArenaState } from '../../rooms/arena/state.ts';
import { asGuest } from './visit/guest.ts';

export type ArenaRoom = Room<unknown, ArenaState>;
export type SeatReservation = Parameters<Client['consumeSeatReservation']>[0];

export type Entry =
  | { kind: 'quick' }
  | { kind: 'create' }
  | { kind: 'room'; roomId: string }
  /** Back to a seat that is still kept: `token` as in `room.reconnectionToken`. */
  | { kind: 'return'; roomId: string; token: string };

/** A way in that was refused. `code` is the server's, an HTTP status, or 0 when nobody answered. */
export class JoinFailure extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'JoinFailure';
    this.code = code;
  }
}

export const ARENA = 'arena';
const ANSWER_WITHIN_MS = 10_000;

/** Joins, creates or finds a room; `State` is that of the rooms called `roomName`. Rejects with a JoinFailure. */
export async function enter<State = ArenaState>(
  client: Client,
  entry: Entry,
  name: string,
  roomName = ARENA,
): Promise<Room<unknown, State>> {
  const reservation = await asGuest(client.auth, (token) => reserve(entry, name, roomName, token));
  try {
    return await client.consumeSeatReservation<State>(reservation);
  } catch (cause) {
    throw new JoinFailure(
      cause instanceof ServerError ? codeOf(cause) : 0,
      cause instanceof Error ? cause.message : '',
    );
  }
}

/** Typed `room.onMessage` for the arena's messages. */
export function onMessage<K extends keyof ArenaMessages>(
  room: ArenaRoom,
  type: K,
  callback: (message: ArenaMessages[K]) => void,
): void {
  room.onMessage<ArenaMessages[K]>(type, callback);
}

/** The link that brings somebody else into the same room. */
export function shareLink(roomId: string): string {
  return `${location.origin}${location.pathname}?room=${encodeURIComponent(roomId)}`;
}

async function reserve(
  entry: Entry,
  name: string,
  roomName: string,
  token: string | undefined,
): Promise<SeatReservation> {
  const response = await post(pathOf(entry, roomName), optionsOf(entry, name), token);
  const answer: unknown = await response.json().catch(() => ({}));
  if (response.ok && isReservation(answer)) return { ...answer, ...returnOf(entry) };
  throw refusal(response.status, answer);
}

function optionsOf(entry: Entry, name: string): object {
  return returnOf(entry) ?? { name };
}

/** What a return carries, in the request and in the seat it is given. */
function returnOf(entry: Entry): { reconnectionToken: string } | undefined {
  return entry.kind === 'return' ? { reconnectionToken: entry.token.slice(entry.roomId.length + 1) } : undefined;
}

async function post(path: string, body: unknown, token: string | undefined): Promise<Response> {
  try {
    return await fetch(path, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json',
        ...(token && { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
  } catch (cause) {
    throw new JoinFailure(0, cause instanceof Error ? cause.message : '');
  }
}

/** A socket that never opened has no code, or the one that says nothing. */
function codeOf({ code }: ServerError): number {
  return code === undefined || code === CloseCode.ABNORMAL_CLOSURE ? 0 : code;
}

function pathOf(entry: Entry, roomName: string): string {
  switch (entry.kind) {
    case 'quick':
      return `/matchmake/joinOrCreate/${roomName}`;
    case 'create':
      return `/matchmake/create/${roomName}`;
    case 'room':
      return `/matchmake/joinById/${encodeURIComponent(entry.roomId)}`;
    case 'return':
      return `/matchmake/reconnect/${encodeURIComponent(entry.roomId)}`;
  }
}

function isReservation(answer: unknown): answer is SeatReservation {
  return typeof answer === 'object' && answer !== null && 'sessionId' in answer && 'roomId' in answer;
}

/** A proxy in front answers 502 to 504 for a server that is away: nobody answered. */
function refusal(status: number, answer: unknown): JoinFailure {
  const { code, error } = (typeof answer === 'object' && answer !== null ? answer : {}) as Record<string, unknown>;
  const away = typeof code !== 'number' && status >= 502 && status <= 504;
  return new JoinFailure(
    away ? 0 : typeof code === 'number' ? code : status,
    typeof error === 'string' ? error : `the server answered ${status}`,
  );
}
