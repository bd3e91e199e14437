/**
 * What a player who wants a seat goes through, in place of Colyseus's own matchmaking: the room's onAuth, a room with a
 * free seat from the index, the seat at the process that owns it. Answers what Colyseus's would. Rules: SPEC.md (S1 to S3,
 * P3, C2).
 */
import { ERRORS, type ErrorKind } from '../kernel/errors.ts';
import { openSeat } from '../kernel/identity.ts';
import type { Clock } from '../kernel/ports.ts';
import { CallError, type Calls } from './calls.ts';
import { MatchError } from './match-error.ts';
import { choose } from './placement.ts';
import { LEASE_MS, type ProcessReport } from './process-registry.ts';
import type { Listing, RoomIndex, RoomListings } from './room-index.ts';
import { SeatFinder } from './seat-finder.ts';
import type { Timers } from './timers.ts';

/** What a client needs to take its seat, in Colyseus's words. */
export interface Seat {
  readonly name: string;
  readonly sessionId: string;
  readonly roomId: string;
  readonly processId: string;
  readonly publicAddress?: string;
}

/** The rooms of this process, and what their classes say. */
export interface RoomHost {
  readonly processId: string;
  /** The room's static onAuth; goes to the room with the seat, as it is. @throws its refusal. */
  auth(name: string, options: unknown, context: unknown): Promise<unknown>;
  /** What the options of a joiner ask for. @throws when no such room is defined. */
  filterOf(name: string, options: unknown): Readonly<Record<string, unknown>>;
  /** Makes a room here. @throws what its onCreate threw. */
  create(name: string, options: unknown, roomId: string): Promise<Listing>;
  /** Calls a method of a room of this process; undefined when there is no such room. */
  call(roomId: string, method: string, args: readonly unknown[]): Promise<{ readonly value: unknown } | undefined>;
}

export interface MatchmakerDeps {
  readonly index: RoomIndex & RoomListings;
  readonly calls: Calls;
  readonly host: RoomHost;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Those that hold a lease, as of a moment ago. */
  readonly processes: () => readonly ProcessReport[];
  /** Whether rooms may live that are not listed again yet. */
  readonly inDoubt: () => boolean;
  /** Why no room can be made by this process now, as an error to answer with when no other one makes it. */
  readonly refusesRooms: () => ErrorKind | undefined;
  readonly random: () => number;
  readonly newId: () => string;
  /** How long a seat waits for its socket. */
  readonly seatTimeoutMs: number;
  /** Asked once for each room that is made for a player: 0, or for how many milliseconds their address may have none made. */
  readonly roomWaitMs: (address: string) => number;
  /** Nobody makes a room for a player who needs one. */
  readonly noRoomMade: (why: ErrorKind) => void;
}

export const METHODS = ['joinOrCreate', 'create', 'join', 'joinById', 'reconnect'] as const;
export type Method = (typeof METHODS)[number];

/** Tries of one join, and how long after its begin one more is begun. */
const TRIES = 5;
const TRY_WITHIN_MS = 1500;
const RESERVE_WITHIN_MS = 1000;
const CREATE_WITHIN_MS = 2000;
/** The row of a room that ended is usually gone by then. */
const ROW_GOES_WITHIN_MS = 30;
/** A player whose address holds too many seats asks again: a socket comes soon, if it comes. */
const HELD_PAUSES_MS = [50, 100, 200, 400];
/** What it is told then. */
const HELD_FOR_MS = 1000;
/** A process that says so makes no room now, and another may. */
const HAS_NO_ROOM: readonly unknown[] = [ERRORS.OVERLOADED, ERRORS.NO_MORE_ROOMS, ERRORS.STOPPING].map(
  ({ code }) => code,
);
/** Processes asked to make one room. */
const CREATORS = 3;

/**
 * What became of a seat: the player's; the room has none; their address has to take those first that it holds; nobody
 * answered in time, or nobody is there.
 */
type Outcome = 'seated' | 'full' | 'held' | 'silent';

/** Whom a seat is for. */
interface Player {
  readonly options: object;
  readonly context: unknown;
  /** As it is counted; undefined when nobody is to be counted. */
  readonly address: string | undefined;
}

export class Matchmaker {
  readonly #deps: MatchmakerDeps;
  readonly #finder: SeatFinder;
  /** Until when processes that did not answer are passed over. */
  readonly #suspects = new Map<string, number>();
  /** Rooms placed by these reports, by process. */
  readonly #placed = new Map<string, number>();
  #reports: readonly ProcessReport[] = [];

  constructor(deps: MatchmakerDeps) {
    this.#deps = deps;
    this.#finder = new SeatFinder({
      ...deps,
      create: (name, options, address) => this.#createSomewhere(name, options, address),
      suspects: () => this.#suspected(),
    });
  }

  /**
   * @param room its name; its id for joinById and reconnect. @param address the player's, as it is counted.
   * @throws an error with a code.
   */
  async match(method: Method, room: string, options: object, context: unknown, address?: string): Promise<Seat> {
    try {
      return await this.#match(method, room, { options, context, address });
    } catch (cause) {
      // What exactly is away is for the log.
      const isAway = (cause as { code?: unknown } | null)?.code === ERRORS.STORE_AWAY.code;
      throw isAway ? new MatchError(ERRORS.STORE_AWAY, { cause }) : cause;
    }
  }

  #match(method: Method, room: string, player: Player): Promise<Seat> {
    switch (method) {
      case 'joinOrCreate':
      case 'join':
        return this.#join(room, player, method === 'join');
      case 'create':
        return this.#create(room, player);
      case 'joinById':
        return this.#joinById(room, player);
      case 'reconnect':
        return this.#reconnect(room, player.options);
    }
  }

  async #join(name: string, player: Player, listedOnly: boolean): Promise<Seat> {
    const { clock, host, index } = this.#deps;
    const { options, context, address } = player;
    const filter = host.filterOf(name, options);
    const auth = await host.auth(name, options, context);
    const sessionId = this.#sessionOf(auth);
    const lastTryAt = clock.now() + TRY_WITHIN_MS;
    let outcome: Exclude<Outcome, 'seated'> = 'full';
    for (let tries = 0; tries < TRIES && clock.now() <= lastTryAt; tries++) {
      const listing = await this.#finder.find({ name, filter, claim: sessionId, options, address, listedOnly });
      if (listing === undefined) throw new MatchError(ERRORS.NO_MATCH);
      const became = await this.#reserve(listing, sessionId, player, auth).catch((cause) => {
        void index.release(listing.roomId, [sessionId]).catch(() => {});
        throw cause;
      });
      if (became === 'seated') return seatIn(listing, sessionId);
      outcome = became;
      await index.release(listing.roomId, [sessionId]);
      if (outcome === 'held') await this.#pause(HELD_PAUSES_MS[tries]);
    }
    throw refusalFor(outcome);
  }

  async #create(name: string, player: Player): Promise<Seat> {
    const { clock, host } = this.#deps;
    const { options, context, address } = player;
    host.filterOf(name, options);
    const auth = await host.auth(name, options, context);
    const lastTryAt = clock.now() + TRY_WITHIN_MS;
    for (let tries = 1; ; tries++) {
      const listing = await this.#createSomewhere(name, options, address);
      try {
        return await this.#sitDown(listing, player, auth);
      } catch (cause) {
        // The process that made the room is gone before anybody was in it.
        const isGone = cause instanceof MatchError && cause.code === ERRORS.SEAT_TIMEOUT.code;
        if (!isGone || tries === TRIES || clock.now() > lastTryAt) throw cause;
      }
    }
  }

  async #joinById(roomId: string, player: Player): Promise<Seat> {
    const listing = await this.#listingOf(roomId);
    if (listing.locked) throw new MatchError(ERRORS.ROOM_FULL);
    const auth = await this.#deps.host.auth(listing.name, player.options, player.context);
    return this.#sitDown(listing, player, auth);
  }

  async #reconnect(roomId: string, options: { readonly reconnectionToken?: unknown }): Promise<Seat> {
    const listing = await this.#listingOf(roomId);
    const token = options.reconnectionToken;
    const sessionId = await this.#callRoom(listing, 'checkReconnectionToken', [token]).catch((cause) => {
      throw cause instanceof CallError ? this.#refusalOf(cause) : cause;
    });
    if (typeof sessionId !== 'string' || sessionId === '') throw new MatchError(ERRORS.SEAT_EXPIRED);
    return seatIn(listing, sessionId);
  }

  async #listingOf(roomId: string): Promise<Listing> {
    const listing = (await this.#deps.index.get([roomId])).get(roomId);
    if (listing !== undefined) return listing;
    throw new MatchError(this.#deps.inDoubt() ? ERRORS.STORE_AWAY : ERRORS.ROOM_NOT_FOUND);
  }

  async #sitDown(listing: Listing, player: Player, auth: unknown): Promise<Seat> {
    const sessionId = this.#sessionOf(auth);
    let outcome = await this.#reserve(listing, sessionId, player, auth);
    for (let again = 0; outcome === 'held' && again < HELD_PAUSES_MS.length; again++) {
      await this.#pause(HELD_PAUSES_MS[again]);
      outcome = await this.#reserve(listing, sessionId, player, auth);
    }
    if (outcome !== 'seated') throw refusalFor(outcome);
    return seatIn(listing, sessionId);
  }

  #pause(ms: number | undefined): Promise<void> {
    return new Promise((resolve) => (ms === undefined ? resolve() : this.#deps.timers.after(ms, resolve)));
  }

  /** A room may give its players session ids of its own. */
  #sessionOf(sealed: unknown): string {
    const { auth } = openSeat(sealed);
    const own = (auth as { sessionId?: unknown } | undefined)?.sessionId;
    return typeof own === 'string' && own !== '' ? own : this.#deps.newId();
  }

  /** @throws MatchError when Redis is away, and what the room threw. */
  async #reserve(listing: Listing, sessionId: string, player: Player, auth: unknown): Promise<Outcome> {
    const seconds = this.#deps.seatTimeoutMs / 1000;
    // For whom the seat is goes behind what stock rooms look at (limitHeldSeats).
    const args = [sessionId, player.options, auth, seconds, false, null, player.address];
    const { clock, host, seatTimeoutMs } = this.#deps;
    const askedAt = clock.now();
    try {
      const seated = await this.#callRoom(listing, '_reserveSeat', args);
      // This process stood still meanwhile: elsewhere the seat's time has gone on, and it may be over before its player comes.
      if (listing.processId !== host.processId && clock.now() - askedAt > seatTimeoutMs / 2) return 'silent';
      if (seated === 'held') return 'held';
      return seated === true ? 'seated' : 'full';
    } catch (cause) {
      if (!(cause instanceof CallError)) throw cause;
      if (cause.failure !== 'dead' && cause.failure !== 'timeout') throw this.#refusalOf(cause);
      if (cause.failure === 'timeout' || !(await this.#isThere(listing.processId))) this.#suspect(listing.processId);
      return 'silent';
    }
  }

  /**
   * Nobody listens for a room: it ended a moment before its row is taken off, or its process did.
   * @throws MatchError when that cannot be known, because Redis is away.
   */
  async #isThere(processId: string): Promise<boolean> {
    const { calls, host } = this.#deps;
    if (processId !== host.processId) {
      const alive = calls.call({ processId }, 'alive', [], { timeoutMs: RESERVE_WITHIN_MS }).catch((cause) => {
        if (cause instanceof CallError && cause.failure === 'away') throw this.#refusalOf(cause);
        return false;
      });
      if (!(await alive)) return false;
    }
    await this.#pause(ROW_GOES_WITHIN_MS);
    return true;
  }

  async #callRoom({ roomId, processId }: Listing, method: string, args: readonly unknown[]): Promise<unknown> {
    const { host, calls } = this.#deps;
    const here = await host.call(roomId, method, args);
    if (here !== undefined) return here.value;
    if (processId === host.processId) throw new CallError('dead', { processId, roomId }, `room ${roomId} is gone`);
    return calls.call({ processId, roomId }, method, args, { timeoutMs: RESERVE_WITHIN_MS });
  }

  /** At most one of those that are asked lists the room: all are asked for the same id. */
  async #createSomewhere(name: string, options: unknown, address: string | undefined): Promise<Listing> {
    const { host, calls, newId, random, refusesRooms, roomWaitMs, noRoomMade } = this.#deps;
    const retryAfterMs = address === undefined ? 0 : roomWaitMs(address);
    if (retryAfterMs > 0) throw new MatchError(ERRORS.TOO_MANY_ROOMS_MADE, { retryAfterMs });
    const roomId = newId();
    const avoid = new Set(this.#suspected());
    // What others were told of this process is a moment old.
    if (refusesRooms() !== undefined) avoid.add(host.processId);
    for (let asked = 0; asked < CREATORS; asked++) {
      const processId = choose(this.#processes(), random, avoid);
      if (processId !== undefined) this.#placed.set(processId, (this.#placed.get(processId) ?? 0) + 1);
      if (processId === undefined || processId === host.processId) break;
      try {
        const args = [name, options, roomId];
        const listing = await calls.call<Listing>({ processId }, 'create', args, { timeoutMs: CREATE_WITHIN_MS });
        return { ...listing, maxClients: listing.maxClients ?? Number.POSITIVE_INFINITY };
      } catch (cause) {
        if (!(cause instanceof CallError)) throw cause;
        avoid.add(processId);
        if (cause.failure === 'refused' && HAS_NO_ROOM.includes(cause.code)) continue;
        const tooLate = cause.failure === 'refused' && cause.code === ERRORS.SEAT_TIMEOUT.code;
        if (cause.failure !== 'dead' && cause.failure !== 'timeout' && !tooLate) throw this.#refusalOf(cause);
        this.#suspect(processId);
      }
    }
    const refusal = refusesRooms();
    if (refusal !== undefined) {
      noRoomMade(refusal);
      throw new MatchError(refusal);
    }
    return host.create(name, options, roomId);
  }

  /** The latest reports, with the rooms that were placed since: a burst would all go where there was least to do. */
  #processes(): readonly ProcessReport[] {
    const reports = this.#deps.processes();
    if (reports !== this.#reports) this.#placed.clear();
    this.#reports = reports;
    if (this.#placed.size === 0) return reports;
    return reports.map((report) => ({ ...report, rooms: report.rooms + (this.#placed.get(report.processId) ?? 0) }));
  }

  #refusalOf(cause: CallError): Error {
    if (cause.failure === 'refused') return Object.assign(new Error(cause.message), { code: cause.code });
    return new MatchError(cause.failure === 'away' ? ERRORS.STORE_AWAY : ERRORS.SEAT_TIMEOUT, { cause });
  }

  #suspect(processId: string): void {
    this.#suspects.set(processId, this.#deps.clock.now() + LEASE_MS);
  }

  #suspected(): readonly string[] {
    const now = this.#deps.clock.now();
    for (const [processId, until] of this.#suspects) if (now >= until) this.#suspects.delete(processId);
    return [...this.#suspects.keys()];
  }
}

function refusalFor(outcome: Exclude<Outcome, 'seated'>): MatchError {
  switch (outcome) {
    case 'full':
      return new MatchError(ERRORS.ROOM_FULL);
    case 'held':
      return new MatchError(ERRORS.SEATS_NOT_TAKEN, { retryAfterMs: HELD_FOR_MS });
    case 'silent':
      return new MatchError(ERRORS.SEAT_TIMEOUT);
  }
}

function seatIn({ name, roomId, processId, publicAddress }: Listing, sessionId: string): Seat {
  return { name, sessionId, roomId, processId, ...(publicAddress ? { publicAddress } : {}) };
}
