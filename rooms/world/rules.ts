/** The world's numbers: what it is balanced by, shared by server, page and bots. Lengths are world units, times ticks. */

export const TICK_RATE = 20;
export const TICK_SECONDS = 1 / TICK_RATE;
const seconds = (s: number): number => Math.round(s * TICK_RATE);

export const MAX_PLAYERS = 2500;
/** With as many players again, about 30 of them are within sight of anybody. */
export const CREATURES = 2000;
/** Things that lie around; taken ones come up again elsewhere. */
export const ITEMS = 1500;
/** Of dropped things the ground keeps the newest. */
export const MAX_DROPPED = 1500;

/** Somebody this near is sent to a player, until farther than `LEAVE_RADIUS`. */
export const VIEW_RADIUS = 560;
export const LEAVE_RADIUS = 616;

export const BODY_RADIUS = 16;
/** Units a second on a meadow, full stick. */
export const WALK_SPEED = 230;

/** How many ticks one input may cover: a client on a thin line sends fewer of them. */
export const MAX_STEPS = 5;
/** Ticks without an input that are made up for when it comes. */
export const BURST_TICKS = 5;
/** Inputs that may wait; of more the oldest are acknowledged and dropped. */
export const INPUT_BUFFER_SIZE = 8;

/** From a body's middle to a thing's: this near it is picked up. */
export const REACH = 38;
/** How far ahead a thing is dropped: beyond the reach of whoever drops it. */
export const DROP_DISTANCE = 58;
/** A dropped thing lies for this long before anybody can take it. */
export const DROP_REST_TICKS = seconds(1);
/** A taken thing comes up somewhere else after this long. */
export const REGROW_TICKS = seconds(4);
/** As many of one kind as a bag holds. */
export const BAG_LIMIT = 99;

/** `Unit.kind`: a person, or one of the creatures. */
export const Kind = { player: 0, goat: 1, boar: 2, tortoise: 3 } as const;
/** By kind; 0 is the player's place. */
export const CREATURE_SPEEDS: readonly number[] = [0, 95, 120, 34];

/** `Item.kind` is an index into this list, a bag's key is its entry. */
export const ITEM_KINDS = ['coin', 'olive', 'fig', 'laurel', 'amphora', 'gem'] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];
/** How often each comes up, of the sum of all. */
export const ITEM_WEIGHTS: readonly number[] = [30, 24, 20, 14, 8, 4];

/** One turn of day and night. */
export const DAY_SECONDS = 600;
/** The day begins here: at half past nine in the morning. */
export const MORNING = Math.round(DAY_SECONDS * 0.4);

/** What the server says a client must know, for tests: compare it with what the client holds after the patch of `at`. */
export interface Census {
  /** The room clock of the patch that this came after, as in the patch's own stamp (`room.clock.lastServerTime()`). */
  readonly at: number;
  readonly tick: number;
  /** Key, x, y, kind of everything up to `LEAVE_RADIUS` away: up to `VIEW_RADIUS` it must be known, beyond it may be. */
  readonly units: readonly CensusEntry[];
  readonly items: readonly CensusEntry[];
  /** Kinds and counts of the own bag. */
  readonly bag: Readonly<Record<string, number>>;
}
export type CensusEntry = readonly [key: string, x: number, y: number, kind: number];

/** Messages of the room to a client; payloads are plain objects. */
export interface WorldMessages {
  census: Census;
}
