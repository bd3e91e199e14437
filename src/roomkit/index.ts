/** All that a room imports from Hypogeum. */
export { GameRoom, type RoomServices, type Step } from './game-room.ts';
export { type HostServices, hostRoom } from './host-room.ts';
export { MAX_NAME_LENGTH, playerName } from './player-name.ts';
