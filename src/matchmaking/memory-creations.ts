/**
 * Rooms that are being created, by request, and the claims that wait for them (I10): how many more are to be made. In
 * memory; the Redis scripts do the same.
 */
import { requestOf } from './name-plan.ts';
import type { IndexTimes } from './room-index.ts';

interface Creations {
  /** Tickets and claims, each with the time until which it counts. */
  readonly tickets: Map<string, number>;
  readonly waiting: Map<string, number>;
  /** Seats of the room of this request that was created last. */
  size?: number;
}

/** Players can make up requests: the sizes of the oldest are forgotten. */
const MAX_REQUESTS = 10_000;

export class MemoryCreations {
  readonly #times: IndexTimes;
  readonly #requests = new Map<string, Creations>();
  #tickets = 0;

  constructor(times: IndexTimes) {
    this.#times = times;
  }

  /** Claims that found no seat. Returns the tickets of the rooms to be created for them. */
  wait(request: string, claims: readonly string[], now: number): string[] {
    const creations = this.#at(request, now);
    for (const claim of claims) creations.waiting.set(claim, now + this.#times.waitingMs);
    const missing = roomsFor(creations.waiting.size, creations.size) - creations.tickets.size;
    return Array.from({ length: Math.max(0, missing) }, () => {
      const ticket = `${++this.#tickets} ${request}`;
      creations.tickets.set(ticket, now + this.#times.creationMs);
      return ticket;
    });
  }

  /** Claims that wait no more, because they have a seat. */
  seated(request: string, claims: readonly string[]): void {
    for (const claim of claims) this.#requests.get(request)?.waiting.delete(claim);
  }

  /** The room is on its way. */
  goOn(ticket: string, now: number): void {
    const { tickets } = this.#at(requestOf(ticket), now);
    if (tickets.has(ticket)) tickets.set(ticket, now + this.#times.creationMs);
  }

  /** @param size how many seats the room has; left out when there is none. */
  end(ticket: string, size: number | undefined, now: number): void {
    const creations = this.#at(requestOf(ticket), now);
    creations.tickets.delete(ticket);
    if (size !== undefined) creations.size = size;
  }

  #at(request: string, now: number): Creations {
    const found = this.#requests.get(request) ?? { tickets: new Map(), waiting: new Map() };
    this.#requests.delete(request); // so that the newest is the last
    this.#requests.set(request, found);
    if (this.#requests.size > MAX_REQUESTS) this.#requests.delete(this.#requests.keys().next().value!);
    for (const counted of [found.tickets, found.waiting])
      for (const [name, until] of counted) if (until <= now) counted.delete(name);
    return found;
  }
}

/** While the size of a room is not known, one is created at a time. */
function roomsFor(claims: number, size: number | undefined): number {
  return size === undefined ? 1 : Math.max(1, Math.ceil(claims / Math.max(1, size)));
}
