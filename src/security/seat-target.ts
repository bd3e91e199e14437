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

/**
 * Undefined for a target without a seat: SDKs measure their latency there.
 * @param url can be parsed.
 */
export function seatTargetOf(url: string): SeatTarget | 'malformed' | undefined {
  const { pathname, searchParams } = new URL(`ws://server${url}`);
  const roomId = /\/[a-zA-Z0-9_-]+\/([a-zA-Z0-9_-]+)$/.exec(pathname)?.[1];
  const sessionId = searchParams.get('sessionId');
  if (roomId === undefined && sessionId === null) return undefined;
  const reconnectionToken = searchParams.get('reconnectionToken') ?? undefined;
  const isRead =
    roomId !== undefined &&
    isName(sessionId, LONGEST_SESSION_ID) &&
    (reconnectionToken === undefined || isName(reconnectionToken, LONGEST_TOKEN));
  return isRead ? { roomId, sessionId, reconnectionToken } : 'malformed';
}

/** Neither empty nor long, without control characters, and not the name of something that every object has. */
function isName(text: string | null, longest: number): text is string {
  return text !== null && text.length <= longest && /^\P{Cc}+$/u.test(text) && !(text in Object.prototype);
}
