/**
 * The clients of the tick bench, all in this one process: real sockets, thin on purpose. They take a seat over HTTP,
 * open the WebSocket, acknowledge the handshake, and then only count what arrives.
 */
import { CloseCode, Protocol } from '@colyseus/sdk';
import { WebSocket } from 'ws';
import { codeOf, type Seat, seatPath } from '../bots/room-frames.ts';
import type { FromClients, ToClients } from './tick-messages.ts';

const JOINS_AT_A_TIME = 10;
const JOIN_TIMEOUT_MS = 10_000;

let patches = 0;
let lost = 0;

process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => {});
process.on('message', (message: ToClients) => void obey(message));

async function obey(message: ToClients): Promise<void> {
  if (message.type === 'join') {
    const { port, roomIds, clientsPerRoom } = message;
    const seats = roomIds.flatMap((roomId) => new Array<string>(clientsPerRoom).fill(roomId));
    await joinAll(port, seats);
    return tell({ type: 'joined', clients: seats.length });
  }
  tell({ type: 'counted', patches, lost });
  patches = 0;
}

async function joinAll(port: number, seats: string[]): Promise<void> {
  const queue = seats.values();
  const lane = async (): Promise<void> => {
    for (const roomId of queue) await join(port, roomId);
  };
  await Promise.all(Array.from({ length: JOINS_AT_A_TIME }, lane));
}

async function join(port: number, roomId: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/matchmake/joinById/${roomId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
    signal: AbortSignal.timeout(JOIN_TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`no seat in ${roomId}: ${response.status} ${await response.text()}`);
  const seat = (await response.json()) as Seat;
  await connect(`ws://127.0.0.1:${port}${seatPath(seat)}`);
}

/** Resolves with the first state: then the room counts this client as joined. */
function connect(url: string): Promise<void> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`no state within ${JOIN_TIMEOUT_MS} ms`)), JOIN_TIMEOUT_MS);
  socket.on('message', (data: Buffer) => {
    const code = codeOf(data);
    if (code === Protocol.ROOM_STATE_PATCH) patches++;
    else if (code === Protocol.JOIN_ROOM) socket.send(Buffer.of(Protocol.JOIN_ROOM));
    else if (code === Protocol.ROOM_STATE) resolve();
  });
  socket.on('error', reject);
  socket.on('close', (code) => {
    if (code !== CloseCode.CONSENTED) lost++;
    reject(new Error(`the connection was closed with ${code}`));
  });
  return promise.finally(() => clearTimeout(timer));
}

function tell(message: FromClients): void {
  process.send?.(message);
}
