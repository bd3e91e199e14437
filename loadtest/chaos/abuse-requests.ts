/** Requests as an attacker writes them, made once. */

const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
const END = '\r\n\r\n';

function request(first: string, ...headers: string[]): Buffer {
  return Buffer.from([first, ...headers].join('\r\n') + END, 'latin1');
}

function upgrade(target: string, ...headers: string[]): Buffer {
  const lines = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', KEY, ...headers];
  return request(`GET ${target} HTTP/1.1`, ...lines);
}

/** No parser of HTTP takes these. */
export const MALFORMED: readonly Buffer[] = [
  request('GET / HTTP/9.9', 'Host: x'),
  request('GET  / HTTP/1.1 extra', 'Host: x'),
  request('\x00\x01\x02\x03'),
  request('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
  request('GET / HTTP/1.1', 'Host x'),
  request('GET / HTTP/1.1', 'Host: x', 'A\x00b: c'),
  request('GET / HTTP/1.1', 'Host: x', ': empty'),
  request('POST /matchmake/joinOrCreate/arena HTTP/1.1', 'Host: x', 'Content-Length: -1'),
  request('POST /matchmake/joinOrCreate/arena HTTP/1.1', 'Host: x', 'Content-Length: 3', 'Content-Length: 4'),
  request('POST /matchmake/joinOrCreate/arena HTTP/1.1', 'Host: x', 'Content-Length: 5', 'Transfer-Encoding: chunked'),
  Buffer.concat([
    request('POST /matchmake/joinOrCreate/arena HTTP/1.1', 'Host: x', 'Transfer-Encoding: chunked'),
    Buffer.from('zz\r\n\r\n'),
  ]),
  request('PRI * HTTP/2.0', '', 'SM'),
  request('get / http/1.1', 'host: x'),
  request(`${'A'.repeat(200)} / HTTP/1.1`, 'Host: x'),
];

/** These can be parsed, which is when things begin to break. */
export const ODD_REQUESTS: readonly Buffer[] = [
  request('TRACE / HTTP/1.1', 'Host: x'),
  request('TRACE /matchmake/joinOrCreate/arena HTTP/1.1', 'Host: x'),
  request('GET / HTTP/1.1', 'Host: ['),
  request('GET / HTTP/1.1', 'Host: a b'),
  request('GET / HTTP/1.1', 'Host: x:99999'),
  request('GET *:99999 HTTP/1.1', 'Host: x'),
  request('GET http://[ HTTP/1.1', 'Host: x'),
  request('CONNECT x:443 HTTP/1.1', 'Host: x'),
  request('PURGE / HTTP/1.1', 'Host: x'),
  request('DELETE /matchmake/joinOrCreate/arena HTTP/1.1', 'Host: x'),
  upgrade('*:99999'),
  upgrade('*'),
  upgrade('//'),
  upgrade('http://['),
  upgrade('/\\\\[', 'Origin: null'),
  upgrade('/%'),
  upgrade('x'),
  upgrade('/a/b?sessionId=%00'),
  request(
    'GET /p/r?sessionId=x HTTP/1.1',
    'Host: x',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 99',
    KEY,
  ),
  request(
    'POST /p/r?sessionId=x HTTP/1.1',
    'Host: x',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    KEY,
  ),
];

const many = Array.from({ length: 5000 }, (_, i) => `X-${i}: ${i}`);
const MEGABYTE = 1024 * 1024;

export const HEADER_FLOODS: readonly Buffer[] = [
  request('GET / HTTP/1.1', 'Host: x', ...many),
  request('GET / HTTP/1.1', 'Host: x', `X: ${'x'.repeat(MEGABYTE)}`),
  request('GET / HTTP/1.1', 'Host: x', `${'x'.repeat(MEGABYTE)}: x`),
  request(`GET /${'x'.repeat(MEGABYTE)} HTTP/1.1`, 'Host: x'),
  upgrade(`/p/r?sessionId=${'x'.repeat(MEGABYTE)}`),
  request('GET / HTTP/1.1', 'Host: x', `Cookie: ${'a=b; '.repeat(MEGABYTE / 5)}`),
];
