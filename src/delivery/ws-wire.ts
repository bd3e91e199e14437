/**
 * A line's wire on a socket of ws: whole frames go straight to the TCP socket below, one write each, which costs less
 * than `send` (no header of its own, no second buffer) and lets a ping go with its frame. `_socket` is ws's own (8.23.0);
 * `test/integration/delivery-hosting.test.ts` fails when it moves. Frames of ws itself (pongs, close) keep their order with ours, because
 * ws writes at once to the same socket when messages are not compressed, as here.
 */
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Wire } from './line.ts';
import type { Done } from './message-queue.ts';

export class WsWire implements Wire {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  write(frames: Buffer, done?: Done): void {
    if (this.#socket.readyState === WebSocket.OPEN) tcpSocketOf(this.#socket).write(frames, forNode(done));
    else if (done !== undefined) refuse(done);
  }

  writeBoth(first: Buffer, second: Buffer, done?: Done): void {
    if (this.#socket.readyState !== WebSocket.OPEN) {
      if (done !== undefined) refuse(done);
      return;
    }
    const tcp = tcpSocketOf(this.#socket);
    tcp.cork();
    tcp.write(first);
    tcp.write(second, forNode(done));
    tcp.uncork();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }
}

/** Present from the end of the handshake to the end of the socket, as is readyState OPEN. */
export function tcpSocketOf(socket: WebSocket): Socket {
  return (socket as unknown as { readonly _socket: Socket })._socket;
}

function forNode(done: Done | undefined): ((error?: Error | null) => void) | undefined {
  return done && ((error) => done(error ?? undefined));
}

/** As ws does for what is sent too late. */
function refuse(done: Done): void {
  process.nextTick(done, new Error('the connection is closed'));
}
