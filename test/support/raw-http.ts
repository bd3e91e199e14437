/** Requests as an attacker writes them: bytes on a TCP connection, the answer as text once the other side closes it. */
import { connect } from 'node:net';

/** Sends `request` as it stands, a byte for each character, and resolves with all that came back, '' if the connection was cut without a word. */
export function rawRequest(port: number, request: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => void socket.write(request, 'latin1'));
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}

/** The lines of an HTTP/1.1 request whose connection the server is to close after it answered. */
export function lines(first: string, ...headers: string[]): string {
  return [`${first} HTTP/1.1`, ...headers, 'Connection: close', '', ''].join('\r\n');
}

export function upgradeLines(target: string): string {
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  return [
    `GET ${target} HTTP/1.1`,
    'Host: x',
    'Upgrade: websocket',
    'Connection: Upgrade',
    key,
    'Sec-WebSocket-Version: 13',
    '',
    '',
  ].join('\r\n');
}
