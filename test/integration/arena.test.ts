/** The arena over real sockets, as the SDK plays it: joining, prediction, rounds, and a lost connection. */
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import { Client } from '@colyseus/sdk';
import { WebSocket } from 'ws';
import { ALL_BUTTONS, BODY_RADIUS, Button, FILL, TICK_RATE } from '../../rooms/arena/rules.ts';
import type { Input } from '../../rooms/arena/simulation.ts';
import type { ArenaState } from '../../rooms/arena/state.ts';
import { ERRORS } from '../../src/kernel/errors.ts';
import { createRandom, type Random } from '../../src/kernel/random.ts';
import { arenaServer, standStill } from '../support/arena-server.ts';
import { matchmake, RawClient, type Seat } from '../support/raw-client.ts';
import { until } from '../support/until.ts';

/** A stall of the machine longer than this is no clean line: server and clients share this process. */
const STALL_MS = 80;

describe('the arena over sockets', () => {
  const arena = arenaServer();

  describe('joining', () => {
    it('a lone visitor has a match at once; an AI player leaves for each person and comes back', async () => {
      const first = await arena.join('arena', { join: { name: '  Maximus ' } });
      const { state } = first.room;
      assert.equal(state.players.size, FILL);
      assert.equal(first.self.name, 'Maximus');
      assert.equal(first.self.ai, false);
      const second = await arena.join('arena');
      await until('the second in the eyes of the first', () => state.players.has(second.id));
      assert.equal(state.players.size, FILL);
      assert.equal(second.self.name, 'Tiro', 'who gives no name is given one');
      assert.equal(new Set([...state.players.values()].map((player) => player.color)).size, FILL);
      await second.leave();
      await until('an AI player in its place', () => state.players.size === FILL && !state.players.has(second.id));
    });

    for (const [what, options, error] of [
      ['an option that only the server sets', { name: 'fine', roundSeconds: 1 }, ERRORS.INVALID_OPTIONS],
      ['a seed', { seed: 1 }, ERRORS.INVALID_OPTIONS],
      ['a name that is no string', { name: 5 }, ERRORS.INVALID_OPTIONS],
      ['an over-long name', { name: 'a name much longer than twenty letters' }, ERRORS.INVALID_NAME],
      ['a name of 5,000 letters', { name: 'x'.repeat(5000) }, ERRORS.INVALID_NAME],
    ] as const) {
      it(`${what} is refused with code ${error.code} before any room is made`, async () => {
        const { status, body } = await matchmake(arena.url, 'joinOrCreate', 'arena', options);
        assert.deepEqual([status, body.code, body.retryable], [error.status, error.code, false]);
        assert.equal(matchMaker.stats.local.roomCount, 0);
      });
    }

    it('a player may take another name in the middle of a match; one that cannot be used changes nothing', async () => {
      const player = await arena.join('arena', { join: { name: 'Verus' } });
      assert.equal(await player.room.request('rename', '  Priscus\u0007 '), 'Priscus');
      await until('the new name', () => player.self.name === 'Priscus');
      for (const [name, error] of [
        ['x'.repeat(21), ERRORS.INVALID_NAME],
        [7, ERRORS.INVALID_MESSAGE],
        [{ first: 'a' }, ERRORS.INVALID_MESSAGE],
      ] as const) {
        const refused = player.room.request('rename', name as string);
        await assert.rejects(refused, (cause: { code: number }) => cause.code === error.code);
      }
      assert.equal(player.self.name, 'Priscus');
      assert.equal(await player.room.request('rename', ' '), 'Tiro');
    });

    it('a seventeenth person gets another room', async () => {
      const first = await arena.join('duel');
      for (let i = 1; i < 16; i++) await arena.join('duel');
      assert.equal(arena.stateOf(first).players.size, 16);
      const last = await arena.join('duel');
      assert.notEqual(last.room.roomId, first.room.roomId);
    });
  });

  describe('prediction', () => {
    it('two seconds of running, turning, dashing and shooting need no correction on a clean line', async () => {
      const player = await arena.join('duel');
      const random = createRandom(8);
      await until('the first answers', () => {
        player.frame(standStill);
        return player.input.lastProcessed > 5;
      });
      let sent = 0;
      let last = performance.now();
      player.corrections.length = 0;
      await until(
        'two seconds without a stall of the machine',
        () => {
          const now = performance.now();
          if (now - last > STALL_MS) sent = player.corrections.length = 0;
          last = now;
          sent += player.frame((input) => wander(input, random));
          return sent >= 2 * TICK_RATE;
        },
        20_000,
      );
      assert.ok(player.corrections.length > TICK_RATE, 'the server answered throughout');
      assert.deepEqual(
        player.corrections.filter((size) => size > 0),
        [],
      );
      await until('the server to have used all inputs', () => player.input.pendingCount === 0);
      const { x, y } = arena.bodyOf(player);
      assert.deepEqual([player.own.state.x, player.own.state.y], [x, y]);
    });

    it('a client is told the tick rate, and its inputs carry its render time', async () => {
      const player = await arena.join('duel');
      assert.equal(player.input.tickRate, TICK_RATE);
      await until('a stamped input to be used', () => {
        player.frame(standStill);
        return arena.roomOf(player).inputs.get(player.id).renderTime > 0;
      });
    });
  });

  describe('rounds', () => {
    it('the result follows a round, the next round the result, and the listing says so', async () => {
      const player = await arena.join('short');
      const { state } = player.room;
      const seen = new Set<string>();
      await until('the second round', () => {
        seen.add(`${state.phase} ${state.round}`);
        return state.round === 2;
      });
      assert.deepEqual([...seen], ['play 1', 'result 1', 'play 2']);
      const listed = await until('the listing to follow', async () => {
        const [room] = await matchMaker.query({ roomId: player.room.roomId });
        return room?.metadata?.round === 2 ? room : undefined;
      });
      assert.deepEqual(listed.metadata, { round: 2, phase: 'play' });
    });
  });

  describe('a lost connection', () => {
    it('keeps seat, name and score, and the SDK comes back to it by itself and plays on', async () => {
      const player = await arena.join('duel', { join: { name: 'Verus' } });
      const other = await arena.join('duel');
      const { id } = player;
      arena.bodyOf(player).score = 300;
      player.room.reconnection.minUptime = 0;
      player.room.connection.transport.close(4010);
      await until('the others to see it gone', () => other.other(id).connected === false);
      await until('the others to see it back', () => other.other(id).connected);
      await until('its state to be back', () => player.self?.score === 300);
      assert.deepEqual([player.id, player.self.name], [id, 'Verus']);
      const { x } = arena.bodyOf(player);
      await until('its inputs to move the body again', () => {
        player.frame((input) => Object.assign(input, { moveX: x < 1000 ? 127 : -127, moveY: 0 }));
        return Math.abs(arena.bodyOf(player).x - x) > 3 * BODY_RADIUS;
      });
    });

    it('that the server still holds for open does not cost the seat: the player comes back beside it', async () => {
      const player = await arena.join('duel', { join: { name: 'Verus' } });
      player.room.reconnection.enabled = false;
      arena.bodyOf(player).score = 300;
      const back = await new Client(arena.url).reconnect<ArenaState>(player.room.reconnectionToken);
      await until('its state', () => back.state.players?.get(player.id)?.score === 300);
      assert.equal(back.sessionId, player.id);
      assert.equal(back.state.players.get(player.id)!.connected, true);
      await back.leave();
      await until('the old connection to be closed', () => !player.room.connection.isOpen);
    });

    it('whose end the server is about to notice does not cost the seat either', async () => {
      const player = await arena.join('duel', { join: { name: 'Priscus' } });
      player.room.reconnection.enabled = false;
      const ref = arena.roomOf(player).clients.getById(player.id)!.ref as unknown as WebSocket;
      ref.pause();
      ref.close(1001);
      assert.equal(ref.readyState, WebSocket.CLOSING);
      const back = await new Client(arena.url).reconnect<ArenaState>(player.room.reconnectionToken);
      assert.equal(back.sessionId, player.id);
      ref.resume();
      await until('its state', () => back.state.players?.get(player.id)?.connected === true);
      await back.leave();
    });

    it('is given up after a time: the body is gone, an AI player in its place', async () => {
      const [player, other] = [await arena.join('sparring'), await arena.join('sparring')];
      const { state } = other.room;
      assert.equal(state.players.size, 2);
      player.room.reconnection.enabled = false;
      player.room.connection.transport.close(4010);
      await until('an AI player instead', () => !state.players.has(player.id) && state.players.size === 2);
    });

    it('before the join was acknowledged leaves nobody behind', async () => {
      const other = await arena.join('duel');
      const { body } = await matchmake(arena.url, 'joinOrCreate', 'duel');
      const early = new RawClient(arena.url, body as unknown as Seat);
      const { players } = other.room.state;
      await until('its body', () => players.size === 2);
      early.close();
      await until('its body to be gone', () => players.size === 1);
    });

    it('whoever dies while away stays down until back', async () => {
      const [player, other] = [await arena.join('duel'), await arena.join('duel')];
      Object.assign(player.room.reconnection, { minUptime: 0, backoff: () => 1500 });
      player.room.connection.transport.close(4010);
      const body = arena.stateOf(other).players.get(player.id)!;
      await until('it to be away', () => !body.connected);
      Object.assign(body, { alive: false, respawnTicks: 3 });
      await until('its time to be over', () => body.respawnTicks === 0);
      assert.equal(body.alive, false);
      await until('it to be back and alive', () => body.connected && body.alive);
    });
  });
});

/** Changes its mind every few steps. No rockets: nobody knows in advance whom they push. */
function wander(input: Input, random: Random): void {
  if (random.next() < 0.8) return;
  input.moveX = random.int(255) - 127;
  input.moveY = random.int(255) - 127;
  input.aim = random.next() * Math.PI * 2;
  input.buttons = random.int(4) === 0 ? random.int(ALL_BUTTONS + 1) & ~Button.rocket : 0;
}
