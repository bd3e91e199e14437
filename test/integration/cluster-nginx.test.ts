/** What the real nginx does with deploy/nginx.conf, told by backends that say what reached them. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { findFreePorts } from '../../deploy/ports.ts';
import { ERRORS } from '../../src/kernel/errors.ts';
import { startNginx } from '../support/nginx.ts';
import { disposedAfterwards } from '../support/processes.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

interface Backend {
  readonly port: number;
  answer: Answer;
  /** Answers 503 to WebSockets. */
  full: boolean;
  readonly requests: string[];
}

const PUBLIC = 'localhost:2567';

describe('nginx with deploy/nginx.conf', () => {
  const stack = disposedAfterwards();
  const backends: Backend[] = [];
  let origin = '';
  let port = 0;
  let goneProcess = 0;

  const says =
    (status: number, body: unknown): Answer =>
    (_, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
  const echo: Answer = (request, response) =>
    says(200, { url: request.url, headers: request.headers })(request, response);

  async function startBackend(index: number): Promise<Backend> {
    const backend: Backend = { port: 0, answer: echo, full: false, requests: [] };
    const server = createServer((request, response) => {
      backend.requests.push(`${request.method} ${request.url}`);
      request.resume().on('end', () => backend.answer(request, response));
    });
    const sockets = new WebSocketServer({
      server,
      verifyClient: ({ req }, decide) =>
        decide(!backend.full && !req.url?.endsWith('refuse'), backend.full ? 503 : 400),
    });
    sockets.on('connection', (socket, request) => {
      socket.send(JSON.stringify({ index, url: request.url, headers: request.headers }));
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stack.defer(() => {
      sockets.close();
      server.closeAllConnections();
      server.close();
    });
    return Object.assign(backend, { port: (server.address() as AddressInfo).port });
  }

  before(async () => {
    backends.push(await startBackend(0), await startBackend(1));
    const reserved = createTcpServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => reserved.once('listening', resolve));
    goneProcess = (reserved.address() as AddressInfo).port;
    await new Promise((resolve) => reserved.close(resolve));
    port = await findFreePorts(1);
    const nginx = stack.use(await startNginx(port, [...backends.map((each) => each.port), goneProcess], PUBLIC));
    origin = nginx.origin;
  });

  beforeEach(() => {
    for (const backend of backends) {
      backend.answer = echo;
      backend.full = false;
      backend.requests.length = 0;
    }
  });

  const post = (path: string, headers: Record<string, string> = {}, body = '{}') =>
    new Promise<{ status: number; text: string; type: string }>((resolve, reject) => {
      const options = { port, host: '127.0.0.1', path, method: 'POST', headers, agent: false };
      const sent = request(options, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        const type = response.headers['content-type'] ?? '';
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text, type }));
      });
      sent.on('error', reject);
      sent.end(body);
    });

  const connect = (path: string) =>
    new Promise<{ socket: WebSocket; hello: { index: number; url: string; headers: Record<string, string> } }>(
      (resolve, reject) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
        stack.defer(() => socket.terminate());
        socket.once('message', (data) => resolve({ socket, hello: JSON.parse(String(data)) }));
        socket.once('error', reject);
      },
    );

  it('leads a WebSocket to the process that the path names, which sees its own path', async () => {
    for (const index of [0, 1, 1, 0]) {
      const { hello } = await connect(`/p${index}/Proc-ess_1/room-1_X?sessionId=a%20b&reconnectionToken=t`);
      assert.equal(hello.index, index);
      assert.equal(hello.url, '/Proc-ess_1/room-1_X?sessionId=a%20b&reconnectionToken=t');
    }
  });

  it('carries binary frames both ways, unbuffered', async () => {
    const { socket } = await connect('/p1/process/room');
    for (const size of [1, 125, 70_000]) {
      const sent = Buffer.alloc(size, size % 251);
      const echoed = new Promise<Buffer>((resolve) => socket.once('message', (data) => resolve(data as Buffer)));
      socket.send(sent);
      assert.deepEqual(await echoed, sent);
    }
  });

  it('leads a WebSocket that names no process to any of them, and spreads them', async () => {
    const met = new Set<number>();
    for (let i = 0; i < 4; i++) {
      const { hello } = await connect('/Proc-ess_1/room-1_X?sessionId=a%20b');
      assert.equal(hello.url, '/Proc-ess_1/room-1_X?sessionId=a%20b');
      met.add(hello.index);
    }
    assert.deepEqual([...met].sort(), [0, 1]);
  });

  for (const [what, path] of [
    ['is away', '/p2/process/room?sessionId=s'],
    ['is none of those that are left', '/p99/process/room?sessionId=s'],
  ] as const) {
    it(`leads a WebSocket to another process when its own ${what}, at once`, async () => {
      const startedAt = performance.now();
      for (let i = 0; i < 4; i++) {
        const { hello } = await connect(path);
        assert.equal(hello.url, '/process/room?sessionId=s');
      }
      assert.ok(performance.now() - startedAt < 1500);
    });
  }

  it('leads a WebSocket to another process when its own has no place for it', async () => {
    backends[0]!.full = true;
    for (const path of ['/p0/process/room', '/process/room', '/process/room']) {
      assert.equal((await connect(path)).hello.index, 1);
    }
    backends[1]!.full = true;
    // 502 when one of those that are gone is the last to be asked.
    await assert.rejects(connect('/p0/process/room'), /Unexpected server response: 50[23]/);
  });

  it('passes on what a process answers to a WebSocket that it does not want', async () => {
    const odd = connect('/p0/process/room?refuse');
    await assert.rejects(odd, /Unexpected server response: 400/);
  });

  it('tells the processes who asks and how, whatever the visitor claims', async () => {
    const claims = {
      'X-Forwarded-For': '9.9.9.9',
      'X-Real-IP': '9.9.9.9',
      'X-Client-IP': '9.9.9.9',
      'X-Forwarded-Proto': 'https',
      Host: 'play.example.com:1234',
    };
    const { headers } = JSON.parse((await post('/any', claims)).text);
    assert.equal(headers['x-forwarded-for'], '127.0.0.1');
    assert.deepEqual([headers['x-real-ip'], headers['x-client-ip']], [undefined, undefined]);
    assert.equal(headers['x-forwarded-proto'], 'http');
    assert.equal(headers.host, 'play.example.com:1234');
    const { hello } = await connect('/p0/process/room');
    assert.equal(hello.headers['x-forwarded-for'], '127.0.0.1');
    assert.equal(hello.headers.host, `127.0.0.1:${port}`);
  });

  it('spreads all else over the processes, and passes over one that is away', async () => {
    for (let i = 0; i < 12; i++) assert.equal((await fetch(`${origin}/page?x=1`)).status, 200);
    for (const { requests } of backends) {
      assert.ok(requests.length >= 4, `${requests.length} of 12`);
      assert.equal(requests[0], 'GET /page?x=1');
    }
  });

  it('leads a seat back to the name by which the visitor knows this machine', async () => {
    for (const backend of backends) backend.answer = says(200, { roomId: 'r', publicAddress: `${PUBLIC}/p1` });
    const seat = JSON.parse((await post('/matchmake/create/arena', { Host: '10.0.0.7:99' })).text);
    assert.deepEqual(seat, { roomId: 'r', publicAddress: '10.0.0.7:99/p1' });
  });

  it('leaves a seat alone that leads elsewhere', async () => {
    for (const backend of backends) backend.answer = says(200, { publicAddress: 'other.example/p1' });
    assert.equal((await post('/matchmake/create/arena')).text, '{"publicAddress":"other.example/p1"}');
  });

  it('asks the next process for a seat when one is stopping', async () => {
    backends[0]!.answer = says(503, { code: 607 });
    for (let i = 0; i < 6; i++) assert.equal((await post('/matchmake/joinOrCreate/arena')).status, 200);
    assert.ok(backends[0]!.requests.length > 0);
  });

  it('asks one process only when the answer is a refusal that any would give', async () => {
    for (const backend of backends) backend.answer = says(404, { code: 522, error: 'no such room' });
    const { status, text } = await post('/matchmake/joinById/nowhere');
    assert.deepEqual([status, text], [404, '{"code":522,"error":"no such room"}']);
    assert.equal(backends.flatMap((backend) => backend.requests).length, 1);
  });

  it('passes the reason on when no process has seats, and serves on at once when one has again', async () => {
    for (const backend of backends) backend.answer = says(503, { code: 610, error: 'away' });
    assert.equal((await post('/matchmake/joinOrCreate/arena')).status, 503);
    for (const backend of backends) backend.answer = echo;
    assert.equal((await post('/matchmake/joinOrCreate/arena')).status, 200);
  });

  it('answers a body beyond all measure as the server would', async () => {
    const { status, text, type } = await post('/matchmake/joinOrCreate/arena', {}, 'x'.repeat(70_000));
    const { code, message, retryable } = ERRORS.BODY_TOO_LARGE;
    assert.deepEqual([status, type], [413, 'application/json']);
    assert.deepEqual(JSON.parse(text), { code, error: message, retryable });
  });

  it('answers as the server would when every process is away', async () => {
    const alone = await findFreePorts(1);
    await using _ = await startNginx(alone, [goneProcess], PUBLIC);
    const response = await fetch(`http://127.0.0.1:${alone}/matchmake/joinOrCreate/arena`, {
      method: 'POST',
      headers: { Origin: 'https://page.example' },
      body: '{}',
    });
    const { code, message, retryable, status } = ERRORS.STORE_AWAY;
    assert.equal(response.status, status);
    assert.equal(response.headers.get('access-control-allow-origin'), 'https://page.example');
    assert.deepEqual(await response.json(), { code, error: message, retryable });
  });

  it('compresses what the processes answer plainly', async () => {
    backends[0]!.answer = backends[1]!.answer = (request, response) => {
      assert.equal(request.headers['accept-encoding'], undefined);
      response.writeHead(200, { 'content-type': 'text/javascript' }).end('x'.repeat(5000));
    };
    const response = await fetch(`${origin}/page.js`, { headers: { 'Accept-Encoding': 'gzip' } });
    assert.equal(response.headers.get('content-encoding'), 'gzip');
    assert.equal((await response.text()).length, 5000);
  });
});
