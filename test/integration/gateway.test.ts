/** The bytes of sockets that a gateway forwards, with an owner that says what reached it. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect as connectTcp, createServer as createTcpServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { ForwarderDeps } from '../../src/gateway/forwarder.ts';
import { startGateway } from '../support/gateway.ts';
import { type Arrival, gatewayOwner, listen, SEAT } from '../support/gateway-owner.ts';
import { disposedAfterwards } from '../support/processes.ts';
import { lines, rawRequest, upgradeLines } from '../support/raw-http.ts';
import { until } from '../support/until.ts';

describe('a socket at a process that does not have its room is forwarded (G1)', () => {
  const stack = disposedAfterwards();
  const owner = gatewayOwner();

  const gateway = async (deps: Partial<ForwarderDeps> = {}, options = {}) =>
    stack.use(await startGateway({ ownerOf: async () => found(), ...deps }, options));
  const found = () => ({ processId: 'owner', address: owner.address });

  it('with its target and headers, and the rooms here are not asked', async () => {
    const asked: string[] = [];
    const { atOwner, ...rest } = await openAsked(asked);
    assert.equal(atOwner.req.url, SEAT);
    assert.equal(atOwner.req.headers.origin, 'https://page.example');
    assert.deepEqual([asked, rest.accepted], [['room'], []]);
  });

  async function openAsked(asked: string[]) {
    const edge = await gateway({
      ownerOf: async (roomId) => {
        asked.push(roomId);
        return found();
      },
    });
    return { ...(await owner.open(edge, SEAT, { Origin: 'https://page.example' })), accepted: edge.accepted };
  }

  it('with every frame as it was: sizes, kinds, pings, the close code and reason', async () => {
    const { player, atOwner } = await owner.open(await gateway());
    for (const [from, to] of [
      [player, atOwner.ws],
      [atOwner.ws, player],
    ] as const) {
      const got: [Buffer, boolean][] = [];
      to.on('message', (data: Buffer, isBinary) => got.push([data, isBinary]));
      to.on('ping', (data: Buffer) => got.push([data, true]));
      const sent = [0, 1, 125, 126, 65_535, 65_536, 3_000_000].map((size) => randomBytes(size));
      for (const frame of sent) from.send(frame);
      from.send('words');
      from.ping('12345678');
      await until('all frames', () => got.length === sent.length + 2);
      assert.deepEqual(got, [
        ...sent.map((frame) => [frame, true]),
        [Buffer.from('words'), false],
        [Buffer.from('12345678'), true],
      ]);
    }
    const closed = new Promise((resolve) => player.on('close', (code, reason) => resolve([code, String(reason)])));
    atOwner.ws.close(4321, 'over');
    assert.deepEqual(await closed, [4321, 'over']);
  });

  it('with what either side sends in one go with the upgrade', async () => {
    const raw = createTcpServer((socket) => {
      socket.once('data', (request) => {
        const rest = request.subarray(request.indexOf('\r\n\r\n') + 4);
        const answer = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nat once,';
        socket.write(Buffer.concat([Buffer.from(answer), rest]));
        socket.pipe(socket);
      });
    });
    stack.defer(() => void raw.close());
    const edge = await gateway({ ownerOf: owned(await listen(raw)) });
    const answer = rawRequest(edge.port, `${upgradeLines(SEAT)}early`);
    await sleep(200);
    for (const socket of edge.connections) socket.end();
    assert.match(await answer, /^HTTP\/1.1 101 .*\r\n\r\nat once,early$/s);
  });

  const owned = (address: string) => async () => ({ processId: 'other', address });

  it('with an answer of the owner that is none, as it stands', async () => {
    const edge = await gateway();
    const bad = lines(`GET ${SEAT}`, 'Host: x', 'Upgrade: websocket').replace(
      'Connection: close',
      'Connection: Upgrade',
    );
    assert.match(await rawRequest(edge.port, bad), /^HTTP\/1.1 400 [\s\S]*Sec-WebSocket-Key/);
    await until('nothing to be left', () => edge.counters.total('hypogeum_gateway_sockets') === 0);
  });

  /** Sends until nothing more goes, and says how much waits where. */
  async function flood(from: WebSocket): Promise<void> {
    const frame = randomBytes(100_000);
    let stalled = 0;
    while (stalled < 10) {
      const before = from.bufferedAmount;
      if (before < 2_000_000) for (let i = 0; i < 10; i++) from.send(frame);
      await sleep(20);
      stalled = before > 0 && from.bufferedAmount >= before ? stalled + 1 : 0;
    }
  }

  const connected: Socket[] = [];
  const remember = (message: unknown) => void connected.push((message as { socket: Socket }).socket);
  before(() => subscribe('net.client.socket', remember));
  after(() => unsubscribe('net.client.socket', remember));

  /** What a gateway keeps in memory of its connections: players', and its own to the owner. */
  const held = (edge: { connections: Iterable<Socket> }): number =>
    [...edge.connections, ...connected.filter(({ remotePort }) => owner.address.endsWith(`:${remotePort}`))].reduce(
      (sum, socket) => sum + socket.readableLength + socket.writableLength,
      0,
    );

  for (const stalledSide of ['player', 'owner'] as const) {
    it(`with back-pressure: ${stalledSide === 'owner' ? 'an' : 'a'} ${stalledSide} that does not read stops the other, and costs little memory`, async () => {
      const edge = await gateway();
      const { player, atOwner } = await owner.open(edge);
      const [stalled, sender] = stalledSide === 'player' ? [player, atOwner.ws] : [atOwner.ws, player];
      stalled.pause();
      await flood(sender);
      const carried = () => edge.counters.total('hypogeum_gateway_bytes_total');
      await until('nothing to be carried any more', async () => {
        const before = carried();
        await sleep(200);
        return carried() === before;
      });
      assert.ok(held(edge) > 0 && held(edge) <= 400_000, `${held(edge)} bytes held`);
      let got = 0;
      stalled.on('message', (frame: Buffer) => {
        got += frame.length;
      });
      stalled.resume();
      await until('the rest to arrive', () => sender.bufferedAmount === 0);
      const last = randomBytes(8);
      const arrived = new Promise((resolve) =>
        stalled.on('message', (frame: Buffer) => frame.equals(last) && resolve(true)),
      );
      sender.send(last);
      await arrived;
      assert.equal((got - 8) % 100_000, 0, 'whole frames only');
    });
  }

  it('and ends with either side, however that ends', async () => {
    const edge = await gateway();
    const endings: [string, (side: { player: WebSocket; atOwner: Arrival }) => void][] = [
      ['the player resets', ({ player }) => socketOf(player).resetAndDestroy()],
      ['the player goes', ({ player }) => player.terminate()],
      ['the player half-closes', ({ player }) => socketOf(player).end()],
      ['the owner resets', ({ atOwner }) => socketOf(atOwner.ws).resetAndDestroy()],
      ['the owner goes', ({ atOwner }) => atOwner.ws.terminate()],
      ['the owner half-closes', ({ atOwner }) => socketOf(atOwner.ws).end()],
    ];
    for (const [how, end] of endings) {
      const sides = await owner.open(edge);
      const closed = [sides.player, sides.atOwner.ws].map((ws) => new Promise((resolve) => ws.on('close', resolve)));
      end(sides);
      await Promise.race([Promise.all(closed), sleep(2000).then(() => assert.fail(how))]);
      await until(`nothing to be left when ${how}`, () => left(edge) === 0);
    }
  });

  const socketOf = (ws: WebSocket) => (ws as unknown as { _socket: Socket })._socket;
  const left = (edge: { connections: ReadonlySet<Socket>; counters: { total(name: string): number } }) =>
    edge.connections.size + owner.connections.size + edge.counters.total('hypogeum_gateway_sockets');

  it('and does not outlive its owner, though the player never reads', async () => {
    const edge = await gateway({}, { idleTimeoutMs: 500 });
    const { player, atOwner } = await owner.open(edge);
    player.pause();
    await flood(atOwner.ws);
    atOwner.ws.terminate();
    await until('the socket to be cut', () => edge.counters.total('hypogeum_gateway_sockets') === 0);
    assert.equal(edge.connections.size, 0);
  });

  it('and does not outlive an owner that vanished without a word, though the player talks on', async () => {
    const deaf = createTcpServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
        socket.pause();
      });
      stack.defer(() => void socket.destroy());
    });
    stack.defer(() => void deaf.close());
    const edge = await gateway({ ownerOf: owned(await listen(deaf)) }, { idleTimeoutMs: 300 });
    const player = connectTcp(edge.port, '127.0.0.1', () => void player.write(upgradeLines(SEAT)));
    player.on('error', () => {});
    await until('it to be open', () => player.bytesRead > 0);
    const talking = setInterval(() => player.write('inputs'), 20);
    stack.defer(() => clearInterval(talking));
    await until('the socket to be cut', () => player.closed, 2000);
    await until('nothing to be left', () => left(edge) === 0);
  });

  it('and leaves nothing behind: 500 opened and closed', async () => {
    const edge = await gateway();
    const resources = () =>
      process.getActiveResourcesInfo().filter((name) => /TCP(Socket)?Wrap|Timeout/.test(name)).length;
    await until('a quiet start', () => left(edge) === 0);
    const before = resources();
    for (let i = 0; i < 10; i++) {
      const opened = await Promise.all(Array.from({ length: 50 }, () => openOnly(edge.port)));
      for (const [j, ws] of opened.entries()) j % 2 ? ws.close() : ws.terminate();
    }
    await until('all to be gone', () => left(edge) === 0);
    await until('all handles to be closed', () => resources() <= before);
  });

  const openOnly = (port: number) =>
    new Promise<WebSocket>((resolve, reject) => {
      const ws = new WebSocket(`ws://127.0.0.1:${port}${SEAT}`);
      ws.once('open', () => resolve(ws));
      ws.once('error', reject);
    });

  it('until the process stops, which cuts it so that the SDK comes back', async () => {
    const edge = await gateway();
    const { player, atOwner } = await owner.open(edge);
    const closed = Promise.all([player, atOwner.ws].map((ws) => new Promise((resolve) => ws.on('close', resolve))));
    edge.forwarder.stop();
    edge.forwarder.stop();
    assert.deepEqual(await closed, [1006, 1006]);
    await until('nothing to be left', () => left(edge) === 0);
    assert.match(await rawRequest(edge.port, upgradeLines(SEAT)), /^HTTP\/1.1 503 /, 'and takes no new one');
    await until('nothing to be left', () => left(edge) === 0);
  });
});
