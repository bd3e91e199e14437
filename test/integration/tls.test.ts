/** https and wss served directly. Rules: src/security/SPEC.md. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { connect, getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { Room } from '@colyseus/core';
import { schema, t } from '@colyseus/schema';
import { Client } from '@colyseus/sdk';
import { httpxyTunnels } from '../../src/gateway/httpxy-tunnel.ts';
import { type Certified, certificateFor } from '../support/certificate.ts';
import { startGateway } from '../support/gateway.ts';
import { disposedAfterwards, passive, startServerProcess, temporaryDirectory } from '../support/processes.ts';
import { JOIN_ROOM, matchmake, RawClient, type Seat } from '../support/raw-client.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const State = schema({ count: t.uint32().default(0) }, 'TlsState');

/** Patches as fast as they come, beside messages: many writes to one socket in one turn. */
class Busy extends Room<{ state: InstanceType<typeof State> }> {
  state = new State();
  patchRate = 5;
  onCreate() {
    this.setSimulationInterval(() => {
      for (let i = 0; i < 5; i++) {
        this.state.count++;
        this.broadcastPatch();
        this.broadcast('count', this.state.count);
      }
    }, 5);
  }
}

describe('TLS', () => {
  const stack = disposedAfterwards();
  const trusted = getCACertificates();
  const first = certificateFor('localhost');
  const second = certificateFor('localhost');
  let files: { HYPOGEUM_TLS_CERT: string; HYPOGEUM_TLS_KEY: string };
  let server: TestServer;
  const write = ({ cert, key }: Partial<Certified>) => {
    if (cert) writeFileSync(files.HYPOGEUM_TLS_CERT, cert);
    if (key) writeFileSync(files.HYPOGEUM_TLS_KEY, key);
  };

  before(async () => {
    setDefaultCACertificates([...trusted, first.cert, second.cert]);
    stack.defer(() => setDefaultCACertificates(trusted));
    const folder = await temporaryDirectory('tls');
    stack.use(folder);
    files = { HYPOGEUM_TLS_CERT: join(folder.path, 'cert.pem'), HYPOGEUM_TLS_KEY: join(folder.path, 'key.pem') };
    write(first);
    server = await startTestServer({
      rooms: (define) => void define('busy', Busy),
      env: { ...files, HYPOGEUM_HEAD_TIMEOUT_MS: '200' },
      deps: { lookAtTlsFilesEveryMs: 20 },
    });
    stack.defer(() => server.stop());
  });

  it('carries a stock SDK over wss, as fast as a room may send (H10)', async () => {
    assert.match(server.url, /^https:/);
    const room = passive(await new Client(server.url).joinOrCreate<InstanceType<typeof State>>('busy'));
    const heard: number[] = [];
    room.onMessage('count', (count: number) => heard.push(count));
    await until('patches and messages', () => room.state.count > 300 && heard.length > 300);
    assert.deepEqual(
      heard,
      Array.from(heard, (_, i) => heard[0]! + i),
      'none lost, none out of order',
    );
    await room.leave();
  });

  it('speaks TLS 1.2 and newer, and nothing else (H10)', async () => {
    const { port } = server;
    assert.equal((await handshake({ port, maxVersion: 'TLSv1.2' })).getProtocol(), 'TLSv1.2');
    await assert.rejects(handshake({ port, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }));
    const plain = await new Promise<number>((resolve) => {
      const socket = connectTcp(port, '127.0.0.1', () => void socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
      socket.on('error', () => {});
      socket.resume().on('close', () => resolve(socket.bytesRead));
    });
    assert.ok(plain < 20, 'no answer');
    assert.ok(server.counters.total('hypogeum_http_refused_total', { why: 'tls' }) >= 2);
  });

  it('ends a handshake that does not come to its end (H3, H10)', async () => {
    const socket = connectTcp(server.port, '127.0.0.1');
    await new Promise((resolve) =>
      socket
        .on('error', () => {})
        .resume()
        .on('close', resolve),
    );
  });

  it('tells browsers to stay with https, but for this machine (H9)', async () => {
    const ask = (host: string) =>
      new Promise<string | undefined>((resolve) => {
        request(`${server.url}/healthz`, { headers: { host }, servername: 'localhost' }, (response) => {
          resolve(response.resume().headers['strict-transport-security']);
        }).end();
      });
    assert.equal(await ask('play.example.com'), 'max-age=15552000');
    assert.equal(await ask(`localhost:${server.port}`), undefined);
  });

  it('takes a renewed certificate over while connections go on, once key and certificate fit (H10)', async () => {
    const { port } = server;
    const before = await handshake({ port });
    const old = before.getPeerX509Certificate()!.fingerprint256;
    write({ cert: second.cert });
    await until('a word about it', () =>
      server.lines.some(({ level, message }) => level === 'warn' && /TLS/.test(message)),
    );
    assert.equal((await handshake({ port })).getPeerX509Certificate()!.fingerprint256, old);
    write({ key: second.key });
    await until(
      'the new one',
      async () => (await handshake({ port })).getPeerX509Certificate()!.fingerprint256 !== old,
    );
    before.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const answer = await new Promise<string>((resolve) => before.once('data', (data) => resolve(data.toString())));
    assert.match(answer, /^HTTP\/1\.1 200 /);
  });

  it('is what npm start serves, at the address it prints; the page plays over it (H10)', async () => {
    write(first);
    const { child, port } = await startServerProcess(files);
    stack.defer(() => child.stop('SIGKILL'));
    assert.match(child.output(), new RegExp(`^Hypogeum is ready: https://localhost:${port}$`, 'm'));
    const page = await fetch(`https://localhost:${port}/`);
    assert.match(page.headers.get('content-security-policy') ?? '', /connect-src 'self'/);
    const room = passive(await new Client(`https://localhost:${port}`).joinOrCreate('arena'));
    await until('the state', () => (room.state as { players?: unknown }).players);
    await room.leave();
  });

  it('is refused at the start when a file cannot be read, or the key is not of the certificate (H10)', async () => {
    const start = (env: Record<string, string>) => startTestServer({ rooms: () => {}, env: { ...files, ...env } });
    write({ cert: first.cert, key: second.key });
    const mismatch = /^Error: HYPOGEUM_TLS_CERT \(.*\) and HYPOGEUM_TLS_KEY \(.*\) do not work together: .*mismatch$/;
    await assert.rejects(start({}), mismatch);
    await assert.rejects(start({ HYPOGEUM_TLS_KEY: '/nowhere' }), /^Error: HYPOGEUM_TLS_KEY cannot be read: ENOENT/);
    await assert.rejects(
      start({ HYPOGEUM_TLS_KEY: '' }),
      /^Error: HYPOGEUM_TLS_KEY must be set too when HYPOGEUM_TLS_CERT is$/,
    );
  });

  it('is spoken between processes, too (G1, H10)', async () => {
    const { body } = await matchmake(server.url, 'joinOrCreate', 'busy');
    const owner = async () => ({ processId: String(body.processId), address: `127.0.0.1:${server.port}` });
    const edge = stack.use(await startGateway({ ownerOf: owner, openTunnel: httpxyTunnels(true) }));
    const player = new RawClient(`http://${edge.address}`, body as unknown as Seat);
    await until('the handshake', () => player.frames.some(([type]) => type === JOIN_ROOM));
    player.close();
  });

  async function handshake(options: object): Promise<TLSSocket> {
    const socket = connect({ host: '127.0.0.1', servername: 'localhost', ...options });
    stack.defer(() => void socket.destroy());
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    return socket.on('error', () => {});
  }
});
