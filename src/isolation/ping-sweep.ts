/**
 * Keeps asking sockets whether they are still there: each is pinged once a round, and cut when it left some pings
 * unanswered. A few at a time all through the round, because pinging hundreds in one turn (as stock does) holds up
 * every room's tick for milliseconds.
 */

export interface Pingable {
  /** Pings since the last answer. */
  pingCount: number;
  ping(): void;
  terminate(): void;
  /** Set when somebody else asks this socket, by their own rules, and only wants to be reminded. */
  readonly heart?: { beat(): void } | undefined;
}

export interface PingSweepOptions {
  /** Every socket is pinged once in so many slices. */
  readonly slicesPerRound: number;
  /** So many unanswered pings, and the socket is cut. */
  readonly maxUnanswered: number;
}

export class PingSweep {
  readonly #sockets: ReadonlySet<Pingable>;
  readonly #options: PingSweepOptions;
  #round: Iterator<Pingable>;
  #perSlice = 0;
  #slice = 0;

  /** The set may change at any time: who comes during a round is pinged in it, who goes is not. */
  constructor(sockets: ReadonlySet<Pingable>, options: PingSweepOptions) {
    this.#sockets = sockets;
    this.#options = options;
    this.#round = sockets.values();
  }

  /** Pings the next few. To be called at an even pace. */
  next(): void {
    if (this.#slice === 0) this.#begin();
    this.#slice = (this.#slice + 1) % this.#options.slicesPerRound;
    for (let i = 0; i < this.#perSlice; i++) {
      const { value, done } = this.#round.next();
      if (done) return;
      this.#ping(value);
    }
  }

  #begin(): void {
    this.#round = this.#sockets.values();
    this.#perSlice = Math.ceil(this.#sockets.size / this.#options.slicesPerRound);
  }

  #ping(socket: Pingable): void {
    if (socket.heart !== undefined) {
      socket.heart.beat();
      return;
    }
    if (socket.pingCount >= this.#options.maxUnanswered) {
      socket.terminate();
      return;
    }
    socket.pingCount++;
    socket.ping();
  }
}
