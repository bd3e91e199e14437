/**
 * ws's WebSocket with two differences: a close reason that is too long is shortened instead of throwing, and what its
 * listeners do is done for a player, so that what they let through is not taken for a fault of the process.
 */
import { WebSocket } from 'ws';
import { boundedReason } from './close-reason.ts';
import type { Owner, Owners } from './node-owners.ts';

const PLAYER: Owner = { kind: 'player', name: 'player' };

export function guardedSocketClass(owners: Owners): typeof WebSocket {
  return class GuardedSocket extends WebSocket {
    override close(code?: number, reason?: string | Buffer): void {
      super.close(code, typeof reason === 'string' ? boundedReason(reason) : reason);
    }

    override emit(event: string | symbol, ...args: unknown[]): boolean {
      return owners.run(PLAYER, () => super.emit(event, ...args));
    }
  };
}
