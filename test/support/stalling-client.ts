/**
 * A client on a bare TCP socket that does the WebSocket handshake and framing by hand, so that it can do what no WebSocket
 * lets one do: stop reading, and send pongs that nobody asked for. While it reads it behaves: it answers pings, and keeps
 * the room's state by the stock decoder.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { decode } from '@colyseus/schema';
import { parseFrames } from './fake-player.ts';
import { matchmake, type Seat } from './raw-client.ts';
import { StateMirror } from './state-mirror.ts';
import { until } from './until.ts';

const BINARY = 0x82;
const CLOSE = 0x88;
const PONG = 0x8a;
const JOIN_ROOM = 10;

export interface StallingOptions {
  readonly roomId?: string;
  readonly query?: string;
}

export class StallingClient {
  readonly seat: Seat;
  readonly messages: Buffer[] = [];
  mirror: StateMirror | undefined;
  closedWith: number | undefined;
  ended = false;
  readonly #socket: Socket;
  #pending: Buffer = Buffer.alloc(0);
  #upgraded = false;

  private constructor(seat: Seat, socket: Socket) {
    this.seat = seat;
    this.#socket = socket;
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.ended = true;
    });
  }

  /** Joins the room of this id, or makes one of this name; acknowledges the join, so that state comes. */
  static async join(url: string, room: string, { roomId, query = '' }: StallingOptions = {}): Promise<StallingClient> {
    const { status, body } = await (roomId ? matchmake(url, 'joinById', roomId) : matchmake(url, 'create', room));
    if (status !== 200) throw new Error(JSON.stringify(body));
    const seat = body as unknown as Seat;
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const client = new StallingClient(seat, socket);
    socket.write(
      `GET /${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}${query} HTTP/1.1\r\n` +
        `Host: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
    await until('the join handshake', () => client.messages.some((message) => message[0] === JOIN_ROOM));
    client.send(Buffer.from([JOIN_ROOM]));
    return client;
  }

  /** Bytes stay in the operating system from now on. */
  stall(): void {
    this.#socket.pause();
  }

  readOn(): void {
    this.#socket.resume();
  }

  send(message: Buffer): void {
    this.#write(BINARY, message);
  }

  pong(payload: Buffer): void {
    this.#write(PONG, payload);
  }

  close(): void {
    this.#socket.destroy();
  }

  #write(first: number, payload: Buffer): void {
    if (payload.length > 125) throw new Error('longer than needed here');
    // A mask of zeros changes nothing, and is one.
    this.#socket.write(Buffer.concat([Buffer.from([first, 0x80 | payload.length, 0, 0, 0, 0]), payload]));
  }

  #take(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    if (!this.#upgraded) {
      const end = this.#pending.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.#upgraded = true;
      this.#pending = this.#pending.subarray(end + 4);
    }
    const whole = wholeFrames(this.#pending);
    const frames = this.#pending.subarray(0, whole);
    this.#pending = this.#pending.subarray(whole);
    for (const { ping, body } of this.#withoutClose(frames)) {
      if (ping) this.pong(body);
      else this.#receive(body);
    }
  }

  #withoutClose(frames: Buffer): ReturnType<typeof parseFrames> {
    for (let at = 0; at < frames.length; ) {
      const { length, header } = sizeAt(frames, at)!;
      if (frames[at] === CLOSE) {
        this.closedWith = frames.readUInt16BE(at + header);
        this.#write(CLOSE, frames.subarray(at + header, at + header + 2));
        this.#socket.end();
        return parseFrames(frames.subarray(0, at));
      }
      at += header + length;
    }
    return parseFrames(frames);
  }

  #receive(message: Buffer): void {
    this.messages.push(message);
    const reflection = message[0] === JOIN_ROOM ? reflectionOf(message) : undefined;
    if (reflection?.length) this.mirror = new StateMirror(reflection);
    else this.mirror?.take(message);
  }
}

function sizeAt(bytes: Buffer, at: number): { readonly header: number; readonly length: number } | undefined {
  if (bytes.length < at + 2) return undefined;
  const short = bytes[at + 1]!;
  if (short < 126) return { header: 2, length: short };
  if (short === 126) return bytes.length < at + 4 ? undefined : { header: 4, length: bytes.readUInt16BE(at + 2) };
  return bytes.length < at + 10 ? undefined : { header: 10, length: Number(bytes.readBigUInt64BE(at + 2)) };
}

/** How many of the bytes are whole frames. */
function wholeFrames(bytes: Buffer): number {
  let at = 0;
  for (;;) {
    const size = sizeAt(bytes, at);
    if (size === undefined || at + size.header + size.length > bytes.length) return at;
    at += size.header + size.length;
  }
}

/** `[10] [length] token [length] serializer [number] reflection ...` */
function reflectionOf(handshake: Buffer): Buffer {
  const it = { offset: 1 };
  it.offset += 1 + handshake[it.offset]!;
  it.offset += 1 + handshake[it.offset]!;
  const length = decode.number(handshake, it);
  return handshake.subarray(it.offset, it.offset + length);
}
