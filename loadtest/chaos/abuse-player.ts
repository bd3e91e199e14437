/**
 * A player who may do anything: takes a seat, acknowledges or does not, sends frames made beforehand as fast as the line
 * takes them, reads or does not. Ordinary bots of `chaos -- abuse` are made of it, and attackers.
 */
import { Protocol } from '@colyseus/sdk';
import { codeOf, JOINED, LEAVE, type Seat, seatPath } from '../bots/room-frames.ts';
import { ThinSocket } from '../bots/thin-socket.ts';
import { askForSeat, type SeatWish } from './abuse-ask.ts';

export interface PlayerOptions {
  readonly port: number;
  /** The address of this machine to come from. */
  readonly from: string;
  /** Acknowledges the join, so that the room counts it as joined. */
  readonly acknowledges?: boolean;
  /** After the session id in the socket's address. */
  readonly query?: string;
  /** Every message of the room; the frame is only lent until the call returns. */
  onFrame?(code: number, frame: Buffer): void;
  onPong?(): void;
}

const ENTRY_TIMEOUT_MS = 5000;

export class AbusePlayer {
  readonly seat: Seat;
  /** Whether the room let it in; at the latest after ENTRY_TIMEOUT_MS. Never rejects. */
  readonly entry: Promise<boolean>;
  /** Whether the socket was accepted at all. Never rejects. */
  readonly opened: Promise<boolean>;
  /** The close code, 1006 without one. Never rejects. */
  readonly closed: Promise<number>;
  /** To come back with; known once it was let in. */
  reconnectionToken = '';
  open = true;
  readonly #options: PlayerOptions;
  readonly #socket: ThinSocket;
  #decide!: (entered: boolean) => void;

  constructor(seat: Seat, options: PlayerOptions) {
    this.seat = seat;
    this.#options = options;
    const entry = Promise.withResolvers<boolean>();
    this.entry = entry.promise;
    this.#decide = entry.resolve;
    const closed = Promise.withResolvers<number>();
    this.closed = closed.promise;
    const path = `${seatPath(seat)}${options.query ?? ''}`;
    const events = {
      onMessage: (frame: Buffer) => this.#hear(frame),
      onPong: () => options.onPong?.(),
      onClose: (code: number) => {
        this.open = false;
        this.#decide(false);
        closed.resolve(code);
      },
    };
    this.#socket = new ThinSocket(new URL(`http://127.0.0.1:${options.port}`), path, events, options.from);
    this.opened = this.#socket.opened.then(
      () => true,
      () => false,
    );
    const late = setTimeout(() => this.#decide(false), ENTRY_TIMEOUT_MS);
    void this.entry.then(() => clearTimeout(late));
  }

  /** Takes a seat and enters the room; undefined when it was not let in. */
  static async enter(wish: SeatWish, options: Partial<PlayerOptions> = {}): Promise<AbusePlayer | undefined> {
    const { seat } = await askForSeat(wish);
    if (seat === undefined) return undefined;
    const player = new AbusePlayer(seat, { port: wish.port, from: wish.from, ...options });
    if (await player.entry) return player;
    player.destroy();
    return undefined;
  }

  /** A frame as `clientFrame` makes it, or several in a row; they may be used again. */
  send(frames: Buffer): boolean {
    return this.open && this.#socket.send(frames);
  }

  /** Bytes that the line has not taken yet. */
  get unsent(): number {
    return this.#socket.unsent;
  }

  pause(): void {
    this.#socket.pause();
  }

  async leave(): Promise<void> {
    this.send(LEAVE);
    const late = setTimeout(() => this.destroy(), ENTRY_TIMEOUT_MS);
    await this.closed;
    clearTimeout(late);
  }

  /** Ends the connection without a word. */
  destroy(): void {
    this.#socket.destroy();
  }

  #hear(frame: Buffer): void {
    const code = codeOf(frame);
    if (code === Protocol.JOIN_ROOM) this.#enter(frame);
    this.#options.onFrame?.(code, frame);
  }

  #enter(frame: Buffer): void {
    this.reconnectionToken = frame.toString('latin1', 2, 2 + frame[1]!);
    if (this.#options.acknowledges !== false) this.#socket.send(JOINED);
    this.#decide(true);
  }
}
