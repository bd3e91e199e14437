/**
 * A listing as the text that Colyseus's RedisDriver keeps of it in the hash `roomcaches`, and back. Pure. Reading gives
 * back what JSON loses: dates, and the infinite number of seats that is null there.
 */
import type { Listing } from './room-index.ts';

export function writeRow(listing: Listing): string {
  return JSON.stringify(listing);
}

/** Rows of stock processes too: fields that Colyseus always sets have its defaults where they are missing. */
export function readRow(row: string): Listing {
  const parsed = JSON.parse(row) as Partial<Listing> & Pick<Listing, 'name' | 'roomId' | 'processId'>;
  return {
    clients: 0,
    locked: false,
    private: false,
    metadata: undefined,
    unlisted: false,
    ...parsed,
    maxClients: parsed.maxClients ?? Number.POSITIVE_INFINITY,
    createdAt: parsed.createdAt === undefined ? new Date() : new Date(parsed.createdAt),
  };
}
