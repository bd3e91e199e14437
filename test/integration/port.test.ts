/** The port of a server, on real sockets. */
import assert from 'node:assert/strict';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type OpenPort, openPort } from '../../src/http/port.ts';
import { until } from '../support/until.ts';

const ANY = { port: 0, host: '127.0.0.1' };
const CROWD = 60;
/** As long as a busy room's turn may be, so that all of the crowd is at the door in the first. */
const TURN_MS = 20;

describe('the port of a server', () => {
  const sockets: Socket[] = [];
  let server: Server;
  let port: OpenPort;

  beforeEach(async () => {
    server = createServer((socket) => void sockets.push(socket));
    port = await openPort(server, ANY, () => sockets.length);
  });

  afterEach(() => {
    port.close();
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  const come = (many: number): Socket[] =>
    Array.from({ length: many }, () => connect(port.port, '127.0.0.1').on('error', () => {}));

  it('lets several in at each turn of the event loop', async () => {
    const crowd = come(CROWD);
    let turns = 0;
    while (sockets.length < CROWD && turns < CROWD) {
      turns++;
      const end = performance.now() + TURN_MS;
      while (performance.now() < end);
      await new Promise(setImmediate);
    }
    for (const socket of crowd) socket.destroy();
    assert.ok(turns <= CROWD / 2, `${turns} turns for ${sockets.length} of ${CROWD}`);
  });

  it("is nobody else's, and free again when it is closed", async () => {
    await assert.rejects(
      openPort(createServer(), { ...ANY, port: port.port }, () => 0),
      { code: 'EADDRINUSE' },
    );
    port.close();
    const next = createServer();
    const opened = await openPort(next, { ...ANY, port: port.port }, () => 0);
    assert.deepEqual([opened.port, (next.address() as AddressInfo).port], [port.port, port.port]);
    opened.close();
  });

  it('lets in no more than the server takes, whichever way they come', async () => {
    server.maxConnections = 5;
    let dropped = 0;
    server.on('drop', () => dropped++);
    const crowd = come(CROWD);
    await until('the others are dropped', () => dropped + sockets.length === CROWD);
    // Those that come the server's own way are counted by Node: at worst as many again.
    assert.ok(sockets.length >= 5 && sockets.length <= 10, `${sockets.length} came in`);
    for (const socket of crowd) socket.destroy();
  });

  it('is closed to newcomers, and the others stay', async () => {
    const [here] = come(1);
    await until('it is in', () => sockets.length === 1);
    port.close();
    const [late] = come(1);
    const refusal = await new Promise<NodeJS.ErrnoException>((resolve) => late!.once('error', resolve));
    assert.equal(refusal.code, 'ECONNREFUSED');
    assert.equal(sockets[0]!.destroyed, false);
    here!.destroy();
  });
});
