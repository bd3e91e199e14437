/**
 * A player as matchmaking sees one: asks for a seat over HTTP, takes it on a WebSocket, counts patches, leaves. Tries
 * nothing twice. Each request has a connection of its own, as those of strangers have. Times are of `performance`.
 */
import { Protocol } from '@colyseus/sdk';
import { ask } from '../ask.ts';
import { codeOf, JOINED, LEAVE, type Seat, seatPath } from '../bots/room-frames.ts';
import { ThinSocket } from '../bots/thin-socket.ts';

/** What became of a request for a seat. */
export type Answer =
  | { readonly kind: 'seat'; readonly seat: Seat }
  | { readonly kind: 'refused'; readonly code: number | undefined; readonly retryable: boolean; readonly words: string }
  | { readonly kind: 'silent'; readonly words: string };

export interface Wish {
  readonly method: 'joinOrCreate' | 'create';
  readonly room: string;
}

/** A request that was not answered by then never will be. */
const ANSWER_TIMEOUT_MS = 15_000;

/** Never rejects. */
export async function askForSeat(endpoint: string, { method, room }: Wish): Promise<Answer> {
  const { hostname: host, port } = new URL(endpoint);
  const path = `/matchmake/${method}/${room}`;
  const { status, body } = await ask({ host, port, path, body: '{}', timeoutMs: ANSWER_TIMEOUT_MS });
  return status === 0 ? { kind: 'silent', words: body } : read(status, body);
}

/** A refusal without a code of its own is told as one that holds no hope. */
export function read(status: number, body: string): Answer {
  const said = parse(body);
  if (status === 200 && said !== undefined) return { kind: 'seat', seat: said as unknown as Seat };
  const code = typeof said?.code === 'number' ? said.code : undefined;
  const words = typeof said?.error === 'string' ? said.error : `status ${status}`;
  return { kind: 'refused', code, retryable: code !== undefined && said?.retryable === true, words };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** What became of a seat: the room let the player in, or the socket was closed first (0: nothing came in time). */
export type Entry = { readonly kind: 'in' } | { readonly kind: 'out'; readonly closeCode: number };

const ENTRY_TIMEOUT_MS = 15_000;
const LEAVE_TIMEOUT_MS = 1500;

export class Player {
  readonly seat: Seat;
  /** Resolves once it is known, at the latest after ENTRY_TIMEOUT_MS. Never rejects. */
  readonly entry: Promise<Entry>;
  readonly closed: Promise<void>;
  onPatch: (() => void) | undefined;
  #open = true;
  #leaving = false;
  readonly #socket: ThinSocket;
  #decide!: (entry: Entry) => void;

  /** `endpoint`: where the socket goes; the seat's own address goes before it. */
  constructor(endpoint: string, seat: Seat) {
    this.seat = seat;
    this.entry = new Promise((resolve) => {
      this.#decide = resolve;
    });
    const ended = Promise.withResolvers<void>();
    this.closed = ended.promise;
    const url = new URL(seat.publicAddress === undefined ? endpoint : `http://${seat.publicAddress}`);
    this.#socket = new ThinSocket(url, seatPath(seat), {
      onMessage: (frame) => this.#hear(frame),
      onClose: (closeCode) => {
        this.#open = false;
        this.#decide({ kind: 'out', closeCode });
        ended.resolve();
      },
    });
    this.#socket.opened.catch(() => {}); // onClose tells
    const late = setTimeout(() => this.#decide({ kind: 'out', closeCode: 0 }), ENTRY_TIMEOUT_MS);
    void this.entry.then(() => clearTimeout(late));
  }

  get open(): boolean {
    return this.#open;
  }

  /** Its connection ended, and it had not said that it leaves. */
  get lost(): boolean {
    return !this.#open && !this.#leaving;
  }

  async leave(): Promise<void> {
    this.#leaving = true;
    this.#socket.send(LEAVE);
    const late = setTimeout(() => this.#socket.destroy(), LEAVE_TIMEOUT_MS);
    await this.closed;
    clearTimeout(late);
  }

  #hear(frame: Buffer): void {
    switch (codeOf(frame)) {
      case Protocol.ROOM_STATE_PATCH:
        this.onPatch?.();
        return;
      case Protocol.JOIN_ROOM:
        this.#socket.send(JOINED);
        this.#decide({ kind: 'in' });
    }
  }
}
