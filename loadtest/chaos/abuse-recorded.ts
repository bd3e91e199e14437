/** What a real client of the SDK sends while it plays, byte for byte: what mutations begin with. */
import { Client, Protocol, type Room } from '@colyseus/sdk';
import type { ArenaInput } from '../../rooms/arena/state.ts';

const INPUTS = 40;
const INPUT_EVERY_MS = 10;
/** Numbers, texts and nesting of every kind that a game sends. */
const PAYLOADS: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  70_000,
  2 ** 40,
  0.5,
  '',
  'a text',
  'x'.repeat(300),
  [1, 'two', [3]],
  { x: 1.5, y: -2, list: [1, 2, 3], deep: { a: { b: { c: 'd' } } } },
];

/** Plays for half a second at this endpoint. The payloads of the WebSocket messages it sent, in order. */
export async function recordFrames(endpoint: string, pen: string): Promise<Buffer[]> {
  const frames: Buffer[] = [Buffer.from([Protocol.JOIN_ROOM])];
  await recordArena(endpoint, frames);
  await recordPen(endpoint, pen, frames);
  frames.push(Buffer.from([Protocol.PING]), Buffer.from([Protocol.LEAVE_ROOM]));
  return frames;
}

async function recordArena(endpoint: string, frames: Buffer[]): Promise<void> {
  for (const mode of ['reliable', 'unreliable'] as const) {
    const room = await join(new Client(endpoint).joinOrCreate('arena', { name: 'Scriba' }), frames);
    const input = room.input<ArenaInput>({ mode, historySize: 4 });
    for (let i = 0; i < INPUTS; i++) {
      Object.assign(input.data, { moveX: (i % 255) - 127, moveY: i, aim: i / 10, buttons: i % 8 });
      input.send();
      await new Promise((resolve) => setTimeout(resolve, INPUT_EVERY_MS));
    }
    await room.request('rename', 'Scriba II').catch(() => {});
    await room.leave();
  }
}

async function recordPen(endpoint: string, pen: string, frames: Buffer[]): Promise<void> {
  const room = await join(new Client(endpoint).joinById(pen), frames);
  for (const payload of PAYLOADS) {
    room.send('note', payload);
    room.request('echo', payload).catch(() => {});
  }
  room.sendBytes(
    'bytes',
    Uint8Array.from({ length: 40 }, (_, i) => i),
  );
  room.send(7, 'a number for a type');
  room.ping(() => {});
  await room.leave();
}

async function join(joining: Promise<Room>, frames: Buffer[]): Promise<Room> {
  const room = await joining;
  room.reconnection.enabled = false;
  room.onMessage('*', () => {});
  const { transport } = room.connection;
  const send = transport.send.bind(transport);
  transport.send = (data) => {
    frames.push(Buffer.from(data));
    send(data);
  };
  return room;
}
