/**
 * One stay in a room, from having joined it to its end: a lost connection is sat out, leaving is final, and the end comes
 * once. Trying again is the SDK's business, what is played meanwhile the page's.
 */
import { CloseCode, type Room } from '@colyseus/sdk';

export interface StayEvents {
  /** The connection came back after having been lost. */
  onReturn(): void;
  /** It is over for this player. `code` is the close code; CONSENTED when they left by themselves. */
  onEnd(code: number, reason: string | undefined): void;
}

/** A connection that breaks sooner than this is not worth a second try. */
const MIN_UPTIME_MS = 500;

type StayRoom = Pick<Room, 'reconnection' | 'leave' | 'onDrop' | 'onReconnect' | 'onLeave'>;

export class Stay {
  readonly #room: StayRoom;
  readonly #events: StayEvents;
  #dropped = false;
  #ended = false;

  constructor(room: StayRoom, events: StayEvents) {
    this.#room = room;
    this.#events = events;
    room.reconnection.minUptime = MIN_UPTIME_MS;
    room.onDrop(() => {
      this.#dropped = true;
    });
    room.onReconnect(() => {
      if (this.#ended) return void room.leave();
      this.#dropped = false;
      events.onReturn();
    });
    room.onLeave((code, reason) => this.#end(code, reason));
  }

  /** The connection is lost, and may come back. */
  get dropped(): boolean {
    return this.#dropped;
  }

  /** Which attempt to come back this is, from 1; 0 while the connection stands. */
  get attempt(): number {
    return this.#dropped ? Math.max(1, this.#room.reconnection.retryCount) : 0;
  }

  /** Gives up the place in the room. */
  leave(): void {
    // Nothing is worth waiting for any more; an attempt that is already under way is undone when it succeeds.
    this.#room.reconnection.maxRetries = 0;
    if (this.#dropped) this.#end(CloseCode.CONSENTED, undefined);
    else void this.#room.leave();
  }

  #end(code: number, reason: string | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#events.onEnd(code, reason);
  }
}
