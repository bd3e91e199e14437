/**
 * The ports of the room index: which rooms there are on all processes, which of them have a free seat, and who owns them.
 * Rules: SPEC.md (I1 and following). A version in memory and one in Redis pass one contract suite
 * (test/contract/room-index.test.ts). Every transition is atomic.
 */

import { LEASE_MS } from './process-registry.ts';

/** A room's row: as Colyseus 0.18 writes it (IRoomCache), and the owner's epoch, which counts how often it changed hands. */
export interface Listing {
  name: string;
  roomId: string;
  processId: string;
  clients: number;
  /** Infinity in memory; JSON has null for it. */
  maxClients: number;
  locked?: boolean;
  private?: boolean;
  unlisted?: boolean;
  publicAddress?: string;
  /** What the game puts there. */
  metadata?: unknown;
  createdAt?: Date;
  /** 0 where it is missing. */
  epoch?: number;
}

/** As Colyseus takes them: the first field counts most. */
export interface SortOptions {
  readonly [field: string]: 1 | -1 | 'asc' | 'desc' | 'ascending' | 'descending';
}

/** What a joiner asks for: rooms of this name, not locked, not private, whose fields equal these. */
export interface RoomRequest {
  readonly name: string;
  /** Fields of the listing or of its metadata, by name; compared with ===. */
  readonly filter: Readonly<Record<string, unknown>>;
  /** Instead of the sorting of the name's plan, which counts where this is left out or empty. */
  readonly sort?: SortOptions | undefined;
}

/** By which fields rooms of a name are looked for, from its handler's filterBy and sortBy. */
export interface NamePlan {
  readonly filterBy: readonly string[];
  readonly sortBy: SortOptions;
}

/** Seats wanted at once by requests that are alike, each with a claim of its own. */
export interface SeatsWanted extends RoomRequest {
  /**
   * Names of the claims: session ids, not used for two seats. One that holds a seat already is granted the same again, so
   * that a command which is sent twice, because the connection was lost in between, takes one seat.
   */
  readonly claims: readonly string[];
  /**
   * A room to be tried before all others, whether it meets the request or not, but not over its seats: the one that was
   * created for these claims. It may have locked itself or changed its metadata, and then nobody else ever finds it.
   */
  readonly first?: string | undefined;
  /** True for a join that only takes what is there: `create` stays empty then. */
  readonly listedOnly?: boolean | undefined;
  /** Processes whose rooms are not wanted: they did not answer a moment ago. */
  readonly avoid?: readonly string[] | undefined;
}

export interface SeatsGranted {
  /** In the order of the claims, each with its room; a claim that is not here got none. */
  readonly granted: readonly { readonly claim: string; readonly listing: Listing }[];
  /**
   * A ticket for each room the caller is to create now: it counts as being created until `created` or `notCreated` is
   * called with its ticket, or `stillCreating` was not for CREATION_MS. Claims that got no seat wait, for those or for rooms that are being created for
   * others, and ask again under the same names, at least every WAITING_MS: so long they count as waiting.
   */
  readonly create: readonly string[];
}

/** How long things count that nobody may be left to end, in milliseconds. */
export interface IndexTimes {
  readonly leaseMs: number;
  readonly claimMs: number;
  readonly creationMs: number;
  readonly waitingMs: number;
}

export const CLAIM_MS = 5000;
/** Whoever is not heard of for the length of a lease is dead. */
export const CREATION_MS = LEASE_MS;
export const WAITING_MS = 1000;

/** What a version of the index takes where it is not told otherwise. */
export const INDEX_TIMES: IndexTimes = {
  leaseMs: LEASE_MS,
  claimMs: CLAIM_MS,
  creationMs: CREATION_MS,
  waitingMs: WAITING_MS,
};

export interface RoomIndex {
  /**
   * Tells by which fields a name is looked for; without it by none. To be called before its first room, alike in all
   * processes: rooms are found by what the process knew that listed them.
   */
  plan(name: string, plan: NamePlan): void;

  /**
   * Lists a room, or lists it again. False, and nothing changes, if its id is listed under a higher epoch, or by another
   * owner under the same. Claims on it stay.
   */
  list(listing: Listing): Promise<boolean>;

  /**
   * Writes a listing anew; `taken`: claims that have become clients of it, and end in the same transition. Resolves with
   * 'unlisted' when there is no such row, 'stale' when it belongs to another process or a higher epoch: nothing changes then.
   */
  update(listing: Listing, taken?: readonly string[]): Promise<'ok' | 'unlisted' | 'stale'>;

  /** Takes a row off. False, and nothing changes, if it is not there, or belongs to another process or a higher epoch. */
  unlist(roomId: string, owner: { readonly processId: string; readonly epoch: number }): Promise<boolean>;

  /** Free seats for these claims, best rooms first; what is claimed counts as taken until it ends or expires. */
  claim(wanted: SeatsWanted): Promise<SeatsGranted>;

  /** Ends claims on a room that came to nothing. */
  release(roomId: string, claims: readonly string[]): Promise<void>;

  /** A room asked for by `create` is on its way. Whoever makes it may die: others wait for it no longer than CREATION_MS. */
  stillCreating(ticket: string): Promise<void>;

  /** A room asked for by `create` is listed, and has so many seats; or it could not be made. */
  created(ticket: string, maxClients: number): Promise<void>;
  notCreated(ticket: string): Promise<void>;
}

/** What is listed, to be read: claims are not in it, and nothing is kept from it. */
export interface RoomListings {
  /** The first of the rooms that meet a request and have a free seat. Nothing is claimed. */
  find(request: RoomRequest): Promise<Listing | undefined>;
  /** By room id; ids that are not listed are missing. */
  get(roomIds: readonly string[]): Promise<Map<string, Listing>>;
  /** Rooms of a name, or all there are. Looks through them, and is counted. */
  all(name?: string): Promise<Listing[]>;
  /** Ids of the rooms that are listed under this process. */
  owned(processId: string): Promise<string[]>;
  /** Takes everything off, leases too. For tests. */
  clear(): Promise<void>;
}
