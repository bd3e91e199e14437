/** The store of a server that is one process: everything in its memory. */
import { LocalPresence } from '@colyseus/core';
import { localTransport } from './calls.ts';
import { type MemoryIndexDeps, MemoryRoomIndex } from './memory-room-index.ts';
import type { MatchStore } from './store.ts';

export function openLocalStore(deps: MemoryIndexDeps): MatchStore<LocalPresence> {
  const presence = new LocalPresence();
  const agreed = new Map<string, string>();
  return {
    index: new MemoryRoomIndex(deps),
    calls: localTransport(presence),
    presence,
    away: () => undefined,
    async agree(name, proposal) {
      if (!agreed.has(name)) agreed.set(name, proposal);
      return agreed.get(name)!;
    },
    async stop() {},
  };
}
