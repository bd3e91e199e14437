/**
 * ws's WebSocket with two differences: a close reason that is too long is shortened instead of throwing, and when one of
 * its listeners throws, that ends this socket and goes no further: neither to the process nor to the frames of others.
 */
import { WebSocket } from 'ws';
import { boundedReason } from './close-reason.ts';

/** @param failed is told what a listener threw. */
export function guardedSocketClass(failed: (thrown: unknown) => void): typeof WebSocket {
  return class GuardedSocket extends WebSocket {
    override close(code?: number, reason?: string | Buffer): void {
      super.close(code, typeof reason === 'string' ? boundedReason(reason) : reason);
    }

    override emit(event: string | symbol, ...args: unknown[]): boolean {
      try {
        return super.emit(event, ...args);
      } catch (thrown) {
        failed(thrown);
        this.terminate();
        return true;
      }
    }
  };
}
