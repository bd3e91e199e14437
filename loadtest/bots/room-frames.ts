/** What every bot of its own making says to a room, and hears from it. Written for the frames of Colyseus 0.18. */
import { Protocol } from '@colyseus/sdk';
import { clientFrame, Opcode } from './frames.ts';

/** A seat as matchmaking answers it. */
export interface Seat {
  readonly roomId: string;
  readonly processId: string;
  readonly sessionId: string;
  readonly publicAddress?: string;
}

/** Acknowledges the join. */
export const JOINED = clientFrame(Opcode.binary, Buffer.of(Protocol.JOIN_ROOM));
export const LEAVE = clientFrame(Opcode.binary, Buffer.of(Protocol.LEAVE_ROOM));

/** The low bits of a frame's first byte; the others are modifiers (ProtocolModifier in @colyseus/shared-types). */
const CODE_MASK = 0x1f;

/** Which message begins there; NaN when none does. */
export function codeOf(frame: Uint8Array, at = 0): number {
  const first = frame[at];
  return first === undefined ? Number.NaN : first & CODE_MASK;
}

/** The target of a socket that takes a seat. */
export function seatPath({ processId, roomId, sessionId }: Seat): string {
  return `/${processId}/${roomId}?sessionId=${sessionId}`;
}
