/**
 * The rooms of this process as matchmaking needs them: Colyseus's match maker (@colyseus/core 0.18.17) seen through
 * `RoomHost`, and what is changed in a room class so that a claim becomes a client in one transition.
 */
import { CloseCode, ErrorCode, matchMaker, type Room, ServerError } from '@colyseus/core';
import { type Identity, sealSeat } from '../kernel/identity.ts';
import type { RoomHost } from './matchmaker.ts';
import type { Listing, NamePlan, RoomIndex } from './room-index.ts';

type RoomClass = new () => Room;
type Method = (...args: readonly unknown[]) => unknown;

/** Of Room's privates: takes a seat for a session; false when there is none. It counts the client before it waits for anything. */
interface Seats {
  readonly roomId: string;
  _reserveSeat(sessionId: string, ...rest: readonly unknown[]): Promise<boolean>;
}

/** Where it is kept which claims are becoming clients: the ListingWriter. */
export interface Claims {
  taking(roomId: string, claim: string): void;
  notTaken(roomId: string, claim: string): void;
}

/** `Hosted` is a class made for this process, which is changed. */
export function hostSeats(Hosted: RoomClass, claims: Claims): void {
  const { _reserveSeat } = Hosted.prototype as unknown as Seats;
  const reserve = async function (this: Seats, sessionId: string, ...rest: readonly unknown[]) {
    claims.taking(this.roomId, sessionId);
    const seated = await _reserveSeat.call(this, sessionId, ...rest);
    if (!seated) claims.notTaken(this.roomId, sessionId);
    return seated;
  };
  Object.defineProperty(Hosted.prototype, '_reserveSeat', { value: reserve, writable: true, configurable: true });
}

/** Tells the index how rooms are looked for. To be called when all rooms are defined, before one is made. */
export function planRooms(index: RoomIndex): void {
  for (const { name, filterOptions, sortOptions = {} } of Object.values(matchMaker.getAllHandlers()))
    index.plan(name, { filterBy: filterOptions.map(String), sortBy: sortOptions as NamePlan['sortBy'] });
}

/** As players are told at a deploy: the SDK tries again, and finds the room where it is now. */
export function stopRoom(roomId: string): void {
  void matchMaker.getLocalRoomById(roomId)?.disconnect(CloseCode.MAY_TRY_RECONNECT);
}

/** Rooms that a game makes itself, by Colyseus's match maker, are not refused. */
export class ColyseusHost implements RoomHost {
  readonly #maxRooms: number;
  #making = 0;

  constructor(maxRooms: number) {
    this.#maxRooms = maxRooms;
  }

  get processId(): string {
    return matchMaker.processId;
  }

  /** Whether there may be one more, besides those that are being made. */
  get takesRooms(): boolean {
    return matchMaker.stats.local.roomCount + this.#making < this.#maxRooms;
  }

  /** As Colyseus's callOnAuth, which it does not export. The verified identity goes along with what it returns. */
  async auth(name: string, options: unknown, context: unknown): Promise<unknown> {
    const Class = matchMaker.getRoomClass(name) as unknown as typeof Room | undefined;
    if (Class === undefined) throw new ServerError(ErrorCode.MATCHMAKE_NO_HANDLER, `room "${name}" is not defined`);
    const { token, identity } = context as { token: string; identity?: Identity };
    const result: unknown = await Class.onAuth(token, options as never, context as never);
    if (result === false || result === null || result === undefined)
      throw new ServerError(ErrorCode.AUTH_FAILED, 'onAuth failed');
    return sealSeat(identity, result === true ? undefined : result);
  }

  filterOf(name: string, options: unknown): Readonly<Record<string, unknown>> {
    return matchMaker.getHandler(name).getFilterOptions(options);
  }

  async create(name: string, options: unknown, roomId: string): Promise<Listing> {
    this.#making++;
    try {
      return (await matchMaker.handleCreateRoom(name, options as never, undefined, roomId)) as Listing;
    } finally {
      this.#making--;
    }
  }

  async call(
    roomId: string,
    method: string,
    args: readonly unknown[],
  ): Promise<{ readonly value: unknown } | undefined> {
    const room = matchMaker.getLocalRoomById(roomId) as unknown as Record<string, Method> | undefined;
    if (room === undefined) return undefined;
    // As from another process: nobody comes to share what only memory can share.
    const copies = JSON.parse(JSON.stringify(args)) as readonly unknown[];
    return { value: await room[method]!(...copies) };
  }
}
