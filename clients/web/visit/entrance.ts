/**
 * The way in, as the player sees it: the waiting screen, a notice that says why not, and trying again by itself. How a
 * seat is asked for is connection.ts's business, what is played in it the page's.
 */
import type { Entry } from '../connection.ts';
import type { Settings } from '../settings.ts';
import { NoticeDialog } from '../ui/dialogs.ts';
import { Entering } from '../ui/waiting.ts';
import { joinNotice, type Notice } from '../words.ts';

/** Any room with a place. */
export const FRESH: Entry = { kind: 'quick' };
const RETRY_SECONDS = [2, 3, 5, 8];

export interface EntranceEvents<Joined> {
  /** Asks for a place; rejects with a JoinFailure. */
  join(entry: Entry): Promise<Joined>;
  onJoined(room: Joined): void;
  /** The player chose a notice's way back. */
  onBack(): void;
}

export class Entrance<Joined> {
  readonly #events: EntranceEvents<Joined>;
  readonly #notice = new NoticeDialog();
  readonly #waiting = new Entering();
  /** The way in that is being tried. */
  #entry: Entry | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;

  constructor(events: EntranceEvents<Joined>) {
    this.#events = events;
  }

  /** Gets into a room, or says why not. One attempt at a time: a second Enter does not ask for a second seat. */
  async go(entry: Entry): Promise<void> {
    if (this.#entry) return;
    this.#entry = entry;
    clearTimeout(this.#retryTimer);
    this.#notice.hide();
    this.#waiting.show(true);
    try {
      this.#events.onJoined(await this.#join(entry));
      this.#attempts = 0;
    } catch (failure) {
      this.#refused(joinNotice(failure), entry);
    } finally {
      this.#entry = undefined;
      this.#waiting.show(false);
    }
  }

  /** Takes away the waiting screen, which a page begins with. */
  clear(): void {
    this.#waiting.show(false);
  }

  /** Says what happened; the notice's main button leads to `next`. */
  tell(words: Notice, next: Entry): void {
    this.#notice.show(
      words,
      () => void this.go(next),
      () => {
        clearTimeout(this.#retryTimer);
        this.#attempts = 0;
        this.#events.onBack();
      },
    );
  }

  /** A seat that is no longer kept may still be one in a room with space. */
  #join(entry: Entry): Promise<Joined> {
    if (entry.kind !== 'return') return this.#events.join(entry);
    return this.#events.join(entry).catch(() => this.#events.join({ kind: 'room', roomId: entry.roomId }));
  }

  #refused(words: Notice, entry: Entry): void {
    this.tell(words, words.action === 'quick' ? FRESH : entry);
    if (words.retries) this.#retry(entry, RETRY_SECONDS[Math.min(this.#attempts++, RETRY_SECONDS.length - 1)]!);
  }

  /** Counts down, then tries again; any answer to the notice ends it. */
  #retry(entry: Entry, seconds: number): void {
    if (seconds === 0) return void this.go(entry);
    this.#notice.countdown(seconds);
    this.#retryTimer = setTimeout(() => this.#retry(entry, seconds - 1), 1000);
  }
}

/** Where a visit leads by itself: into the room of its link, to the seat of this tab before it was reloaded, or anywhere. */
export function wayIn(roomId: string | null, seat: string): Entry {
  if (!roomId) return FRESH;
  return seat.startsWith(`${roomId}:`) ? { kind: 'return', roomId, token: seat } : { kind: 'room', roomId };
}

/** Keeps the seat of `room` for a reload of the tab. */
export function keepSeat(settings: Settings, room: () => { readonly reconnectionToken: string } | undefined): void {
  addEventListener('pagehide', () => {
    settings.seat = room()?.reconnectionToken ?? '';
  });
}
