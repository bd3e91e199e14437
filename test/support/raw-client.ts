/**
 * A client below the SDK: takes a seat over HTTP, opens the socket itself, and keeps every frame. For tests of bytes,
 * of hostile frames, and of close codes.
 */
import { WebSocket } from 'ws';
import { until } from './until.ts';

export const JOIN_ROOM = 10;
export const ERROR = 11;
export const ROOM_DATA = 13;

export interface Seat {
  readonly roomId: string;
  readonly processId: string;
  readonly sessionId: string;
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface HttpReply {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export async function matchmake(url: string, method: string, room: string, options: object = {}): Promise<HttpReply> {
  const response = await fetch(`${url}/matchmake/${method}/${room}`, { method: 'POST', body: JSON.stringify(options) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

export class RawClient {
  readonly socket: WebSocket;
  readonly frames: Buffer[] = [];
  closed: Closed | undefined;

  constructor(url: string, seat: Seat, query = '') {
    const { processId, roomId, sessionId } = seat;
    const path = [processId, roomId].filter((part) => part !== '').join('/');
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/${path}?sessionId=${sessionId}${query}`);
    this.socket.on('message', (frame: Buffer) => void this.frames.push(frame));
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
    this.socket.on('error', () => {});
  }

  /** Takes a seat, opens the socket, and acknowledges the join, so that patches come. */
  static async join(url: string, room: string, options: object = {}, method = 'joinOrCreate'): Promise<RawClient> {
    const { status, body } = await matchmake(url, method, room, options);
    if (status !== 200) throw new Error(JSON.stringify(body));
    const client = new RawClient(url, body as unknown as Seat);
    await until('the join handshake', () => client.frames.some((frame) => frame[0] === JOIN_ROOM));
    client.send(Buffer.from([JOIN_ROOM]));
    return client;
  }

  send(frame: Buffer): void {
    this.socket.send(frame);
  }

  handshake(): Buffer {
    return this.frames.find((frame) => frame[0] === JOIN_ROOM)!;
  }

  whenClosed(): Promise<Closed> {
    return until('the socket to close', () => this.closed);
  }

  close(): void {
    this.socket.terminate();
  }
}

/** A ROOM_DATA frame of a message type, as the SDK writes strings: msgpack's fixstr, str8, str16. */
export function roomData(type: string, payload: Buffer = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.from(type);
  const prefix =
    bytes.length < 32
      ? [0xa0 | bytes.length]
      : bytes.length < 256
        ? [0xd9, bytes.length]
        : [0xda, bytes.length & 255, bytes.length >> 8];
  return Buffer.concat([Buffer.from([ROOM_DATA, ...prefix]), bytes, payload]);
}
