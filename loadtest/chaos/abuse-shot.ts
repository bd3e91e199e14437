/**
 * Bytes on a TCP connection of their own, and what becomes of it: an answer, or the end. Cheap enough for thousands a
 * second: one write, one read, and a reset instead of a goodbye, so that no port stays taken.
 */
import { connect, type Socket } from 'node:net';
import { FrameReader, Opcode } from '../bots/frames.ts';

export interface Shot {
  readonly port: number;
  readonly from: string;
  readonly bytes: Buffer;
  /** So long it may stay open. */
  readonly patienceMs: number;
}

export interface Impact {
  /** Of the first answer; 0 without one. 101 is told once the socket is closed again, as SDKs are refused. */
  readonly status: number;
  /** The server ended the connection in time, or the answer was one. */
  readonly done: boolean;
  /** The connection could not even be made. */
  readonly unconnected: boolean;
}

const SWITCHING = 101;
const HEAD_END = '\r\n\r\n';
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})/;

/** Resolves with the first answer, with the end of the connection, or when the time is up. Never rejects. */
export function shoot({ port, from, bytes, patienceMs }: Shot): Promise<Impact> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from, noDelay: true });
    let connected = false;
    let status = 0;
    const end = (done: boolean): void => {
      clearTimeout(late);
      socket.resetAndDestroy();
      resolve({ status, done, unconnected: !connected });
    };
    const late = setTimeout(() => end(false), patienceMs);
    socket.on('connect', () => {
      connected = true;
      socket.write(bytes);
    });
    let answer: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      status = Number(STATUS_LINE.exec(answer.toString('latin1', 0, 16))?.[1] ?? 0);
      if (status !== SWITCHING || isClosing(answer)) end(true);
    });
    socket.on('error', () => {});
    socket.on('close', () => end(true));
  });
}

/** The WebSocket was opened only to be closed, with or without words before. */
function isClosing(answer: Buffer): boolean {
  const end = answer.indexOf(HEAD_END);
  if (end < 0) return false;
  let closing = false;
  const reader = new FrameReader((opcode) => {
    closing ||= opcode === Opcode.close;
  });
  reader.feed(answer.subarray(end + HEAD_END.length));
  return closing;
}

/** A connection that is kept, and told apart from one that was never made. Errors are ends. */
export function hold(port: number, from: string, events: { onOpen(socket: Socket): void; onEnd(): void }): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from, noDelay: true });
  let opened = false;
  socket.on('connect', () => {
    opened = true;
    events.onOpen(socket);
  });
  socket.on('error', () => {});
  socket.resume();
  socket.on('close', () => {
    if (opened) events.onEnd();
  });
  return socket;
}
