/**
 * Reads the frames that players send most, whole, short and of one piece, where they arrive; ws's own receiver reads all
 * others. Its stream costs several times more than such a frame takes to read, and a room of thousands is sent tens of
 * thousands of them a second. Whatever is wrong with a frame is left to ws to find.
 *
 * `_receiver` and its fields are ws's own (8.23.0); `test/integration/ws-direct-frames.test.ts` fails when they move.
 */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { SharedReads } from './node-shared-read.ts';

/** As much of ws's Receiver as tells whether it stands between two messages, with nothing of them left to read. */
interface Receiver {
  readonly _state: number;
  readonly _bufferedBytes: number;
  readonly _fragmented: number;
  /** False after an error or a closing frame: what follows is nobody's. */
  readonly writable: boolean;
  readonly writableLength: number;
}

type Listener = (this: Socket, chunk: Buffer) => void;

/** First bytes of a frame: FIN, no extension, and what it is. */
const BINARY = 0x82;
const PONG = 0x8a;
const MASKED = 0x80;
/** Longer frames have their length in further bytes. */
const MAX_LENGTH = 125;
/** Two bytes and the mask. */
const HEAD = 6;
const GET_INFO = 0;

/** Of a socket of ws that was just opened on `stream`, before anything was read. */
export function readDirectly(socket: WebSocket, stream: Duplex, reads: SharedReads): void {
  if (!(stream instanceof Socket)) return;
  const frames = new DirectFrames(socket, stream);
  reads.read(stream, (chunk) => frames.take(chunk, true));
}

class DirectFrames {
  readonly #socket: WebSocket;
  readonly #tcp: Socket;
  readonly #receiver: Receiver;
  /** ws's own listener, which hands all to the receiver. */
  readonly #viaReceiver: Listener;

  /** Takes the place of ws's listener for data. */
  constructor(socket: WebSocket, tcp: Socket) {
    this.#socket = socket;
    this.#tcp = tcp;
    this.#receiver = (socket as unknown as { readonly _receiver: Receiver })._receiver;
    this.#viaReceiver = tcp.listeners('data').at(-1) as Listener;
    tcp.removeListener('data', this.#viaReceiver);
    tcp.on('data', (chunk: Buffer) => this.take(chunk, false));
  }

  /** Bytes as they came. `lent`: their memory is used again when the call returns. */
  take(chunk: Buffer, lent: boolean): void {
    let at = 0;
    while (at < chunk.length && this.#isBetweenMessages()) {
      const end = endOfShortFrame(chunk, at);
      if (end === 0) break;
      const payload = unmasked(chunk, at + HEAD, end);
      if (chunk[at] === BINARY) this.#socket.emit('message', payload, true);
      else this.#socket.emit('pong', payload);
      at = end;
    }
    if (at < chunk.length) this.#leave(at === 0 ? chunk : chunk.subarray(at), lent);
  }

  #isBetweenMessages(): boolean {
    const receiver = this.#receiver;
    return (
      receiver._bufferedBytes === 0 &&
      receiver._state === GET_INFO &&
      receiver._fragmented === 0 &&
      receiver.writableLength === 0 &&
      this.#socket.readyState === WebSocket.OPEN
    );
  }

  /** To the receiver, as long as it reads. */
  #leave(chunk: Buffer, lent: boolean): void {
    if (this.#receiver.writable) this.#viaReceiver.call(this.#tcp, lent ? Buffer.from(chunk) : chunk);
  }
}

/** Where the frame that begins at `at` ends; 0 if it is not all there, or not one to be read here. */
function endOfShortFrame(chunk: Buffer, at: number): number {
  if (at + HEAD > chunk.length) return 0;
  if (chunk[at] !== BINARY && chunk[at] !== PONG) return 0;
  const second = chunk[at + 1]!;
  const length = second - MASKED;
  if (length < 0 || length > MAX_LENGTH) return 0;
  const end = at + HEAD + length;
  return end > chunk.length ? 0 : end;
}

/** In memory of its own: whoever gets it may keep it. */
function unmasked(chunk: Buffer, start: number, end: number): Buffer {
  const payload = Buffer.allocUnsafe(end - start);
  for (let i = 0; i < payload.length; i++) payload[i] = chunk[start + i]! ^ chunk[start - 4 + (i & 3)]!;
  return payload;
}
