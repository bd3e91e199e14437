/**
 * Spreads rooms of one rate over the period: a new room gets the emptiest of a few phases. A few and not one per room,
 * because rooms that share a phase share a wake-up of the process, and wake-ups are what idle rooms cost.
 */

/** Phases lie about this far apart. */
const SLOT_MS = 4;
const MAX_SLOTS = 16;

export class PhaseSlots {
  readonly #periodMs: number;
  readonly #rooms: number[];

  constructor(periodMs: number) {
    this.#periodMs = periodMs;
    this.#rooms = new Array(Math.max(1, Math.min(MAX_SLOTS, Math.round(periodMs / SLOT_MS)))).fill(0);
  }

  /** Takes the emptiest slot, the earliest of equals. Returns its number, to give back later. */
  take(): number {
    const slot = this.#rooms.indexOf(Math.min(...this.#rooms));
    this.#rooms[slot]! += 1;
    return slot;
  }

  giveBack(slot: number): void {
    this.#rooms[slot]! -= 1;
  }

  /** The first deadline of a slot after `now`, on the grid that starts at time 0. */
  firstAt(slot: number, now: number): number {
    const phase = (slot / this.#rooms.length) * this.#periodMs;
    return (Math.floor((now - phase) / this.#periodMs) + 1) * this.#periodMs + phase;
  }
}
