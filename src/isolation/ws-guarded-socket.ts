/** ws's WebSocket with two differences: a close reason that is too long is shortened instead of throwing, and reading costs less. */
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { boundedReason } from './close-reason.ts';
import { readShared } from './node-shared-read.ts';
import { DirectFrames } from './ws-direct-frames.ts';

type SetSocket = (this: WebSocket, socket: Socket, head: Buffer, options: object) => void;

/** ws's own (8.23.0), called when the handshake is done; not among its types. */
const { setSocket } = WebSocket.prototype as unknown as { readonly setSocket: SetSocket };

export class GuardedSocket extends WebSocket {
  setSocket(socket: Socket, head: Buffer, options: object): void {
    setSocket.call(this, socket, head, options);
    const frames = new DirectFrames(this, socket);
    readShared(socket, (chunk) => frames.take(chunk, true));
  }

  override close(code?: number, reason?: string | Buffer): void {
    super.close(code, typeof reason === 'string' ? boundedReason(reason) : reason);
  }
}
