/** Asks for seats from a chosen address of this machine. Never rejects. */
import { type Answer, ask } from '../ask.ts';
import type { Seat } from '../bots/room-frames.ts';

/** No answer within it is none. */
export const PATIENCE_MS = 5000;

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
  const answer = await ask({ port, from, path, body: JSON.stringify(options), headers, timeoutMs: PATIENCE_MS });
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
