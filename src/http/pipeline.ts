/**
 * Requests of one connection that were read before the ones ahead of them were answered. Clients of games send one at a
 * time; Node takes all that one read brings, hundreds, in one turn of the event loop, in which no room ticks. After a refusal
 * nothing more of a connection is looked at.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Browsers do not pipeline; proxies may, a little. */
const MOST_PENDING = 8;

interface Turn {
  pending: number;
  isOver: boolean;
}

export class Pipelines {
  readonly #turns = new WeakMap<Socket, Turn>();

  /** 'over': not to be looked at nor answered. 'too many': the connection is to be cut. */
  enter({ socket }: IncomingMessage, res: ServerResponse): 'next' | 'over' | 'too many' {
    const turn = this.#turns.get(socket) ?? { pending: 0, isOver: false };
    if (turn.isOver) return 'over';
    if (turn.pending === 0) this.#turns.set(socket, turn);
    turn.pending++;
    res.once('close', () => turn.pending--);
    return turn.pending > MOST_PENDING ? 'too many' : 'next';
  }

  /** This request of a connection was its last. */
  end({ socket }: IncomingMessage): void {
    const turn = this.#turns.get(socket);
    if (turn !== undefined) turn.isOver = true;
  }
}
