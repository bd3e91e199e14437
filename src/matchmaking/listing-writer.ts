/**
 * Keeps the rows of this process's rooms in the index as the process knows them. Rooms never wait for it and hear of no
 * failure: what cannot be written now is written when the index can be reached again, the newest state of each room once.
 * Rules: SPEC.md (I9, L4, O1, O3).
 */
import { messageOf } from '../kernel/invariant.ts';
import type { Logger, Meter } from '../kernel/ports.ts';
import type { Listing, RoomIndex, RoomListings } from './room-index.ts';
import type { Timers } from './timers.ts';

export interface ListingWriterDeps {
  readonly index: Pick<RoomIndex & RoomListings, 'list' | 'update' | 'unlist' | 'owned'>;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly meter: Meter;
  /** Another process owns this room now: it is to be stopped here. */
  readonly lost: (roomId: string) => void;
}

/** What is to be done for one room. */
interface Row {
  /** The room's own, which changes under our hands. */
  readonly listing: Listing;
  readonly roomId: string;
  /** There is a row of ours, as far as we know. */
  listed: boolean;
  /** It differs from the listing. */
  stale: boolean;
  /** The room is gone. */
  gone: boolean;
  /** Its row turned out to be another owner's. */
  others: boolean;
  /** Claims that became clients since the row was written. */
  taken: string[];
  /** What is being done for it. */
  working: Promise<void> | undefined;
  /** It could not be written, and will be tried again. */
  retrying: boolean;
}

const RETRY_MS = 250;

export class ListingWriter {
  readonly #deps: ListingWriterDeps;
  readonly #rows = new Map<string, Row>();
  #failing = false;

  constructor(deps: ListingWriterDeps) {
    this.#deps = deps;
  }

  /** Rooms that are listed, or are to be. */
  get listings(): readonly Listing[] {
    return [...this.#rows.values()].filter(({ gone }) => !gone).map(({ listing }) => listing);
  }

  /** Lists a new room. False if its id is another one's. While the index cannot be reached it counts as listed. */
  async list(listing: Listing): Promise<boolean> {
    const row: Row = {
      listing,
      roomId: listing.roomId,
      listed: false,
      stale: false,
      gone: false,
      others: false,
      taken: [],
      working: undefined,
      retrying: false,
    };
    if (this.#rows.has(row.roomId)) return false;
    this.#rows.set(row.roomId, row);
    await this.#work(row, { isNew: true });
    return this.#rows.get(row.roomId) === row;
  }

  /** The listing of a room changed. False for one that is gone, or was never listed here. */
  write(roomId: string): boolean {
    const row = this.#rows.get(roomId);
    if (row === undefined || row.gone) return false;
    row.stale = true;
    void this.#work(row);
    return true;
  }

  /** A claim is about to become a client of the room: the next change of its listing counts it. */
  taking(roomId: string, claim: string): void {
    this.#rows.get(roomId)?.taken.push(claim);
  }

  /** It did not. */
  notTaken(roomId: string, claim: string): void {
    const row = this.#rows.get(roomId);
    if (row !== undefined) row.taken = row.taken.filter((one) => one !== claim);
  }

  /** The room is gone. Resolves when its row is, or cannot be reached; with false when there is none of this process. */
  async unlist(roomId: string): Promise<boolean> {
    const row = this.#rows.get(roomId);
    if (row === undefined) return false;
    row.gone = true;
    await this.#work(row);
    return !row.others;
  }

  /** Resolves when all that was to be written is, or could not be. */
  async settled(): Promise<void> {
    await Promise.all([...this.#rows.values()].map(({ working }) => working));
  }

  /**
   * Nobody knows what of ours is listed: all rooms of this process are listed again, and what is listed under its name
   * besides is taken off (a Redis that was restarted from what it had saved has rooms that are long gone). Resolves when the
   * former is done or failed once. @throws when the latter cannot be done now.
   */
  async listAgain(processId: string): Promise<void> {
    const rows = [...this.#rows.values()];
    for (const row of rows) row.listed = false;
    await Promise.all([...rows.map((row) => this.#work(row)), this.#unlistUnknown(processId)]);
  }

  async #unlistUnknown(processId: string): Promise<void> {
    const { index } = this.#deps;
    const unknown = (await index.owned(processId)).filter((roomId) => !this.#rows.has(roomId));
    const owner = { processId, epoch: Number.MAX_SAFE_INTEGER };
    await Promise.all(unknown.map((roomId) => index.unlist(roomId, owner)));
  }

  #work(row: Row, { isNew = false } = {}): Promise<void> {
    row.working ??= this.#settle(row, isNew).finally(() => {
      row.working = undefined;
    });
    return row.working;
  }

  /** Until the row is as it should be, or the index cannot be reached. */
  async #settle(row: Row, isNew: boolean): Promise<void> {
    try {
      while (this.#rows.get(row.roomId) === row && (row.gone || !row.listed || row.stale)) {
        if (row.gone) await this.#unlist(row);
        else if (row.listed) await this.#update(row);
        else await this.#list(row, isNew);
      }
      this.#failing = false;
    } catch (cause) {
      if (!this.#failing) this.#deps.logger.warn('rooms cannot be listed now', { cause: messageOf(cause) });
      this.#failing = true;
      this.#retry(row);
    }
  }

  /** One timer for each row, however often its room changes meanwhile. */
  #retry(row: Row): void {
    if (row.retrying) return;
    row.retrying = true;
    this.#deps.timers.after(RETRY_MS, () => {
      row.retrying = false;
      void this.#work(row);
    });
  }

  /** Only an update ends claims. */
  async #list(row: Row, isNew: boolean): Promise<void> {
    row.stale = row.taken.length > 0;
    if (await this.#deps.index.list(row.listing)) {
      row.listed = true;
      return;
    }
    this.#rows.delete(row.roomId);
    if (!isNew) this.#lose(row.roomId);
  }

  async #update(row: Row): Promise<void> {
    const { taken } = row;
    row.stale = false;
    row.taken = [];
    try {
      const outcome = await this.#deps.index.update(row.listing, taken);
      if (outcome === 'ok') return;
      row.listed = false;
      row.taken.unshift(...taken);
      if (outcome === 'unlisted') return;
      this.#rows.delete(row.roomId);
      this.#lose(row.roomId);
    } catch (cause) {
      row.stale = true;
      row.taken.unshift(...taken);
      throw cause;
    }
  }

  async #unlist(row: Row): Promise<void> {
    const { processId, epoch = 0 } = row.listing;
    row.others = !(await this.#deps.index.unlist(row.roomId, { processId, epoch }));
    this.#rows.delete(row.roomId);
  }

  #lose(roomId: string): void {
    this.#deps.logger.warn('a room belongs to another process now; it is stopped here', { roomId });
    this.#deps.meter.count('hypogeum_match_lost_rooms_total');
    this.#deps.lost(roomId);
  }
}
