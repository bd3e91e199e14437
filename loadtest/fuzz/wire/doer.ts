/** Does a case to a server, and waits until something comes of it: an answer, the end of the connection, or a moment. */
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { JOINED, type Seat } from '../../bots/room-frames.ts';
import { askForSeat } from '../../chaos/abuse-ask.ts';
import type { WireCase } from './wire-case.ts';

/** What came of it. `not possible`: there was no seat, or no connection; nothing was tried. */
export type Outcome = 'answered' | 'ended' | 'nothing' | 'not possible';

/** An answer that is not there by then is not waited for. */
const ANSWER_MS = 250;
const OPEN_MS = 2000;

/** Never rejects. */
export async function doCase(port: number, one: WireCase): Promise<Outcome> {
  const seat = one.room === undefined ? undefined : await seatIn(port, one.room, one.from);
  if (one.room !== undefined && seat === undefined) return 'not possible';
  const socket = connect({ port, host: '127.0.0.1', localAddress: one.from, noDelay: true });
  socket.on('error', () => {});
  const line = new Line(socket);
  if (!(await line.connected)) return 'not possible';
  if (one.opened !== undefined) {
    socket.write(upgrade(seat!));
    if (!(await line.heard(OPEN_MS)).startsWith('HTTP/1.1 101 ')) return line.end('not possible');
    if (one.opened === 'joined') socket.write(JOINED);
  }
  line.forget();
  for (const text of one.writes) {
    if (socket.writable) socket.write(Buffer.from(filled(text, seat), 'latin1'));
    await nextTurn();
  }
  const answer = await line.heard(ANSWER_MS);
  return line.end(answer !== '' ? 'answered' : socket.destroyed || socket.readableEnded ? 'ended' : 'nothing');
}

/** From the case's own address, unless that may not have one. */
async function seatIn(port: number, room: string, from: string): Promise<Seat | undefined> {
  const { seat } = await askForSeat({ port, from, method: 'joinOrCreate', room });
  return seat;
}

class Line {
  readonly connected: Promise<boolean>;
  readonly #socket: Socket;
  #said = '';
  #onChange: (() => void) | undefined;
  #over = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.connected = new Promise((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('close', () => resolve(false));
    });
    socket.on('data', (chunk) => {
      this.#said += chunk.toString('latin1');
      this.#onChange?.();
    });
    socket.on('close', () => {
      this.#over = true;
      this.#onChange?.();
    });
  }

  forget(): void {
    this.#said = '';
  }

  /** What was said, as soon as there is something; '' at the end, or when nothing was in time. */
  heard(withinMs: number): Promise<string> {
    if (this.#said !== '' || this.#over) return Promise.resolve(this.#said);
    return new Promise((resolve) => {
      const tell = (): void => {
        clearTimeout(late);
        this.#onChange = undefined;
        resolve(this.#said);
      };
      const late = setTimeout(tell, withinMs);
      this.#onChange = tell;
    });
  }

  end<T>(outcome: T): T {
    this.#socket.resetAndDestroy();
    return outcome;
  }
}

function filled(text: string, seat: Seat | undefined): string {
  if (seat === undefined) return text;
  return text
    .replaceAll('{roomId}', seat.roomId)
    .replaceAll('{processId}', seat.processId)
    .replaceAll('{sessionId}', seat.sessionId);
}

function upgrade({ processId, roomId, sessionId }: Seat): string {
  const lines = [
    `GET /${processId}/${roomId}?sessionId=${sessionId} HTTP/1.1`,
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}
