/** What a WebSocket's target asks for, read as Colyseus reads it (WebSocketTransport of ws-transport 0.18.4). Pure. */

export interface SeatTarget {
  readonly roomId: string;
  readonly sessionId: string;
  /** Of a player who comes back. */
  readonly reconnectionToken: string | undefined;
}

/** Rooms may name their players' sessions themselves. */
const LONGEST_SESSION_ID = 128;
const LONGEST_TOKEN = 512;
/** Whatever comes before the last two is some proxy's prefix. */
const SEAT_PATH = /\/[a-zA-Z0-9_-]+\/([a-zA-Z0-9_-]+)$/;

/** The room that a path leads to; undefined when it is none of a seat. Colyseus finds rooms by id in a plain object. */
export function seatRoomOf(path: string): string | undefined {
  const roomId = SEAT_PATH.exec(path)?.[1];
  return roomId === undefined || roomId in Object.prototype ? undefined : roomId;
}

/**
 * Undefined for a target without a seat: SDKs measure their latency there.
 * @param url can be parsed.
 */
export function seatTargetOf(url: string): SeatTarget | 'malformed' | undefined {
  const { pathname, searchParams } = new URL(`ws://server${url}`);
  const roomId = seatRoomOf(pathname);
  const sessionId = searchParams.get('sessionId') ?? '';
  if (roomId === undefined && sessionId === '') return undefined;
  const reconnectionToken = searchParams.get('reconnectionToken') || undefined;
  const isRead =
    roomId !== undefined &&
    isReadable(sessionId, LONGEST_SESSION_ID) &&
    !(sessionId in Object.prototype) &&
    (reconnectionToken === undefined || isReadable(reconnectionToken, LONGEST_TOKEN));
  return isRead ? { roomId, sessionId, reconnectionToken } : 'malformed';
}

/** Neither empty nor long, and without control characters. */
function isReadable(text: string, longest: number): boolean {
  return text.length <= longest && /^\P{Cc}+$/u.test(text);
}
