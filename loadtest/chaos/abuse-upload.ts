/** A body that never ends: sent as fast as the server takes it, until it answers, cuts the connection, or all is sent. */
import { connect } from 'node:net';

export interface Upload {
  readonly port: number;
  readonly from: string;
  readonly path: string;
  readonly bytes: number;
  /** So long the server may take to do something about it. */
  readonly patienceMs: number;
  /** Bytes that went into the connection. */
  onSent(bytes: number): void;
}

const CHUNK = Buffer.alloc(64 * 1024, 'x');
const BEGIN = Buffer.from('{"name":"');

/** Never rejects. `done`: it was answered or cut in time. */
export function send({
  port,
  from,
  path,
  bytes,
  patienceMs,
  onSent,
}: Upload): Promise<{ status: number; done: boolean }> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from });
    let left = bytes;
    const end = (status: number, done: boolean): void => {
      clearTimeout(late);
      socket.resetAndDestroy();
      resolve({ status, done });
    };
    const late = setTimeout(() => end(0, false), patienceMs);
    const pump = (): void => {
      for (let more = true; more && left > 0 && socket.writable; left -= CHUNK.length) {
        const before = socket.writableLength;
        more = socket.write(CHUNK);
        onSent(Math.max(0, CHUNK.length - (socket.writableLength - before)));
      }
    };
    socket.on('connect', () => {
      const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`;
      socket.write(Buffer.concat([Buffer.from(head), BEGIN]));
      left -= BEGIN.length;
      pump();
    });
    socket.on('drain', pump);
    socket.on('data', (answer: Buffer) =>
      end(Number(/^HTTP\/1\.1 (\d{3})/.exec(answer.toString('latin1', 0, 16))?.[1] ?? 0), true),
    );
    socket.on('error', () => {});
    socket.on('close', () => end(0, true));
  });
}
