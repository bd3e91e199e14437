/**
 * The room index as the MatchMakerDriver of Colyseus 0.18, for its own matchmaking and for what games ask it. It reads what
 * is listed, and keeps nothing of it; it writes through the ListingWriter, so that no room waits for the index or hears of
 * its failures. `remove` and `cleanup` take off rooms of this process, and nothing of others, because what a dead process
 * owned is gone with its lease. It is no RedisDriver: it would have nothing of one but the hash, which stock drivers go on
 * reading (I1), and in memory the same one serves.
 */
import type { IRoomCache, MatchMakerDriver, SortOptions } from '@colyseus/core';
import type { ListingWriter } from './listing-writer.ts';
import { meets, rankAt, rankOf } from './name-plan.ts';
import type { Listing, RoomIndex, RoomListings } from './room-index.ts';

type Conditions = Readonly<Record<string, unknown>>;
type Operations = Partial<{ $set: Partial<IRoomCache>; $inc: Partial<IRoomCache> }>;

export class IndexDriver implements MatchMakerDriver {
  readonly #index: RoomIndex & RoomListings;
  readonly #writer: ListingWriter;

  constructor(index: RoomIndex & RoomListings, writer: ListingWriter) {
    this.#index = index;
    this.#writer = writer;
  }

  async has(roomId: string): Promise<boolean> {
    return (await this.#index.get([roomId])).size === 1;
  }

  insert(room: IRoomCache): Promise<boolean> {
    return this.#writer.list(room);
  }

  /** With `create` lists it; without has what is listed changed. False for a room that is not of this process any more. */
  async persist(room: IRoomCache, create = false): Promise<boolean> {
    if (!room.roomId) return false;
    return create ? this.#writer.list(room) : this.#writer.write(room.roomId);
  }

  /** Changes the listing in hand, and has what is listed changed. A room that is not listed any more stays so. */
  async update(room: IRoomCache, operations: Operations): Promise<boolean> {
    applyTo(room, operations);
    return this.#writer.write(room.roomId);
  }

  remove(roomId: string): Promise<boolean> {
    return this.#writer.unlist(roomId);
  }

  async cleanup(processId: string): Promise<void> {
    const own = this.#writer.listings.filter((listing) => listing.processId === processId);
    await Promise.all(own.map(({ roomId }) => this.#writer.unlist(roomId)));
  }

  findByIds(roomIds: string[]): Promise<Map<string, IRoomCache>> {
    return this.#index.get(roomIds) as Promise<Map<string, IRoomCache>>;
  }

  async query(conditions: Conditions = {}, sort: SortOptions = {}): Promise<IRoomCache[]> {
    const found = (await this.#candidates(conditions)).filter((listing) => meets(listing, conditions));
    return (Object.keys(sort).length === 0 ? found : sorted(found, sort)) as IRoomCache[];
  }

  /** Undefined when there is none, whatever Colyseus's type says. What asks for an open room goes by the index. */
  async findOne(conditions: Conditions, sort?: SortOptions): Promise<IRoomCache> {
    const { name, locked, private: hidden, ...filter } = conditions;
    const open = typeof name === 'string' && locked === false && hidden === false && filter.roomId === undefined;
    const found = open ? await this.#index.find({ name, filter, sort }) : (await this.query(conditions, sort))[0];
    return found as IRoomCache;
  }

  clear(): Promise<void> {
    return this.#index.clear();
  }

  /** The connection belongs to whoever made it. */
  shutdown(): void {}

  async #candidates({ roomId, name }: Conditions): Promise<Listing[]> {
    if (typeof roomId === 'string') return [...(await this.#index.get([roomId])).values()];
    return this.#index.all(typeof name === 'string' ? name : undefined);
  }
}

/** Colyseus leaves it to the driver to change the listing in hand. */
function applyTo(room: IRoomCache, { $set = {}, $inc = {} }: Operations): void {
  const fields = room as unknown as Record<string, unknown>;
  for (const [field, value] of Object.entries($set)) fields[field] = value;
  for (const [field, by] of Object.entries($inc)) fields[field] = Number(fields[field]) + Number(by);
}

function sorted(listings: readonly Listing[], sort: SortOptions): Listing[] {
  const ranked = listings.map((listing) => ({ listing, rank: rankAt(rankOf(sort, listing), listing.clients) }));
  return ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1)).map(({ listing }) => listing);
}
