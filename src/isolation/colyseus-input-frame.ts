/**
 * Frames of the unreliable input channel, checked before Colyseus decodes them (as of @colyseus/core 0.18.17 and
 * @colyseus/schema 5.0.34, `RoomInput.decodeUnreliable` and `InputDecoder.decodeAll`): these trust the lengths in the
 * frame. One below zero leads back to itself and the process loops for ever (three bytes do: 20, 1, 255); a large
 * number of stamps is counted down to the end. What passes here has lengths that add up; its values are not looked at.
 *
 *     [20 | TIMED?] [k, uint32 newest, (k-1) numbers, and if both timelines: uint16, (k-1) numbers]? baseSeq ([length] body)*
 */
import { Protocol, ProtocolModifier } from '@colyseus/core';
import { decode, type Iterator } from '@colyseus/schema';
import type { RoomInternals } from './colyseus-internals.ts';

type Timeline = Pick<RoomInternals, '_timelineMode'>;

const CODE = 0x1f;
/** The SDK sends three inputs a packet unless told otherwise; nobody needs this many. */
const MAX_INPUTS = 256;

/** False for a frame of the unreliable input channel whose lengths do not add up; true for everything else. */
export function isReadableInput(frame: Uint8Array, room: Timeline): boolean {
  if ((frame[0]! & CODE) !== Protocol.ROOM_INPUT_UNRELIABLE) return true;
  const at: Iterator = { offset: 1 };
  if ((frame[0]! & ProtocolModifier.TIMED) !== 0 && !skipStamps(frame, at, hasBothTimelines(room))) return false;
  decode.number(frame, at);
  for (let inputs = 0; at.offset < frame.length; inputs++) {
    const length = decode.number(frame, at);
    if (inputs === MAX_INPUTS || !isCount(length) || at.offset + length > frame.length) return false;
    at.offset += length;
  }
  return at.offset === frame.length;
}

function skipStamps(frame: Uint8Array, at: Iterator, both: boolean): boolean {
  const count = decode.number(frame, at);
  if (!isCount(count) || count > MAX_INPUTS) return false;
  at.offset += 4;
  skipNumbers(frame, at, count - 1);
  if (!both) return true;
  at.offset += 2;
  skipNumbers(frame, at, count - 1);
  return true;
}

function skipNumbers(frame: Uint8Array, at: Iterator, count: number): void {
  for (let i = 0; i < count; i++) decode.number(frame, at);
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}

function hasBothTimelines(room: Timeline): boolean {
  const timeline = room._timelineMode();
  return timeline?.snapshot === true && timeline.reckon;
}
