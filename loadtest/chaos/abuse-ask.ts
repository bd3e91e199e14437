/** HTTP requests from a chosen address of this machine, each on a connection of its own. Never rejects. */
import { request } from 'node:http';
import type { Seat } from './matchmaking-player.ts';

export interface Ask {
  readonly port: number;
  /** The address of this machine to come from. */
  readonly from: string;
  /** POST when left out. */
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs?: number;
}

export interface Answer {
  /** 0 when the connection ended without an answer, or none came in time. */
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const TIMEOUT_MS = 5000;
const NO_ANSWER: Answer = { status: 0, body: '', headers: {} };

export function ask({
  port,
  from,
  method = 'POST',
  path,
  headers,
  body,
  timeoutMs = TIMEOUT_MS,
}: Ask): Promise<Answer> {
  return new Promise((resolve) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      localAddress: from,
      method,
      path,
      agent: false,
      headers: { 'content-type': 'application/json', ...headers },
      signal: AbortSignal.timeout(timeoutMs),
    });
    asked.on('error', () => resolve(NO_ANSWER));
    asked.on('response', (response) => {
      const told = response.toArray().then((chunks) => Buffer.concat(chunks).toString());
      const { statusCode: status = 0, headers: answered } = response;
      told.then((text) => resolve({ status, body: text, headers: answered })).catch(() => resolve(NO_ANSWER));
    });
    asked.end(body);
  });
}

export interface SeatWish {
  readonly port: number;
  readonly from: string;
  readonly method: 'joinOrCreate' | 'create' | 'join' | 'joinById' | 'reconnect';
  /** The room's name, or its id. */
  readonly room: string;
  readonly options?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export type SeatAnswer = Answer & { readonly seat: Seat | undefined };

export async function askForSeat({ port, from, method, room, options = {}, headers }: SeatWish): Promise<SeatAnswer> {
  const path = `/matchmake/${method}/${room}`;
  const answer = await ask({ port, from, path, body: JSON.stringify(options), headers });
  return { ...answer, seat: answer.status === 200 ? seatOf(answer.body) : undefined };
}

function seatOf(body: string): Seat | undefined {
  try {
    const { roomId, processId, sessionId } = JSON.parse(body) as Partial<Seat>;
    return roomId && processId && sessionId ? { roomId, processId, sessionId } : undefined;
  } catch {
    return undefined;
  }
}
