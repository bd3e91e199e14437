/** What a gateway tells owners and players: addresses, refusals, and the metrics of both. */
import assert from 'node:assert/strict';
import { connect as connectTcp, createServer as createTcpServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { ForwarderDeps } from '../../src/gateway/forwarder.ts';
import { FORWARDED_HEADER, sign, verify } from '../../src/gateway/signature.ts';
import { CloseCodes } from '../../src/kernel/errors.ts';
import { KEY, startGateway } from '../support/gateway.ts';
import { gatewayOwner, listen, SEAT } from '../support/gateway-owner.ts';
import { disposedAfterwards } from '../support/processes.ts';
import { ERROR } from '../support/raw-client.ts';
import { rawRequest, upgradeLines } from '../support/raw-http.ts';
import { until } from '../support/until.ts';

const SEAT_EXPIRED = 4002;
const FAILED_TO_RECONNECT = 4003;

describe('a socket at a process that does not have its room', () => {
  const stack = disposedAfterwards();
  const owner = gatewayOwner();

  const gateway = async (deps: Partial<ForwarderDeps> = {}, options = {}) =>
    stack.use(await startGateway({ ownerOf: async () => found(), ...deps }, options));
  const found = () => ({ processId: 'owner', address: owner.address });

  const closeOf = (url: string) =>
    new Promise<{ code: number; reason: string; frames: Buffer[]; error?: string }>((resolve) => {
      const socket = new WebSocket(url);
      const frames: Buffer[] = [];
      let error: string | undefined;
      socket.on('message', (frame: Buffer) => frames.push(frame));
      socket.on('error', (cause) => {
        error = cause.message;
      });
      socket.on('close', (code, reason) =>
        resolve({ code, reason: String(reason), frames, ...(error === undefined ? {} : { error }) }),
      );
    });

  describe("tells the owner the player's address (G2)", () => {
    const signing = () => ({ key: KEY, now: Date.now() });

    it('in a signed header, once, whatever the player writes there', async () => {
      const edge = await gateway();
      const { atOwner } = await owner.open(edge, SEAT, {
        [FORWARDED_HEADER]: 'forged',
        'X-Forwarded-For': '203.0.113.7',
      });
      const word = String(atOwner.req.headers[FORWARDED_HEADER]);
      assert.equal(verify(word, SEAT, signing()), '203.0.113.7');
      const plain = await owner.open(edge);
      assert.equal(verify(String(plain.atOwner.req.headers[FORWARDED_HEADER]), SEAT, signing()), '127.0.0.1');
    });

    it('and a socket that was forwarded once stays where it is: the room has moved, so try again', async () => {
      const here = await gateway({ ownerOf: () => assert.fail('not asked') });
      const there = await gateway({ ownerOf: async () => ({ processId: 'here', address: here.address }) });
      const { code } = await closeOf(`ws://${there.address}/process/room?sessionId=s`);
      assert.equal(code, CloseCodes.mayTryReconnect);
      assert.deepEqual([here.accepted, there.accepted], [[], []]);
      assert.equal(here.counters.total('hypogeum_gateway_refused_total', { why: 'moved' }), 1);
    });

    it('while a wrong, old or borrowed word counts as none', async () => {
      const edge = await gateway();
      const elsewhere = { address: '203.0.113.7', target: '/process/other' };
      const right = { address: '203.0.113.7', target: SEAT };
      for (const word of [
        'x',
        sign(right, { key: 'another', now: Date.now() }),
        sign(right, { key: KEY, now: Date.now() - 11_000 }),
        sign(elsewhere, signing()),
      ]) {
        const { atOwner } = await owner.open(edge, SEAT, { [FORWARDED_HEADER]: word });
        const passedOn = String(atOwner.req.headers[FORWARDED_HEADER]);
        assert.equal(verify(passedOn, SEAT, signing()), '127.0.0.1');
      }
    });
  });

  describe('whose room nobody has (G3)', () => {
    it('is closed as Colyseus does it, at a join and at a reconnection', async () => {
      const edge = await gateway({ ownerOf: async () => undefined });
      const joining = await closeOf(`ws://${edge.address}/process/room?sessionId=s`);
      assert.equal(joining.code, SEAT_EXPIRED);
      assert.equal(joining.frames[0]?.[0], ERROR);
      const returning = await closeOf(`ws://${edge.address}${SEAT}`);
      assert.equal(returning.code, FAILED_TO_RECONNECT);
      assert.equal(edge.counters.total('hypogeum_gateway_refused_total', { why: 'unknown_room' }), 2);
      assert.equal(edge.counters.total('hypogeum_gateway_sockets'), 0);
    });

    it('is none of the gateway when it is no seat', async () => {
      const edge = await gateway({ ownerOf: () => assert.fail('not asked') });
      const ws = new WebSocket(`ws://${edge.address}/`);
      const answer = new Promise((resolve) => ws.on('message', resolve));
      ws.on('open', () => ws.send(Buffer.from([18])));
      assert.deepEqual(await answer, Buffer.from([18]), 'the ping that the SDK measures latency with');
      ws.terminate();
    });
  });

  describe('that does not get there (G4)', () => {
    it('is refused in one line when too many are forwarded, and let in again when one has gone', async () => {
      const edge = await gateway({}, { maxForwarded: 2 });
      const [first] = [await owner.open(edge), await owner.open(edge)];
      assert.match(await rawRequest(edge.port, upgradeLines(SEAT)), /^HTTP\/1.1 503 [\s\S]*\r\n\r\n[^\n]+\n$/);
      assert.equal(edge.counters.total('hypogeum_gateway_refused_total', { why: 'full' }), 1);
      assert.equal(edge.counters.total('hypogeum_gateway_sockets'), 2);
      first.player.terminate();
      await until('a place', () => edge.counters.total('hypogeum_gateway_sockets') === 1);
      await owner.open(edge);
    });

    it('keeps nothing of those it refused, though they stay and talk on', async () => {
      const edge = await gateway({}, { maxForwarded: 0 });
      for (const request of [upgradeLines(SEAT), upgradeLines('*')]) {
        const socket = connectTcp({ port: edge.port, host: '127.0.0.1', allowHalfOpen: true });
        stack.defer(() => void socket.destroy());
        socket.on('error', () => {});
        socket.write(request);
        await new Promise((resolve) => socket.once('data', resolve));
        socket.write('more');
        await until('it to be let go', () => edge.connections.size === 0);
      }
    });

    it('counts those whose owner is still looked for, and forgets those who went meanwhile', async () => {
      const { promise, resolve } = Promise.withResolvers<ReturnType<typeof found>>();
      const edge = await gateway({ ownerOf: () => promise }, { maxForwarded: 1 });
      const waiting = connectTcp(edge.port, '127.0.0.1', () => void waiting.write(upgradeLines(SEAT)));
      waiting.on('error', () => {});
      await until('it to wait', () => edge.counters.total('hypogeum_gateway_sockets') === 1);
      assert.match(await rawRequest(edge.port, upgradeLines(SEAT)), /^HTTP\/1.1 503 /);
      waiting.resetAndDestroy();
      await sleep(50);
      resolve(found());
      await until('it to be forgotten', () => left(edge.counters) === 0);
    });

    const left = (counters: { total(name: string): number }) => counters.total('hypogeum_gateway_sockets');

    const retryable: [string, string, () => Promise<Partial<ForwarderDeps>>][] = [
      ['the owner is gone', 'unreachable', async () => ({ ownerOf: at('127.0.0.1:1') })],
      ['the owner has an address that is none', 'unreachable', async () => ({ ownerOf: at('nowhere') })],
      [
        'the owner cuts the line',
        'unreachable',
        async () => ({ ownerOf: at(await deaf((socket) => socket.destroy())) }),
      ],
      ['the owner does not answer', 'timeout', async () => ({ ownerOf: at(await deaf(() => {})) })],
      [
        'nobody can tell who the owner is',
        'lookup_failed',
        async () => ({ ownerOf: () => Promise.reject(new Error('away')) }),
      ],
    ];
    const at = (address: string) => async () => ({ processId: 'gone', address });
    const deaf = async (answer: (socket: Socket) => void) => {
      const sockets = new Set<Socket>();
      const server = createTcpServer((socket) => {
        sockets.add(socket.on('error', () => {}));
        answer(socket);
      });
      stack.defer(() => {
        for (const socket of sockets) socket.destroy();
        server.close();
      });
      return listen(server);
    };

    for (const [what, why, deps] of retryable) {
      it(`is told to try again: ${what}`, async () => {
        const edge = await gateway(await deps(), { connectTimeoutMs: 150 });
        for (let i = 0; i < 2; i++) {
          const { code, reason, error } = await closeOf(`ws://${edge.address}${SEAT}`);
          assert.deepEqual([code, error], [CloseCodes.mayTryReconnect, undefined]);
          assert.match(reason, /try again/);
        }
        assert.equal(edge.counters.total('hypogeum_gateway_refused_total', { why }), 2);
        assert.equal(edge.counters.total('hypogeum_gateway_refused_total'), 2);
        const warnings = edge.lines.filter((line) => line.level === 'warn');
        assert.equal(warnings.length, why === 'lookup_failed' ? 0 : 1, 'one line a process');
        await until('nothing to be left', () => left(edge.counters) === 0 && edge.connections.size === 0);
      });
    }

    it('lets go of the owner when the player does not wait for it', async () => {
      let atOwner: Socket | undefined;
      const address = await deaf((socket) => {
        atOwner = socket.resume();
      });
      const edge = await gateway({ ownerOf: at(address) });
      const player = connectTcp(edge.port, '127.0.0.1', () => void player.write(upgradeLines(SEAT)));
      player.on('error', () => {});
      await until('the owner to be asked', () => atOwner);
      for (const socket of edge.connections) socket.destroy();
      await until('the owner to be let go', () => atOwner?.closed);
      assert.equal(edge.counters.total('hypogeum_gateway_refused_total'), 0);
      assert.equal(left(edge.counters), 0);
    });
  });

  it('is counted, and so are its bytes both ways (G5)', async () => {
    const edge = await gateway();
    const { player, atOwner } = await owner.open(edge);
    assert.equal(edge.counters.total('hypogeum_gateway_sockets'), 1);
    let got = 0;
    for (const ws of [player, atOwner.ws]) ws.on('message', () => got++);
    player.send(Buffer.alloc(1000));
    atOwner.ws.send(Buffer.alloc(100_000));
    await until('both', () => got === 2);
    player.terminate();
    await until('the end', () => edge.counters.total('hypogeum_gateway_sockets') === 0);
    const bytes = (direction: string) => edge.counters.total('hypogeum_gateway_bytes_total', { direction });
    assert.deepEqual([bytes('to_owner'), bytes('to_player')], [1008, 100_010]);
  });
});
