/** Connections that take their time: each kind is ended, with a word where there is somebody to hear it. Rules: src/security/SPEC.md. */
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Room } from '@colyseus/core';
import { page } from '../../src/http/page.ts';
import { lines } from '../support/raw-http.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

class Hall extends Room {}

const LIMITS = {
  HYPOGEUM_HEAD_TIMEOUT_MS: '150',
  HYPOGEUM_REQUEST_TIMEOUT_MS: '300',
  HYPOGEUM_ANSWER_TIMEOUT_MS: '500',
  HYPOGEUM_KEEP_ALIVE_MS: '100',
  HYPOGEUM_MAX_REQUESTS_PER_CONNECTION: '3',
};
/** Far longer than each of them, far shorter than what Node has by itself. */
const LATE_MS = 4000;
/** More than a connection holds on its way. */
const BIG_BYTES = 30_000_000;
const DRIP_MS = 40;
const HEALTH = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n';

describe('slow HTTP', () => {
  let server: TestServer;
  before(async () => {
    const big = { body: Buffer.alloc(BIG_BYTES), type: 'text/html', etag: '"1"', cacheControl: 'no-cache' };
    server = await startTestServer({
      rooms: (define) => void define('hall', Hall),
      env: LIMITS,
      deps: { page: page(new Map([['/big', big]])) },
    });
  });
  after(() => server.stop());

  /** What came back until the server closed the line. */
  async function told(talk: (socket: Socket) => void): Promise<string> {
    const started = performance.now();
    const answer = await new Promise<string>((resolve) => {
      let heard = '';
      const socket = connect(server.port, '127.0.0.1', () => talk(socket));
      socket.on('data', (chunk) => {
        heard += chunk.toString('latin1');
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(heard));
    });
    assert.ok(performance.now() - started < LATE_MS, 'in time');
    return answer;
  }

  /** Sends a character now and then, until the line is cut. */
  function drip(socket: Socket, text: string): void {
    const timer = setInterval(() => socket.write(text), DRIP_MS);
    socket.on('close', () => clearInterval(timer));
  }

  it('ends whoever says nothing at all (H3)', async () => {
    assert.match(await told(() => {}), /^HTTP\/1\.1 408 /);
  });

  it('ends a head that does not come to its end (H3)', async () => {
    const answer = await told((socket) => {
      socket.write('GET / HTTP/1.1\r\nHost: x\r\nA: ');
      drip(socket, 'x');
    });
    assert.match(answer, /^HTTP\/1\.1 408 .*"code":545/s);
  });

  for (const [how, header, part] of [
    ['in one', 'Content-Length: 10000', 'x'],
    ['in chunks', 'Transfer-Encoding: chunked', '1\r\nx\r\n'],
  ] as const) {
    it(`ends a body ${how} that does not come to its end (H3)`, async () => {
      const answer = await told((socket) => {
        socket.write(lines('POST /matchmake/create/hall', 'Host: x', header));
        drip(socket, part);
      });
      assert.match(answer, /^HTTP\/1\.1 408 .*"retryable":true/s);
    });
  }

  it('ends a connection on which no next request comes, and answers only so many on one (H3)', async () => {
    const [one, five] = await Promise.all([1, 5].map((n) => told((socket) => void socket.write(HEALTH.repeat(n)))));
    assert.match(one!, /^HTTP\/1\.1 200 .*Connection: keep-alive/s);
    assert.deepEqual(five!.match(/(?<=HTTP\/1\.1 )\d+/g), ['200', '200', '200', '503', '503']);
    assert.match(five!, /Connection: close/);
  });

  it('ends whoever does not take their answer (H3)', async () => {
    let got = 0;
    const socket = connect(server.port, '127.0.0.1', () => void socket.write('GET /big HTTP/1.1\r\nHost: x\r\n\r\n'));
    socket.on('error', () => {});
    // Node looks twice: it takes what the system still holds for a sign of life.
    await sleep(3 * Number(LIMITS.HYPOGEUM_ANSWER_TIMEOUT_MS));
    socket.on('data', (chunk) => {
      got += chunk.length;
    });
    await new Promise((resolve) => socket.on('close', resolve));
    assert.ok(got < BIG_BYTES, 'what the system had taken is all that came');
  });

  it('does all of it with hundreds at once, and answers the others meanwhile (H3)', async () => {
    const slow = Array.from({ length: 200 }, (_, i) =>
      told((socket) => {
        if (i % 2) socket.write(lines('POST /matchmake/create/hall', 'Host: x', 'Content-Length: 100'));
        drip(socket, 'x');
      }),
    );
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
    for (const answer of await Promise.all(slow)) assert.match(answer, /^HTTP\/1\.1 4|^$/);
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
    assert.ok(server.counters.total('hypogeum_http_refused_total', { why: 'too_slow' }) >= 100);
  });
});
