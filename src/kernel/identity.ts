/**
 * Who a player is, as verified before a seat is given, and how that travels with the seat: in one JSON value with what the
 * room's own onAuth returned, from the process that was asked to the one that has the room.
 */

/** Also what `client.auth` is where a room's onAuth returns nothing of its own. */
export interface Identity {
  /** The same at every visit, and nobody else's. Guests' begin with `guest-`, accounts' never do. */
  readonly id: string;
  readonly guest: boolean;
  /** As the account service says it; guests have none. */
  readonly name?: string;
  /** What else the token says; {} for guests. */
  readonly claims: Readonly<Record<string, unknown>>;
}

export const GUEST_PREFIX = 'guest-';

const IDENTITY = 'hypogeum.identity';
const AUTH = 'auth';

/** What goes to the room as its auth; without an identity that is what onAuth returned. */
export function sealSeat(identity: Identity | undefined, auth: unknown): unknown {
  if (identity === undefined) return auth;
  return auth === undefined ? { [IDENTITY]: identity } : { [IDENTITY]: identity, [AUTH]: auth };
}

/** Takes apart what `sealSeat` made. Anything else is a seat without an identity: another room's, or a stock process's. */
export function openSeat(sealed: unknown): { readonly identity?: Identity; readonly auth?: unknown } {
  if (typeof sealed !== 'object' || sealed === null || !Object.hasOwn(sealed, IDENTITY)) return { auth: sealed };
  const { [IDENTITY]: identity, [AUTH]: auth } = sealed as { [IDENTITY]: Identity; [AUTH]?: unknown };
  return { identity, auth };
}
