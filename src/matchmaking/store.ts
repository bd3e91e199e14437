/** Where rooms and processes are known, and the way between processes: in this process, or in Redis. */
import type { CallTransport } from './calls.ts';
import type { ProcessRegistry } from './process-registry.ts';
import type { RoomIndex, RoomListings } from './room-index.ts';

export interface MatchStore<Presence> {
  readonly index: RoomIndex & RoomListings & ProcessRegistry;
  readonly calls: CallTransport;
  /** Colyseus's port for all else that rooms tell each other. */
  readonly presence: Presence;
  /** Why it cannot be used now; undefined while it can. */
  away(): string | undefined;
  /**
   * Keeps a proposal under a name if there is none yet; resolves with the one that is kept. All processes get the same.
   * @param keepMs for so long, from the proposal that was kept; without it for good.
   */
  agree(name: string, proposal: string, keepMs?: number): Promise<string>;
  stop(): Promise<void>;
}
