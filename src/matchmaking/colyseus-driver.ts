/**
 * The room index as the MatchMakerDriver of Colyseus 0.18, for its own matchmaking and for what games ask it. Written
 * through the index, so that a stale owner changes nothing: `remove` and `cleanup` take off what this driver has listed,
 * and nothing of others, because what a dead process owned is gone with its lease. Nothing read is kept, no failure either.
 */
import type { IRoomCache, MatchMakerDriver, SortOptions } from '@colyseus/core';
import { meets, rankAt, rankOf } from './name-plan.ts';
import type { Listing, RoomIndex, RoomListings } from './room-index.ts';

type Conditions = Readonly<Record<string, unknown>>;
export type Operations = Partial<{ $set: Partial<IRoomCache>; $inc: Partial<IRoomCache> }>;

interface Owner {
  readonly processId: string;
  readonly epoch: number;
}

export class IndexDriver implements MatchMakerDriver {
  readonly #index: RoomIndex & RoomListings;
  /** As whom each room of this process was written last. */
  readonly #listed = new Map<string, Owner>();

  constructor(index: RoomIndex & RoomListings) {
    this.#index = index;
  }

  async has(roomId: string): Promise<boolean> {
    return (await this.#index.get([roomId])).size === 1;
  }

  async insert(room: IRoomCache): Promise<boolean> {
    const listed = await this.#index.list(room);
    if (listed) this.#remember(room);
    return listed;
  }

  /** With `create` lists it (again, if need be); without changes what is listed. */
  async persist(room: IRoomCache, create = false): Promise<boolean> {
    if (!room.roomId) return false;
    return create ? this.insert(room) : this.#write(room);
  }

  /** Changes the listing in hand, and what is listed. A room that is not listed any more stays so. */
  async update(room: IRoomCache, operations: Operations): Promise<boolean> {
    applyTo(room, operations);
    return this.#write(room);
  }

  async remove(roomId: string): Promise<boolean> {
    const owner = this.#listed.get(roomId);
    if (owner === undefined) return false;
    this.#listed.delete(roomId);
    return this.#index.unlist(roomId, owner);
  }

  async cleanup(processId: string): Promise<void> {
    const rooms = [...this.#listed].filter(([, owner]) => owner.processId === processId);
    await Promise.all(rooms.map(([roomId]) => this.remove(roomId)));
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
    this.#listed.clear();
    return this.#index.clear();
  }

  /** The connection belongs to whoever made it. */
  shutdown(): void {}

  async #candidates({ roomId, name }: Conditions): Promise<Listing[]> {
    if (typeof roomId === 'string') return [...(await this.#index.get([roomId])).values()];
    return this.#index.all(typeof name === 'string' ? name : undefined);
  }

  async #write(room: IRoomCache): Promise<boolean> {
    const written = (await this.#index.update(room)) === 'ok';
    if (written) this.#remember(room);
    return written;
  }

  #remember(room: Listing): void {
    this.#listed.set(room.roomId, { processId: room.processId, epoch: room.epoch ?? 0 });
  }
}

/** Colyseus leaves it to the driver to change the listing in hand. */
export function applyTo(room: IRoomCache, { $set = {}, $inc = {} }: Operations): void {
  const fields = room as unknown as Record<string, unknown>;
  for (const [field, value] of Object.entries($set)) fields[field] = value;
  for (const [field, by] of Object.entries($inc)) fields[field] = Number(fields[field]) + Number(by);
}

function sorted(listings: readonly Listing[], sort: SortOptions): Listing[] {
  const ranked = listings.map((listing) => ({ listing, rank: rankAt(rankOf(sort, listing), listing.clients) }));
  return ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1)).map(({ listing }) => listing);
}
