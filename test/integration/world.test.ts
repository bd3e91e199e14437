/** The world over real sockets, as the SDK plays it: walking, sight, things, the private bag, a lost connection. */
import assert from 'node:assert/strict';
import { CloseCode, matchMaker, Protocol } from '@colyseus/core';
import { difference } from '../../loadtest/bots/world-census.ts';
import { WorldRoom } from '../../rooms/world/room.ts';
import { LEAVE_RADIUS, TICK_RATE, VIEW_RADIUS, WALK_SPEED } from '../../rooms/world/rules.ts';
import { isOpen } from '../../rooms/world/simulation.ts';
import type { Unit } from '../../rooms/world/state.ts';
import { ERRORS } from '../../src/kernel/errors.ts';
import { matchmake, RawClient } from '../support/raw-client.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { WorldPlayer } from '../support/world-player.ts';

const CREATURES = 300;
const ITEMS = 200;
const FULL = 127;
/** Open ground for some way to the east, and nothing lies there. */
const X = 8000;
const Y = 5200;
/** A stall of the machine longer than this is no clean line: server and clients share this process. */
const STALL_MS = 120;

describe('the world over sockets', () => {
  let server: TestServer;
  const players: WorldPlayer[] = [];
  const { info } = console;

  before(async () => {
    // The SDK tells the terminal about reconnections.
    console.info = () => {};
    const options = { seed: 4, creatures: CREATURES, items: ITEMS, reconnectSeconds: 5 };
    // What the world itself does about too many steps: frames are let through that the server's own limit would drop.
    const env = { HYPOGEUM_INPUT_BURST_SECONDS: '60' };
    server = await startTestServer({ env, rooms: (define) => define('world', WorldRoom, options) });
  });

  afterEach(async () => {
    await Promise.all(players.splice(0).map((player) => player.leave()));
    await until('the rooms to end', () => matchMaker.stats.local.roomCount === 0);
  });

  after(() => {
    console.info = info;
    return server.stop();
  });

  async function join(name?: string): Promise<WorldPlayer> {
    const player = await WorldPlayer.join(server.client, name);
    players.push(player);
    return player;
  }

  const roomOf = ({ room }: WorldPlayer) => matchMaker.getLocalRoomById(room.roomId) as WorldRoom;
  const bodyOf = (player: WorldPlayer): Unit => roomOf(player).state.units.get(player.id)!;

  /** Puts a player somewhere, and waits until its client knows. */
  async function put(player: WorldPlayer, x: number, y: number): Promise<void> {
    assert.ok(isOpen(x, y), `${x}, ${y} is open`);
    Object.assign(bodyOf(player), { x: Math.fround(x), y: Math.fround(y) });
    await until('the new place to arrive', () => {
      player.walk(0, 0);
      return player.self.x === Math.fround(x) && player.own.state.x === player.self.x;
    });
  }

  /** Something to take, `ahead` units before a player who looks east. */
  async function walkOver(player: WorldPlayer): Promise<void> {
    const { state } = roomOf(player);
    const before = Object.values(player.bag).reduce((sum, count) => sum + count, 0);
    const [[, item] = assert.fail()] = [...state.items].filter(
      ([, { x, y }]) => isOpen(x - 60, y) && isOpen(x - 30, y) && isOpen(x, y),
    );
    await put(player, item.x - 60, item.y);
    await until('something is in the bag', () => {
      player.walk(FULL, 0);
      return Object.values(player.bag).reduce((sum, count) => sum + count, 0) > before;
    });
    player.walk(0, 0);
  }

  it('takes a name, gives one to who has none, and refuses what is none', async () => {
    const [named, nameless] = [await join('  Marcus '), await join()];
    assert.deepEqual([named.self.name, nameless.self.name], ['Marcus', 'Viator']);
    assert.equal(await named.room.request('rename', 'Aulus'), 'Aulus');
    await until('the new name', () => named.self.name === 'Aulus');
    const options = { name: 'a name much longer than twenty letters' };
    const { body } = await matchmake(server.url, 'joinOrCreate', 'world', options);
    assert.equal(body.code, ERRORS.INVALID_NAME.code);
    const seeded = await matchmake(server.url, 'joinOrCreate', 'world', { seed: 1 });
    assert.equal(seeded.body.code, ERRORS.INVALID_OPTIONS.code);
  });

  it('a walk is predicted: the body is there at once, and on a clean line needs no correction', async () => {
    const player = await join();
    await put(player, X, Y);
    player.corrections.length = 0;
    const startedAt = performance.now();
    let last = startedAt;
    await until('a second of walking', () => {
      const now = performance.now();
      if (now - last > STALL_MS) player.corrections.length = 0;
      last = now;
      player.walk(FULL, 0);
      return player.self.x > X + WALK_SPEED * 0.8;
    });
    const seconds = (performance.now() - startedAt) / 1000;
    assert.ok(player.own.state.x >= player.self.x, 'ahead of what the server has said');
    assert.ok(player.self.x - X <= WALK_SPEED * (seconds + 0.3), 'no faster than one can walk');
    assert.ok(player.corrections.length > 5);
    assert.deepEqual(
      player.corrections.filter((size) => size > 0.01),
      [],
    );
  });

  it('a client that asks for more steps than there are ticks gets no further', async () => {
    const player = await join();
    await put(player, X, Y);
    const startedAt = performance.now();
    for (let i = 0; i < 400; i++) {
      Object.assign(player.input.data, { moveX: FULL, moveY: 0, steps: 255 });
      player.input.send();
    }
    const { room } = player;
    const { tick } = await player.census((census) => census);
    await until(
      'a second has passed in the world',
      async () => (await player.census((census) => census.tick)) > tick + TICK_RATE,
    );
    const seconds = (performance.now() - startedAt) / 1000;
    const way = room.state.units.get(player.id)!.x - X;
    assert.ok(way > 0 && way <= WALK_SPEED * (seconds + 0.3), `${way} units in ${seconds} s`);
  });

  it('others come into sight and leave it; what a client knows is what the server says, all the way', async () => {
    const [one, other] = [await join('One'), await join('Other')];
    await put(one, X, Y);
    await put(other, X + LEAVE_RADIUS + 40, Y);
    await until('the other is out of sight', () => !one.sees(other.id) && !other.sees(one.id));
    await put(other, X + VIEW_RADIUS - 10, Y);
    await until('the other is in sight', () => one.sees(other.id) && other.sees(one.id));
    assert.equal(one.room.state.units.get(other.id)!.name, 'Other');
    let compared = 0;
    const comparing = performance.now() + 700;
    while (performance.now() < comparing) {
      other.walk(FULL, 0);
      const found = await one.census((census, shownAt) => {
        if (shownAt !== census.at) return undefined;
        compared++;
        return difference(one.room.state, one.id, census);
      });
      assert.equal(found, undefined);
    }
    assert.ok(compared > 3, `${compared} comparisons`);
    await other.leave();
    await until('the other is gone', () => !one.sees(other.id));
  });

  it('knows a part of the world, and how much there is', async () => {
    const player = await join();
    const { state } = player.room;
    await until('the numbers of the world', () => state.players === 1);
    assert.deepEqual([state.creatures, state.things], [CREATURES, ITEMS]);
    assert.ok(state.units.size + state.items.size < 60, `${state.units.size} units, ${state.items.size} things`);
  });

  it('what one picks up is in the own bag; nobody else is ever told, not one byte of it', async () => {
    const [owner, witness] = [await join(), await join()];
    const raw = await RawClient.join(server.url, 'world');
    const bag = roomOf(owner).state.bags.get(owner.id)!;
    bag.counts.set('amphora', 3);
    await until('the bag', () => owner.bag.amphora === 3);
    await walkOver(owner);
    const { x, y } = bodyOf(owner);
    Object.assign(bodyOf(witness), { x, y });
    await until('they see each other', () => owner.sees(witness.id) && witness.sees(owner.id));
    bag.counts.set('amphora', 4);
    await until('the bag again', () => owner.bag.amphora === 4);
    await witness.census(() => {});
    assert.deepEqual([...witness.room.state.bags.keys()], [witness.id]);
    assert.deepEqual([...owner.room.state.bags.keys()], [owner.id]);
    assert.ok(raw.frames.length > 5);
    assert.ok(!raw.frames.some((frame) => frame.includes('amphora')), 'a kind that only the other carries');
    raw.send(Buffer.from([Protocol.LEAVE_ROOM]));
    await raw.whenClosed();
  });

  it('a dropped thing leaves the bag and lies there for all to see; there is no dropping what one has not', async () => {
    const [owner, witness] = [await join(), await join()];
    await put(owner, X, Y);
    await put(witness, X + 100, Y + 60);
    const { state } = roomOf(owner);
    state.bags.get(owner.id)!.counts.set('gem', 1);
    await until('the gem', () => owner.bag.gem === 1);
    const lying = new Set(state.items.keys());
    assert.equal(await owner.room.request('drop', 'gem'), true);
    const id = [...state.items.keys()].find((key) => !lying.has(key))!;
    await until('both see it', () => [owner, witness].every(({ room }) => room.state.items.has(id)));
    assert.deepEqual(owner.bag, {});
    for (const kind of ['gem', 'nonsense']) assert.equal(await owner.room.request('drop', kind), false);
    for (const kind of [7, null]) {
      const refused = owner.room.request('drop', kind);
      await assert.rejects(refused, (cause: { code: number }) => cause.code === ERRORS.INVALID_MESSAGE.code);
    }
    await until('it is taken up by who walks over it', () => {
      const item = state.items.get(id);
      if (item !== undefined)
        witness.walk(Math.sign(item.x - witness.self.x) * 40, Math.sign(item.y - witness.self.y) * 40);
      return witness.bag.gem === 1;
    });
    assert.equal(state.items.has(id), false);
  });

  it('a lost connection leaves the body standing, and finds it and the bag again', async () => {
    const [player, witness] = [await join(), await join()];
    await put(player, X, Y);
    await put(witness, X + 50, Y);
    roomOf(player).state.bags.get(player.id)!.counts.set('fig', 2);
    await until('the figs', () => player.bag.fig === 2 && witness.sees(player.id));
    player.room.reconnection.minUptime = 0;
    const seen = () => witness.room.state.units.get(player.id)!;
    player.room.connection.transport.close(CloseCode.MAY_TRY_RECONNECT);
    await until('others see that it is away', () => !seen().connected);
    await until('it is back', () => seen().connected);
    await until('all is as it was', () => player.bag.fig === 2 && player.self.x === Math.fround(X));
    await until('it walks on', () => {
      player.walk(FULL, 0);
      return bodyOf(player).x > X + 10;
    });
  });
});
