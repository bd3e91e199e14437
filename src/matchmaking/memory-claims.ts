/** The claims of the room index in memory: which claim has a seat in which room, and until when. */

interface Claim {
  readonly roomId: string;
  readonly until: number;
}

export class MemoryClaims {
  readonly #claimMs: number;
  /** In the order in which they end: all last equally long. */
  readonly #claims = new Map<string, Claim>();
  readonly #seats = new Map<string, number>();

  constructor(claimMs: number) {
    this.#claimMs = claimMs;
  }

  /** How many seats of a room are claimed. */
  seats(roomId: string): number {
    return this.#seats.get(roomId) ?? 0;
  }

  roomOf(claim: string): string | undefined {
    return this.#claims.get(claim)?.roomId;
  }

  take(claim: string, roomId: string, now: number): void {
    this.#claims.set(claim, { roomId, until: now + this.#claimMs });
    this.#seats.set(roomId, this.seats(roomId) + 1);
  }

  /** Ends a claim on this room; one on another is left alone. */
  end(claim: string, roomId: string): void {
    if (this.roomOf(claim) !== roomId) return;
    this.#claims.delete(claim);
    const left = this.seats(roomId) - 1;
    if (left === 0) this.#seats.delete(roomId);
    else this.#seats.set(roomId, left);
  }

  /** Ends those that are over. Their rooms have seats again. */
  expire(now: number): string[] {
    const rooms = new Set<string>();
    for (const [claim, { roomId, until }] of this.#claims) {
      if (until > now) break;
      this.end(claim, roomId);
      rooms.add(roomId);
    }
    return [...rooms];
  }
}
