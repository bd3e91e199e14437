/**
 * A player on a real socket who can stop reading: TCP's own flow control then holds up what is sent to them, as it does
 * for somebody in a tunnel. Keeps every frame, answers pings (unless it does not read), and comes back like an SDK when
 * its connection is closed.
 */
import { Protocol } from '@colyseus/sdk';
import { WebSocket } from 'ws';

export interface Seat {
  readonly port: number;
  readonly processId: string;
  readonly roomId: string;
  readonly sessionId: string;
}

const JOIN_TIMEOUT_MS = 20_000;
/** What the SDK waits before it tries again, the first time and at most. */
const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 5000;
const PONG_EVERY_MS = 500;
/** Made up: an empty one, as browsers may send unasked, and such as might be an acknowledgement. */
const PONGS = [Buffer.alloc(0), Buffer.alloc(8), Buffer.from([1, 2, 3, 4]), Buffer.alloc(8, 255)];

export class Player {
  readonly #seat: Seat;
  readonly #onFrame: (player: Player, frame: Buffer) => void;
  readonly #joined = Promise.withResolvers<void>();
  #socket: WebSocket | undefined;
  #token = '';
  #ponging: NodeJS.Timeout | undefined;
  #retryMs = FIRST_RETRY_MS;
  /** Connections that ended. */
  lost = 0;

  /** `onFrame` gets every frame as it arrives; the player does not keep them. */
  constructor(seat: Seat, onFrame: (player: Player, frame: Buffer) => void) {
    this.#seat = seat;
    this.#onFrame = onFrame;
  }

  get sessionId(): string {
    return this.#seat.sessionId;
  }

  /** Resolves with the first state. */
  async join(): Promise<void> {
    this.#connect('');
    const timer = setTimeout(() => this.#joined.reject(new Error('no state arrived in time')), JOIN_TIMEOUT_MS);
    await this.#joined.promise.finally(() => clearTimeout(timer));
  }

  /** Stops to read. What the system takes on its behalf waits there. */
  stall(pongs: boolean): void {
    this.#socket?.pause();
    if (pongs) this.#ponging = setInterval(() => this.#pong(), PONG_EVERY_MS);
  }

  read(): void {
    clearInterval(this.#ponging);
    this.#socket?.resume();
  }

  #pong(): void {
    const made = PONGS[Math.floor(Math.random() * (PONGS.length + 1))];
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.pong(made ?? crypto.getRandomValues(Buffer.alloc(8)));
  }

  #connect(query: string): void {
    const { port, processId, roomId, sessionId } = this.#seat;
    const url = `ws://127.0.0.1:${port}/${processId}/${roomId}?sessionId=${sessionId}${query}`;
    const socket = new WebSocket(url, { perMessageDeflate: false });
    this.#socket = socket;
    socket.on('message', (frame: Buffer) => this.#take(socket, frame));
    socket.on('error', () => {});
    socket.on('close', (code) => this.#closed(code));
  }

  #take(socket: WebSocket, frame: Buffer): void {
    if (frame[0] === Protocol.JOIN_ROOM) {
      this.#token = frame.toString('latin1', 2, 2 + frame[1]!);
      socket.send(Buffer.of(Protocol.JOIN_ROOM));
    }
    this.#onFrame(this, frame);
    if (frame[0] !== Protocol.ROOM_STATE) return;
    this.#retryMs = FIRST_RETRY_MS;
    this.#joined.resolve();
  }

  #closed(code: number): void {
    this.lost++;
    this.#joined.reject(new Error(`the connection was closed with ${code}`));
    setTimeout(() => this.#connect(`&reconnectionToken=${this.#token}&skipHandshake=1`), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }
}

/** Takes a seat in a room. */
export async function takeSeat(port: number, roomId: string): Promise<Seat> {
  const response = await fetch(`http://127.0.0.1:${port}/matchmake/joinById/${roomId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
    signal: AbortSignal.timeout(JOIN_TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`no seat in ${roomId}: ${response.status} ${await response.text()}`);
  const { processId, sessionId } = (await response.json()) as Seat;
  return { port, processId, roomId, sessionId };
}
