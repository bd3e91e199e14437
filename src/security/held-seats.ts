/**
 * Seats of this process that wait for a socket, by the address they were given to: so many in all, and part of each room.
 * Time comes in; a seat counts until its socket came or its time is over. Rules: SPEC.md (D11, D12).
 */
import type { Clock } from '../kernel/ports.ts';

export interface HeldSeatsOptions {
  /** Of one address at a time. */
  readonly maxHeldSeats: number;
  /** Of a room's seats, for one address at a time; one at least. */
  readonly heldSeatsPercent: number;
}

export interface SeatAsked {
  readonly address: string;
  readonly roomId: string;
  readonly sessionId: string;
  /** Seats of the room, Infinity too. */
  readonly maxClients: number;
  readonly forMs: number;
}

interface Held {
  readonly address: string;
  readonly roomId: string;
  readonly until: number;
}

export class HeldSeats {
  readonly #clock: Clock;
  readonly #options: HeldSeatsOptions;
  readonly #held = new Map<string, Held>();
  readonly #byAddress = new Map<string, Set<Held>>();

  constructor(clock: Clock, options: HeldSeatsOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Seats and addresses that are known of. */
  get size(): { readonly seats: number; readonly addresses: number } {
    return { seats: this.#held.size, addresses: this.#byAddress.size };
  }

  /** False when the address has to take the seats first that it holds. */
  hold({ address, roomId, sessionId, maxClients, forMs }: SeatAsked): boolean {
    const now = this.#clock.now();
    this.#forget(now);
    this.free(roomId, sessionId);
    const own = this.#byAddress.get(address) ?? new Set<Held>();
    const counting = [...own].filter(({ until }) => until > now);
    if (counting.length >= this.#options.maxHeldSeats) return false;
    const inRoom = counting.filter((held) => held.roomId === roomId).length;
    if (inRoom >= Math.max(1, Math.floor((maxClients * this.#options.heldSeatsPercent) / 100))) return false;
    const held = { address, roomId, until: now + forMs };
    this.#held.set(keyOf(roomId, sessionId), held);
    this.#byAddress.set(address, own.add(held));
    return true;
  }

  /** Its socket came, or it came to nothing. One that is not held is nothing to free. */
  free(roomId: string, sessionId: string): void {
    const key = keyOf(roomId, sessionId);
    const held = this.#held.get(key);
    if (held !== undefined) this.#drop(key, held);
  }

  /** The oldest that are over. Where rooms have shorter times than others, some stay a moment longer, and count no more. */
  #forget(now: number): void {
    for (const [key, held] of this.#held) {
      if (held.until > now) return;
      this.#drop(key, held);
    }
  }

  #drop(key: string, held: Held): void {
    this.#held.delete(key);
    const own = this.#byAddress.get(held.address);
    own?.delete(held);
    if (own?.size === 0) this.#byAddress.delete(held.address);
  }
}

function keyOf(roomId: string, sessionId: string): string {
  return `${roomId}/${sessionId}`;
}
