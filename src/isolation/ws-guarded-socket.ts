/** ws's WebSocket with one difference: a close reason that is too long is shortened instead of throwing. */
import { WebSocket } from 'ws';
import { boundedReason } from './close-reason.ts';

export class GuardedSocket extends WebSocket {
  override close(code?: number, reason?: string | Buffer): void {
    super.close(code, typeof reason === 'string' ? boundedReason(reason) : reason);
  }
}
