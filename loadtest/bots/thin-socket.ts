/**
 * A WebSocket client that costs as little as it can: a TCP socket, read into one buffer that all of a process's sockets
 * share, and its own frames. Answers pings at once, like every WebSocket.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { clientFrame, FrameReader, Opcode } from './frames.ts';

export interface ThinEvents {
  /** A binary message; `frame` is only lent until the call returns. */
  onMessage(frame: Buffer): void;
  /** The answer to a ping of ours. */
  onPong?(): void;
  /** Once, when the connection is over for whatever reason. */
  onClose(code: number): void;
}

const READ_BYTES = 64 * 1024;
const HEAD_END = '\r\n\r\n';
const ABNORMAL = 1006;
const NORMAL = 1000;
/** A response head is never this long. */
const MAX_HEAD_BYTES = 16 * 1024;

/** libuv reads one socket at a time and hands the bytes on at once, so all can share it. */
const shared = Buffer.allocUnsafeSlow(READ_BYTES);

export class ThinSocket {
  readonly #socket: Socket;
  readonly #events: ThinEvents;
  readonly #frames = new FrameReader((opcode, payload) => this.#take(opcode, payload));
  /** Resolves when the server has accepted. */
  readonly opened: Promise<void>;
  #head: Buffer | undefined = Buffer.alloc(0);
  #accept!: () => void;
  #refuse!: (cause: Error) => void;
  #code = ABNORMAL;

  /** `path` with its query; `from`: the address of this machine to come from, if not its usual one. Await `opened`. */
  constructor(url: URL, path: string, events: ThinEvents, from?: string) {
    this.#events = events;
    this.opened = new Promise((resolve, reject) => {
      this.#accept = resolve;
      this.#refuse = reject;
    });
    this.#socket = connect({
      host: url.hostname,
      port: Number(url.port || 80),
      localAddress: from,
      noDelay: true,
      onread: { buffer: shared, callback: (bytes, buffer) => this.#read(buffer as Buffer, bytes) },
    });
    this.#socket.on('connect', () => this.#socket.write(upgrade(url, path)));
    this.#socket.on('error', (cause) => this.#refuse(cause));
    this.#socket.on('close', () => {
      this.#refuse(new Error('the server closed the connection before it was open'));
      events.onClose(this.#code);
    });
  }

  /** Sends a frame as `clientFrame` makes it; it may be used again. False when the connection is over. */
  send(frame: Buffer): boolean {
    if (!this.#socket.writable) return false;
    this.#socket.write(frame);
    return true;
  }

  /** Bytes given to `send` that the system has not taken yet. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  /** Reads nothing any more, pings included: what the server sends piles up at its end. */
  pause(): void {
    this.#socket.pause();
  }

  /** Ends the connection without a word. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Node goes on reading only after `true`. */
  #read(buffer: Buffer, bytes: number): boolean {
    const chunk = buffer.subarray(0, bytes);
    if (this.#head === undefined) this.#frames.feed(chunk);
    else this.#readHead(Buffer.concat([this.#head, chunk]));
    return true;
  }

  #readHead(head: Buffer): void {
    const end = head.indexOf(HEAD_END);
    if (end < 0 && head.length < MAX_HEAD_BYTES) {
      this.#head = head;
      return;
    }
    const status = head.toString('latin1', 0, Math.max(0, head.indexOf('\r\n')));
    if (!/^HTTP\/1\.1 101 /.test(status)) {
      this.#refuse(new Error(`the server answered "${status}" to the upgrade`));
      this.destroy();
      return;
    }
    this.#head = undefined;
    this.#accept();
    this.#frames.feed(head.subarray(end + HEAD_END.length));
  }

  #take(opcode: number, payload: Buffer): void {
    if (opcode === Opcode.binary) this.#events.onMessage(payload);
    else if (opcode === Opcode.pong) this.#events.onPong?.();
    else if (opcode === Opcode.ping) this.send(clientFrame(Opcode.pong, payload));
    else if (opcode === Opcode.close) this.#close(payload);
  }

  #close(payload: Buffer): void {
    this.#code = payload.length >= 2 ? payload.readUInt16BE(0) : NORMAL;
    this.send(clientFrame(Opcode.close, payload.subarray(0, 2)));
    this.#socket.end();
  }
}

function upgrade({ host }: URL, path: string): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
  ];
  return lines.join('\r\n') + HEAD_END;
}
