/**
 * The list of open rooms, live: a place in Colyseus's LobbyRoom while the start screen is shown. It comes back by
 * itself after an outage. What the list looks like is the start screen's business.
 */
import type { Client, Room } from '@colyseus/sdk';
import { ARENA } from './connection.ts';
import { asGuest } from './visit/guest.ts';

/** What the lobby tells of a room; the server's listing has more. */
export interface Listing {
  readonly roomId: string;
  readonly name: string;
  readonly clients: number;
  readonly maxClients: number;
  readonly locked?: boolean;
  readonly metadata?: { readonly round?: number; readonly phase?: string };
}

export interface LobbyEvents {
  /** The list changed; ordered as it is to be shown. */
  onRooms(rooms: readonly Listing[]): void;
  /** Whether the list is live. */
  onLive(live: boolean): void;
}

/** Nobody reads a longer list. */
const MOST_ROOMS = 50;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 8000;

export class Lobby {
  readonly #client: Client;
  readonly #events: LobbyEvents;
  readonly #rooms = new Map<string, Listing>();
  #room: Room | undefined;
  /** Which `start` is in force; an answer to an earlier one comes too late. */
  #visit = 0;
  #wanted = false;
  #retryMs = FIRST_RETRY_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client, events: LobbyEvents) {
    this.#client = client;
    this.#events = events;
  }

  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#retryMs = FIRST_RETRY_MS;
    void this.#join(++this.#visit);
  }

  stop(): void {
    this.#wanted = false;
    clearTimeout(this.#timer);
    void this.#room?.leave();
    this.#room = undefined;
  }

  async #join(visit: number): Promise<void> {
    try {
      const join = () => this.#client.joinOrCreate('lobby', { filter: { name: ARENA } });
      const room = await asGuest(this.#client.auth, join);
      if (!this.#isCurrent(visit)) return void room.leave();
      this.#retryMs = FIRST_RETRY_MS;
      this.#watch(room);
    } catch {
      if (this.#isCurrent(visit)) this.#retryLater();
    }
  }

  #watch(room: Room): void {
    this.#room = room;
    // A lobby keeps no seats: coming back is joining again, not reconnecting.
    room.reconnection.enabled = false;
    room.onMessage<Listing[]>('rooms', (rooms) => {
      this.#rooms.clear();
      for (const listing of rooms) this.#rooms.set(listing.roomId, listing);
      this.#changed();
    });
    room.onMessage<[string, Listing]>('+', ([roomId, listing]) => {
      this.#rooms.set(roomId, listing);
      this.#changed();
    });
    room.onMessage<string>('-', (roomId) => {
      this.#rooms.delete(roomId);
      this.#changed();
    });
    room.onLeave(() => this.#lost(room));
    this.#events.onLive(true);
  }

  #isCurrent(visit: number): boolean {
    return this.#wanted && visit === this.#visit;
  }

  #lost(room: Room): void {
    if (this.#room !== room) return;
    this.#room = undefined;
    this.#retryLater();
  }

  #retryLater(): void {
    this.#events.onLive(false);
    this.#timer = setTimeout(() => void this.#join(this.#visit), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }

  /** Rooms with space first, the fullest of them on top. */
  #changed(): void {
    const rooms = [...this.#rooms.values()].filter((room) => room.name === ARENA);
    rooms.sort(
      (a, b) => Number(isFull(a)) - Number(isFull(b)) || b.clients - a.clients || (a.roomId < b.roomId ? -1 : 1),
    );
    this.#events.onRooms(rooms.slice(0, MOST_ROOMS));
  }
}

export function isFull(listing: Listing): boolean {
  return listing.locked === true || listing.clients >= listing.maxClients;
}
