/**
 * The index as the driver of a process that hosts rooms: it reads what is listed, and writes through the ListingWriter, so
 * that no room ever waits for the index or hears of its failures.
 */
import type { IRoomCache } from '@colyseus/core';
import { applyTo, IndexDriver, type Operations } from './colyseus-driver.ts';
import type { ListingWriter } from './listing-writer.ts';
import type { RoomIndex, RoomListings } from './room-index.ts';

export class HostedDriver extends IndexDriver {
  readonly #writer: ListingWriter;

  constructor(index: RoomIndex & RoomListings, writer: ListingWriter) {
    super(index);
    this.#writer = writer;
  }

  override insert(room: IRoomCache): Promise<boolean> {
    return this.#writer.list(room);
  }

  override async persist(room: IRoomCache, create = false): Promise<boolean> {
    if (!room.roomId) return false;
    if (create) return this.#writer.list(room);
    this.#writer.write(room.roomId);
    return true;
  }

  override async update(room: IRoomCache, operations: Operations): Promise<boolean> {
    applyTo(room, operations);
    this.#writer.write(room.roomId);
    return true;
  }

  override async remove(roomId: string): Promise<boolean> {
    await this.#writer.unlist(roomId);
    return true;
  }

  override async cleanup(processId: string): Promise<void> {
    const own = this.#writer.listings.filter((listing) => listing.processId === processId);
    await Promise.all(own.map(({ roomId }) => this.#writer.unlist(roomId)));
  }
}
