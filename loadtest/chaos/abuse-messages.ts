/** What the processes of `chaos -- abuse` agree on, and what they tell each other over IPC. Plain data. */
import type { Tally } from '../messages.ts';

export const SIDES = ['hypogeum', 'stock'] as const;
export type Side = (typeof SIDES)[number];

/** From its beginning an attack may go on for so long before its attacker is gone or limited. */
export const LIMITED_WITHIN_MS = 2000;

/** One attacked window, as the attacker saw it. */
export interface AttackResult {
  readonly seconds: number;
  /** In the attack's own unit, and the most of them in a tenth of a second, as a rate a second. */
  readonly offered: number;
  readonly peakPerSecond: number;
  /** What the server took of it, in all and after LIMITED_WITHIN_MS. What counts as taken is the attack's to say. */
  readonly accepted: number;
  readonly acceptedLate: number;
  /** The most that was held at a time (sockets, seats) after LIMITED_WITHIN_MS. */
  readonly heldLate: number;
  /** How single connections and requests ended: status, close code, or a word. */
  readonly ends: Tally;
  /** What must never happen and did, by words. */
  readonly breaches: Tally;
}

export interface AttackOrder {
  readonly round: number;
  readonly rounds: number;
  readonly seconds: number;
  /** Of attacks that have a number of frames to send: in all rounds together. */
  readonly frames: number;
  readonly seed: number;
}

export type ToAttacker =
  | { readonly type: 'prepare'; readonly attack: string; readonly port: number }
  | { readonly type: 'attack'; readonly order: AttackOrder };

export type FromAttacker = { readonly type: 'prepared' } | { readonly type: 'attacked'; readonly result: AttackResult };

/** What the bots and the other players saw in a window. */
export interface PlayersWindow {
  /** HDR histograms as text: between two patches of a bot; from asking for a seat to being in the room. */
  readonly intervals: string;
  readonly joins: string;
  /** Joins of others that failed, by words. */
  readonly failedJoins: Tally;
  /** Bots whose connection was lost since the beginning. */
  readonly lost: number;
}

export type ToPlayers =
  | { readonly type: 'join'; readonly port: number; readonly bots: number; readonly seed: number }
  /** A window opens. */
  | { readonly type: 'measure' }
  | { readonly type: 'report' };

export type FromPlayers = { readonly type: 'joined' } | { readonly type: 'window'; readonly window: PlayersWindow };

/** What signs guests' tokens on the server, known here so that tokens can be made that are wrong in one thing only. */
export const GUEST_SECRET = 'known to the attacker and of no use to them';
