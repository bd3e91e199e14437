/** As much of a ws socket as a GameClient uses, with a FakePlayer at the far end. Nothing of the network in it. */
import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import { FakePlayer } from './fake-player.ts';

const OPEN = 1;
const CLOSED = 3;

export class FakeSocket extends EventEmitter {
  readyState: number = OPEN;
  readonly player = new FakePlayer();
  /** What ws calls the TCP socket. */
  readonly _socket = {
    writableLength: 0,
    write: (bytes: Buffer, done?: () => void): void => this.player.write(bytes, done),
    _write: (bytes: Buffer, _encoding: string, done: () => void): void => this.player.write(bytes, done),
    cork(): void {},
    uncork(): void {},
  };

  close(code: number, reason = ''): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.player.close(code, reason);
    this.emit('close', code, reason);
  }

  /** The player reads all there is and answers the pings in it. */
  read(): void {
    for (const nonce of this.player.read()) this.emit('pong', nonce);
  }

  get asWebSocket(): WebSocket {
    return this as unknown as WebSocket;
  }
}
