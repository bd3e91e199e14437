/**
 * Every frame of a joined client on its way into a room, stock rooms included: the gate of its socket is asked first, by
 * what kind of frame it is, and what it refuses is not looked at. A message that reaches no handler (no such type, no
 * msgpack, not what the handler's schema says) is an offence: it counts for ten, and the client is told with the code of
 * INVALID_MESSAGE. Colyseus would close the client (@colyseus/core 0.18.17, RoomMessages); the limit does that if it goes on.
 */
import { type Client, Protocol, type Room } from '@colyseus/core';
import { CloseCodes, ERRORS } from '../kernel/errors.ts';
import type { FrameGate } from '../kernel/ports.ts';
import { isReadableInput } from './colyseus-input-frame.ts';
import { internalsOf, override } from './colyseus-internals.ts';
import type { FaultLog } from './fault-log.ts';
import { type GuardedSocket, guardedSocketOf } from './ws-guarded-socket.ts';

type RoomClass = new () => Room;

const CODE = 0x1f;
const { ROOM_DATA_BYTES } = Protocol;

/** `Guarded` is a class made for this process, which is changed; its handlers call `reachedHandler`. */
export function guardFrames(Guarded: RoomClass, base: Room, faults: FaultLog): void {
  const inside = internalsOf(base);
  override(Guarded, '_onMessage', function onFrame(this: Room, client: Client, frame: Buffer) {
    const socket = guardedSocketOf(client);
    const code = frame[0]! & CODE;
    if (socket?.gate !== undefined && !admits(socket.gate, code, frame.length, this)) return;
    const isForHandler = code === Protocol.ROOM_DATA || code === Protocol.ROOM_REQUEST || code === ROOM_DATA_BYTES;
    if (socket !== undefined) socket.awaitsHandler = isForHandler;
    let isOffence = false;
    try {
      if (!isReadableInput(frame, internalsOf(this))) throw new Error('an input frame whose lengths do not add up');
      inside._onMessage.call(this, client, frame);
      isOffence = isForHandler && socket?.awaitsHandler === true;
    } catch (thrown) {
      faults.report(this.roomName, 'frame', thrown);
      isOffence = true;
    }
    if (socket !== undefined) socket.awaitsHandler = false;
    if (isOffence) refuse(client, socket, code);
  });
}

/** To be called when a handler is, with the client it is called for. */
export function reachedHandler(client: unknown): void {
  const socket = guardedSocketOf((client ?? {}) as { ref: unknown });
  if (socket !== undefined) socket.awaitsHandler = false;
}

function admits(gate: FrameGate, code: number, bytes: number, room: Room): boolean {
  switch (code) {
    case Protocol.ROOM_INPUT_RELIABLE:
    case Protocol.ROOM_INPUT_UNRELIABLE:
      return gate.input(bytes, internalsOf(room)._inputController?.options.tickRate);
    case Protocol.PING:
      return gate.ping();
    case Protocol.ROOM_DATA:
    case Protocol.ROOM_REQUEST:
    case ROOM_DATA_BYTES:
    case Protocol.JOIN_ROOM:
      return gate.message(bytes);
    case Protocol.LEAVE_ROOM:
      return !gate.isShut;
    default:
      if (gate.message(bytes)) gate.offence();
      return false;
  }
}

/** Requests were answered with an error by Colyseus already. */
function refuse(client: Client, socket: GuardedSocket | undefined, code: number): void {
  if (socket?.gate === undefined) client.leave(CloseCodes.withError, ERRORS.INVALID_MESSAGE.message);
  else if (socket.gate.offence() && code !== Protocol.ROOM_REQUEST)
    client.error(ERRORS.INVALID_MESSAGE.code, ERRORS.INVALID_MESSAGE.message);
}
