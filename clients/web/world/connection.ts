/** The way into the world; the arena's, for another kind of room. */
import type { Client, Room } from '@colyseus/sdk';
import type { WorldState } from '../../../rooms/world/state.ts';
import { type Entry, enter } from '../connection.ts';

export type WorldRoom = Room<unknown, WorldState>;

const WORLD = 'world';

/** Rejects with a JoinFailure. */
export function enterWorld(client: Client, entry: Entry, name: string): Promise<WorldRoom> {
  return enter<WorldState>(client, entry, name, WORLD);
}
