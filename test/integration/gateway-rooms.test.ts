/** Stock SDK players whose room is at another process than the one their socket reached, nginx in front. */
import assert from 'node:assert/strict';
import { type AuthContext, type Client, matchMaker, Room } from '@colyseus/core';
import type { Room as SdkRoom, SeatReservation } from '@colyseus/sdk';
import { WebSocket } from 'ws';
import { findFreePorts } from '../../deploy/ports.ts';
import { FORWARDED_HEADER, sign } from '../../src/gateway/signature.ts';
import { CloseCodes } from '../../src/kernel/errors.ts';
import { noMeter } from '../../src/kernel/ports.ts';
import { openLocalStore } from '../../src/matchmaking/colyseus-local-store.ts';
import { KEY, startGateway, type TestGateway } from '../support/gateway.ts';
import { startNginx } from '../support/nginx.ts';
import { disposedAfterwards } from '../support/processes.ts';
import { matchmake, type Seat } from '../support/raw-client.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

/** Tells its players by which address they are known. */
class KnowingRoom extends Room {
  messages = { address: (client: Client) => (client.auth as { ip: string }).ip };
  override onAuth(_client: Client, _options: unknown, context: AuthContext): object {
    return { ip: context.ip, told: context.headers.has(FORWARDED_HEADER) };
  }
  override onJoin(client: Client): void {
    assert.equal((client.auth as { told: boolean }).told, false);
  }
  override async onDrop(client: Client): Promise<void> {
    await this.allowReconnection(client, 20);
  }
}

it('a server that has no key to sign with does not start, and leaves its store closed', async () => {
  let stops = 0;
  const store = {
    ...openLocalStore({ clock: performance, meter: noMeter }),
    agree: () => Promise.reject(new Error('the store went away')),
    stop: async () => void stops++,
  };
  await assert.rejects(startTestServer({ rooms: () => {}, deps: { store } }), /the store went away/);
  assert.equal(stops, 1);
});

describe('a room behind a process that does not have it', () => {
  const stack = disposedAfterwards();
  let server: TestServer;
  let owner: TestGateway;
  let edge: TestGateway;
  /** What the edge believes of the owner's whereabouts. */
  let whereabouts: { address: string } | 'unknown' | undefined;
  let frontPort = 0;

  before(async () => {
    server = await startTestServer({ rooms: (define) => void define('knowing', KnowingRoom) });
    stack.defer(() => server.stop());
    owner = stack.use(
      await startGateway({ isLocal: (roomId) => matchMaker.getLocalRoomById(roomId) !== undefined, ownerOf: noOwner }),
    );
    edge = stack.use(await startGateway({ ownerOf: async () => believed() }));
    const gone = await findFreePorts(1);
    frontPort = await findFreePorts(1);
    stack.use(await startNginx(frontPort, [edge.port, owner.port, gone], `localhost:${frontPort}`));
  });
  beforeEach(() => {
    whereabouts = { address: owner.address };
  });

  const noOwner = async () => undefined;
  const believed = () => {
    if (whereabouts === 'unknown') throw new Error('Redis is away');
    return whereabouts && { processId: 'owner', ...whereabouts };
  };

  async function seat(): Promise<Seat> {
    const { status, body } = await matchmake(server.url, 'create', 'knowing');
    assert.equal(status, 200);
    return body as unknown as Seat;
  }

  async function join(publicAddress: string): Promise<SdkRoom> {
    const reservation = { ...(await seat()), publicAddress } as unknown as SeatReservation;
    const room = (await server.client.consumeSeatReservation(reservation)) as unknown as SdkRoom;
    stack.defer(() => void (room.connection.isOpen && room.leave()));
    room.reconnection.minUptime = 0;
    return room;
  }

  const addressIn = (room: SdkRoom) => room.request('address' as never) as Promise<unknown>;

  it('is joined and played in as if it were there', async () => {
    const room = await join(edge.address);
    assert.equal(await addressIn(room), '127.0.0.1');
    assert.equal(edge.counters.total('hypogeum_gateway_sockets'), 1);
    assert.equal(await room.leave(), 4000);
    await until('the socket to be gone', () => edge.counters.total('hypogeum_gateway_sockets') === 0);
  });

  /** What the room knows of a player whose socket comes with headers that browsers do not send. */
  async function knownOf(own: Seat, address: string, headers: Record<string, string>): Promise<unknown> {
    const socket = new WebSocket(`ws://${address}${targetOf(own)}`, { headers });
    stack.defer(() => socket.terminate());
    return (await until('the player', () => matchMaker.getLocalRoomById(own.roomId)?.clients[0])).auth;
  }
  const targetOf = ({ processId, roomId, sessionId }: Seat) => `/${processId}/${roomId}?sessionId=${sessionId}`;

  it("knows its players' addresses from the process that forwards them (G2)", async () => {
    const known = await knownOf(await seat(), edge.address, { 'X-Forwarded-For': '203.0.113.7' });
    assert.deepEqual(known, { ip: '203.0.113.7', told: false });
  });

  it('believes those who know the key, nobody else who claims to be forwarded (G2)', async () => {
    for (const [key, ip] of [
      ['guessed', '127.0.0.1'],
      [KEY, '203.0.113.7'],
    ] as const) {
      const own = await seat();
      const word = sign({ address: '203.0.113.7', target: targetOf(own) }, { key, now: Date.now() });
      assert.deepEqual(await knownOf(own, owner.address, { [FORWARDED_HEADER]: word }), { ip, told: false });
    }
  });

  for (const [what, path] of [
    ['no process', ''],
    ['a process that does not have the room', '/p0'],
    ['the one that has it', '/p1'],
    ['one that is away', '/p2'],
    ['one that is no more', '/p9'],
  ] as const) {
    it(`is reached through nginx when the seat names ${what}`, async () => {
      for (let i = 0; i < 2; i++) {
        const room = await join(`127.0.0.1:${frontPort}${path}`);
        assert.equal(await addressIn(room), '127.0.0.1');
        await room.leave();
      }
    });
  }

  it('is found again by an SDK that reconnects, whatever stood in the way meanwhile (G4)', async () => {
    const room = await join(edge.address);
    // An answer: the room has the acknowledgement of the join, without which no seat is held.
    assert.equal(await addressIn(room), '127.0.0.1');
    const token = room.reconnectionToken;
    const refused = () => edge.counters.total('hypogeum_gateway_refused_total');
    const before = refused();
    let back = 0;
    let gone = 0;
    room.onReconnect(() => void back++);
    room.onLeave(() => void gone++);
    const closed = await findFreePorts(1);
    whereabouts = { address: `127.0.0.1:${closed}` };
    for (const socket of edge.connections) socket.destroy();
    await until('the first try', () => refused() === before + 1);
    whereabouts = 'unknown';
    await until('the second try', () => refused() === before + 2);
    whereabouts = { address: owner.address };
    await until('the player to be back', () => back === 1);
    assert.equal(await addressIn(room), '127.0.0.1');
    assert.notEqual(room.reconnectionToken, token);
    assert.equal(gone, 0);
  });

  it('that is nowhere ends the tries of an SDK that reconnects (G3)', async () => {
    const room = await join(edge.address);
    const left = new Promise((resolve) => room.onLeave((code) => resolve(code)));
    await addressIn(room);
    whereabouts = undefined;
    // Nobody has it: not this process either, where it happens to be.
    await matchMaker.getLocalRoomById(room.roomId)?.disconnect(CloseCodes.mayTryReconnect);
    assert.equal(await left, 4003);
  });

  it('that cannot be reached is told to a player who joins, with a code to try again by (G4)', async () => {
    whereabouts = { address: `127.0.0.1:${await findFreePorts(1)}` };
    const own = { ...(await seat()), publicAddress: edge.address } as unknown as SeatReservation;
    await assert.rejects(
      server.client.consumeSeatReservation(own),
      (error: { code: number; message: string }) => error.code === 4010 && /try again/.test(error.message),
    );
    whereabouts = { address: owner.address };
    const room = await server.client.consumeSeatReservation(own);
    assert.equal(await addressIn(room as unknown as SdkRoom), '127.0.0.1', 'the seat is good still');
    await room.leave();
  });
});
