import assert from 'node:assert/strict';
import { LobbyRoom, matchMaker, Room } from '@colyseus/core';
import { schema, t } from '@colyseus/schema';
import type { Room as SdkRoom } from '@colyseus/sdk';
import { z } from 'zod';
import { ERRORS } from '../../src/kernel/errors.ts';
import { GameRoom, type Step } from '../../src/roomkit/index.ts';
import { matchmake, RawClient } from '../support/raw-client.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const Counter = schema({ steps: t.uint32().default(0), seen: t.uint32().default(0) }, 'Counter');
const Walk = schema({ x: t.int8().default(0) }, 'Walk');

abstract class HandshakeRoom extends GameRoom {
  state = new Counter();
  inputs = this.defineInput(Walk);
  step() {}
}
class Ours30 extends HandshakeRoom {
  tickRate = 30;
}
class Ours60By3 extends HandshakeRoom {
  tickRate = 60;
  patchEvery = 3;
}
class OursSubSteps extends HandshakeRoom {
  onCreate() {
    this.setFixedTimestep(() => {}, 20, { subSteps: 3 });
  }
}
class OursRewind extends HandshakeRoom {
  tickRate = 30;
  onCreate() {
    this.allowRewindState({ maxRewindMs: 250 });
  }
}

/** The same rooms written for stock Colyseus, and registered without Hypogeum's host. */
function stockRoom(tickRate: number, patchRate: number, options?: { subSteps?: number; rewind?: boolean }) {
  return class extends Room {
    state = new Counter();
    inputs = this.defineInput(Walk);
    patchRate = patchRate;
    onCreate() {
      if (options?.rewind) this.allowRewindState({ maxRewindMs: 250 });
      this.setFixedTimestep(() => {}, tickRate, options?.subSteps ? { subSteps: options.subSteps } : undefined);
    }
  };
}

const PAIRS = [
  { name: '30 Hz, a patch each step', ours: Ours30, stock: stockRoom(30, 1000 / 30) },
  { name: '60 Hz, a patch every third step', ours: Ours60By3, stock: stockRoom(60, 50) },
  { name: '20 Hz with 3 sub-steps', ours: OursSubSteps, stock: stockRoom(20, 50, { subSteps: 3 }) },
  { name: 'lag compensation', ours: OursRewind, stock: stockRoom(30, 1000 / 30, { rewind: true }) },
];

/** Notes what each step was told, and in which turn of the event loop its patch left. */
class StepsRoom extends GameRoom<{ state: InstanceType<typeof Counter> }> {
  tickRate = 40;
  patchEvery = 2;
  state = new Counter();
  readonly told: Step[] = [];
  readonly order: string[] = [];

  step(step: Step) {
    this.state.steps++;
    this.told.push({ ...step });
    this.order.push('step');
    queueMicrotask(() => this.order.push('turn ended'));
  }
  onBeforePatch() {
    this.order.push('patch');
  }
}

class FailsAfterStart extends GameRoom {
  onCreate() {
    this.setFixedTimestep(() => {}, 30);
    throw new Error('too late');
  }
  step() {}
}
class OptionsRoom extends GameRoom {
  static override joinOptions = z.strictObject({ team: z.enum(['red', 'blue']).optional() });
  maxClients = 1;
  step() {}
}
class WrongPatchRate extends GameRoom {
  patchRate = 100;
  step() {}
}
class WrongTickRate extends GameRoom {
  tickRate = Number.NaN;
  step() {}
}

/** A stock room as anybody writes it: nothing of Hypogeum in it. */
class PlainChat extends Room {
  state = new Counter();
  maxClients = 2;
  messages = {
    say: (client: { sessionId: string }, text: string) => this.broadcast('said', { by: client.sessionId, text }),
    sum: (_client: unknown, list: number[]) => list.reduce((a, b) => a + b, 0),
  };
  onCreate() {
    this.setSimulationInterval(() => this.state.steps++, 20);
    this.clock.setInterval(() => this.state.seen++, 20);
  }
  onDrop(client: Parameters<NonNullable<Room['onDrop']>>[0]) {
    void this.allowReconnection(client, 5).catch(() => {});
  }
}

describe('GameRoom', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({
      rooms: (define) => {
        PAIRS.forEach(({ ours, stock }, i) => {
          define(`ours${i}`, ours);
          matchMaker.defineRoomType(`stock${i}`, stock);
        });
        define('steps', StepsRoom);
        define('failsAfterStart', FailsAfterStart);
        define('options', OptionsRoom);
        define('wrongPatchRate', WrongPatchRate);
        define('wrongTickRate', WrongTickRate);
        define('chat', PlainChat).enableRealtimeListing();
        define('lobby', LobbyRoom);
      },
    });
  });
  after(() => server.stop());

  PAIRS.forEach(({ name }, i) => {
    it(`tells predicting clients byte for byte what stock tells: ${name}`, async () => {
      const [ours, stock] = await Promise.all([
        RawClient.join(server.url, `ours${i}`),
        RawClient.join(server.url, `stock${i}`),
      ]);
      const rest = (client: RawClient): string =>
        client
          .handshake()
          .subarray(2 + client.handshake()[1]!)
          .toString('hex');
      assert.equal(rest(ours), rest(stock));
      assert.ok(rest(ours).length > 50, 'and it says something');
      ours.close();
      stock.close();
    });
  });

  it('steps at its rate with a fixed dt, ticks counting up', async () => {
    const room = await server.client.create('steps');
    const inside = matchMaker.getLocalRoomById(room.roomId) as StepsRoom;
    await until('40 steps', () => inside.told.length >= 40);
    inside.told.forEach((step, i) => {
      assert.deepEqual(step, { dt: 1 / 40, dtMs: 25, tick: i, subSteps: 1, subDt: 1 / 40, subDtMs: 25 });
    });
    await room.leave();
  });

  it('sends the patch in the turn of its step, every patchEvery steps', async () => {
    const room = await server.client.create('steps');
    const inside = matchMaker.getLocalRoomById(room.roomId) as StepsRoom;
    await until('30 patches', () => inside.order.filter((what) => what === 'patch').length > 30);
    const order = inside.order.join(' ');
    assert.doesNotMatch(order, /turn ended patch/, 'no patch leaves after its turn');
    const steps = inside.order.filter((what) => what === 'step').length;
    const patches = inside.order.filter((what) => what === 'patch').length;
    assert.ok(Math.abs(steps - 2 * patches) <= 2 + server.counters.total('hypogeum_tick_caught_up_total'));
    await room.leave();
  });

  it('stops stepping when the room ends', async () => {
    const before = server.ticks.rooms;
    const room = await server.client.create('steps');
    assert.equal(server.ticks.rooms, before + 1);
    await room.leave();
    await until('the driver to let go', () => server.ticks.rooms === before);
  });

  it('leaves nothing ticking when onCreate fails after the start', async () => {
    const before = server.ticks.rooms;
    assert.equal((await matchmake(server.url, 'create', 'failsAfterStart')).body.code, ERRORS.ROOM_FAILED.code);
    assert.equal(server.ticks.rooms, before);
  });

  it('refuses wrong join options before any room is made, naming them', async () => {
    for (const options of [{ team: 'green' }, { tem: 'red' }, { team: 5 }]) {
      const { status, body } = await matchmake(server.url, 'joinOrCreate', 'options', options);
      assert.deepEqual([status, body.code, body.retryable], [530, ERRORS.INVALID_OPTIONS.code, false]);
      assert.match(String(body.error), /team|tem/);
    }
    assert.equal((await matchMaker.query({ name: 'options' })).length, 0);
    assert.equal((await matchmake(server.url, 'create', 'options', { team: 'red' })).status, 200);
  });

  it('says what is wrong with a room class, to whoever asks for the room', async () => {
    const patch = await matchmake(server.url, 'create', 'wrongPatchRate');
    assert.deepEqual([patch.status, patch.body.code], [526, ERRORS.ROOM_FAILED.code]);
    assert.match(String(patch.body.error), /patchEvery/);
    const tick = await matchmake(server.url, 'create', 'wrongTickRate');
    assert.match(String(tick.body.error), /tickRate must be 1 to 240/);
  });

  describe('a stock Room beside it runs as it is', () => {
    it('state, messages, requests, broadcasts, clock, reconnection', async () => {
      const a = await server.client.joinOrCreate<{ steps: number; seen: number }>('chat');
      const b = await server.client.joinOrCreate('chat');
      assert.equal(a.roomId, b.roomId);
      const said: unknown[] = [];
      b.onMessage('said', (message) => said.push(message));
      a.send('say', 'hello');
      await until('the broadcast', () => said.length > 0);
      assert.deepEqual(said, [{ by: a.sessionId, text: 'hello' }]);
      assert.equal(await a.request('sum', [1, 2, 3]), 6);
      const state = a.state as unknown as { steps: number; seen: number };
      await until('its interval and its clock', () => state.steps > 5 && state.seen > 5);
      await dropAndReturn(a as unknown as SdkRoom);
      assert.equal(await a.request('sum', [4]), 4);
      await Promise.all([a.leave(), b.leave()]);
    });

    it('is full when it is full, and is listed live in the stock lobby', async () => {
      const lobby = await server.client.joinOrCreate('lobby');
      const listed = new Map<string, { clients: number }>();
      lobby.onMessage('rooms', (rooms: { roomId: string; clients: number }[]) => {
        for (const room of rooms) listed.set(room.roomId, room);
      });
      lobby.onMessage('+', ([id, room]: [string, { clients: number }]) => listed.set(id, room));
      lobby.onMessage('-', (id: string) => listed.delete(id));
      const a = await server.client.create('chat');
      const b = await server.client.joinById(a.roomId);
      await until('two clients listed', () => listed.get(a.roomId)?.clients === 2);
      const { status, body } = await matchmake(server.url, 'joinById', a.roomId);
      assert.deepEqual([status, body.code, body.retryable], [532, ERRORS.ROOM_FULL.code, true]);
      await Promise.all([a.leave(), b.leave()]);
      await until('the room off the list', () => !listed.has(a.roomId));
      await lobby.leave();
    });
  });

  async function dropAndReturn(room: SdkRoom): Promise<void> {
    room.reconnection.minUptime = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    room.onReconnect.once(() => resolve());
    room.connection.close(4010);
    await promise;
  }
});
