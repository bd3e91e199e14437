/**
 * A line's wire on a socket of ws: whole frames go straight to the TCP socket below, one write each, which costs less
 * than `send` (no header of its own, no second buffer) and lets a ping go with its frame. `_socket` is ws's own (8.23.0);
 * `test/integration/delivery-hosting.test.ts` fails when it moves. Frames of ws itself (pongs, close) keep their order with ours, because
 * ws writes at once to the same socket when messages are not compressed, as here.
 *
 * A frame that nobody waits for skips Node's stream and is given to the socket's `_write`, as the stream itself would: its
 * bookkeeping is a good part of what thousands of small writes a tick cost. What the kernel does not take at once waits in libuv's
 * queue of the socket, in order with all that is written later; how much may wait there is the line's business. TLS sockets
 * have no such queue: a second write before the first is done ends the process (an assertion of Node's). They get no short cut.
 */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import type { Wire } from './line.ts';
import type { Done } from './message-queue.ts';

/** What the stream passes for buffers, though it is no encoding. */
const BYTES = 'buffer' as BufferEncoding;

export class WsWire implements Wire {
  readonly #socket: WebSocket;
  readonly #tcp: Socket;
  readonly #isEncrypted: boolean;

  /** Of an open socket. */
  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#tcp = tcpSocketOf(socket);
    this.#isEncrypted = (this.#tcp as Partial<TLSSocket>).encrypted === true;
  }

  write(frames: Buffer, done?: Done): void {
    if (this.#socket.readyState !== WebSocket.OPEN) {
      if (done !== undefined) refuse(done);
      return;
    }
    const tcp = this.#tcp;
    // What waits in the stream goes first, and whoever wants to know waits for it.
    if (done !== undefined || tcp.writableLength > 0 || this.#isEncrypted) tcp.write(frames, forNode(done));
    else tcp._write(frames, BYTES, this.#afterWrite);
  }

  readonly #afterWrite = (error?: Error | null): void => {
    if (error) this.#tcp.destroy(error);
  };

  writeBoth(first: Buffer, second: Buffer, done?: Done): void {
    if (this.#socket.readyState !== WebSocket.OPEN) {
      if (done !== undefined) refuse(done);
      return;
    }
    const tcp = this.#tcp;
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
