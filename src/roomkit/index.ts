/** All that a room imports from Hypogeum. */
export { lineOf } from '../delivery/ws-game-client.ts';
export type { Identity } from '../kernel/identity.ts';
export {
  type AreaOptions,
  area,
  type Bounds,
  type OwnerOptions,
  owner,
  type Point,
  type Policy,
  type Viewer,
} from '../replication/policies.ts';
export { identityOf } from '../security/colyseus-players.ts';
export { GameRoom, type Step } from './game-room.ts';
export { MAX_NAME_LENGTH, playerName } from './player-name.ts';
