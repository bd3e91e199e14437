/**
 * Listens in on one SDK connection: how many bytes pass, and when a patch arrives. The only place that touches the
 * SDK's `Connection`, through its public `events` and `send`. Written for @colyseus/sdk 0.18: `events.onmessage` gets
 * every frame, its first byte is the protocol code, and after the SDK has handled a patch the input handle's
 * `lastProcessed` is what the patch's TIMED prefix acknowledged.
 */
import { Protocol, type Room } from '@colyseus/sdk';
import { codeOf } from './bots/room-frames.ts';
import type { BotMeter } from './recorder.ts';

/** `acknowledged` says which input the server used last, as the input handle knows it. */
export function tapConnection(
  { connection }: Pick<Room, 'connection'>,
  acknowledged: () => number,
  meter: BotMeter,
  now: () => number,
): void {
  const handle = connection.events.onmessage;
  connection.events.onmessage = (event: MessageEvent<ArrayBuffer>) => {
    const receivedAt = now();
    meter.bytesIn(event.data.byteLength);
    handle?.(event);
    if (isPatch(event.data)) meter.patch(receivedAt, acknowledged());
  };
  const { transport } = connection;
  connection.send = (data) => {
    meter.bytesOut(data.byteLength);
    transport.send(data);
  };
}

function isPatch(frame: ArrayBuffer): boolean {
  return codeOf(new Uint8Array(frame, 0, 1)) === Protocol.ROOM_STATE_PATCH;
}
