import assert from 'node:assert/strict';
import { type Client, matchMaker } from '@colyseus/core';
import { type SchemaType, schema, t } from '@colyseus/schema';
import type { Room as SdkRoom } from '@colyseus/sdk';
import { area, GameRoom, lineOf, owner } from '../../src/roomkit/index.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const Item = schema({ kind: t.string().default('') }, 'RItem');
const Unit = schema({ x: t.number().default(0), y: t.number().default(0), hp: t.uint8().default(100) }, 'RUnit');
const Bag = schema({ items: t.array(Item) }, 'RBag');
const World = schema(
  { round: t.uint32().default(0), units: t.map(Unit).view(), bags: t.map(Bag).view(), open: t.map(Unit) },
  'RWorld',
);
type World = SchemaType<typeof World>;
const Walk = schema({ dx: t.int8().default(0) }, 'RWalk');
type Walk = SchemaType<typeof Walk>;

class WorldRoom extends GameRoom<{ state: World }> {
  override tickRate = 40;
  override state = new World();
  moving = true;

  override onCreate(): void {
    this.replicate(this.state.units, area({ radius: 50, bounds: { minX: 0, minY: 0, maxX: 1000, maxY: 100 } }));
    this.replicate(this.state.bags, owner());
    for (let i = 0; i < 40; i++) this.state.units.set(`npc${i}`, new Unit().assign({ x: i * 25, y: 50 }));
  }
  override onJoin(client: Client, options?: { x?: number }): void {
    this.state.units.set(client.sessionId, new Unit().assign({ x: options?.x ?? 100, y: 50 }));
    const bag = new Bag();
    bag.items.push(new Item().assign({ kind: `secret of ${client.sessionId}` }));
    this.state.bags.set(client.sessionId, bag);
    client.send('hello', 'after the first state');
  }
  override async onDrop(client: Client): Promise<void> {
    await this.allowReconnection(client, 5);
  }
  override onLeave(client: Client): void {
    this.state.units.delete(client.sessionId);
    this.state.bags.delete(client.sessionId);
  }
  step(): void {
    if (this.moving) for (const unit of this.state.units.values()) unit.hp = (unit.hp + 1) & 127;
  }
}

class WalkingRoom extends GameRoom<{ state: World; input: Walk }> {
  override state = new World();
  override inputs = this.defineInput(Walk);

  override onCreate(): void {
    this.replicate(this.state.units, area({ radius: 50 }));
  }
  override onJoin(client: Client): void {
    this.state.units.set(client.sessionId, new Unit());
  }
  step(): void {}
}

/** Forgets `.view()`. */
class NoView extends GameRoom<{ state: World }> {
  override state = new World();
  override onCreate(): void {
    this.replicate(this.state.open, area({ radius: 50 }));
  }
  step(): void {}
}

type Seen = { toJSON(): { units: Record<string, object>; bags: Record<string, object>; round: number } };

describe('a room with replicated collections', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({
      rooms(define) {
        define('world', WorldRoom);
        define('walking', WalkingRoom);
        define('none', NoView);
      },
    });
  });
  const rooms: SdkRoom[] = [];
  const greeted = new Map<SdkRoom, boolean>();
  after(async () => {
    for (const room of rooms) room.reconnection.enabled = false;
    await server.stop();
  });

  async function join(name: string, options: object = {}): Promise<SdkRoom> {
    const room = await server.client.joinOrCreate(name, options);
    // Sent while joining: it must come after the state it may speak of.
    room.onMessage('hello', () => greeted.set(room, seen(room).units?.[room.sessionId] !== undefined));
    rooms.push(room);
    return room;
  }
  const seen = (room: SdkRoom): ReturnType<Seen['toJSON']> => (room.state as Seen).toJSON();
  const hosted = (room: SdkRoom): WorldRoom => matchMaker.getLocalRoomById(room.roomId) as WorldRoom;

  it('sends each player what is near, and the private part to its player alone', async () => {
    const near = await join('world', { x: 100 });
    const far = await join('world', { x: 800 });
    await until(
      'first states',
      () => seen(near).units?.[near.sessionId] !== undefined && seen(far).units?.[far.sessionId] !== undefined,
    );
    assert.deepEqual(
      Object.keys(seen(near).units).sort(),
      ['npc2', 'npc3', 'npc4', 'npc5', 'npc6', near.sessionId].sort(),
    );
    assert.deepEqual(Object.keys(seen(far).bags), [far.sessionId]);
    const room = hosted(near);
    room.state.units.get(far.sessionId)!.x = 120;
    room.state.round = 7;
    await until(
      'the other player and the change',
      () => seen(near).units[far.sessionId] !== undefined && seen(near).round === 7,
    );
    assert.equal(room.entitiesKnownTo(room.clients.get(near.sessionId)!), Object.keys(seen(near).units).length + 1);
    await far.leave();
    await until('the other player gone', () => seen(near).units[far.sessionId] === undefined);
    assert.deepEqual([greeted.get(near), greeted.get(far)], [true, true]);
    assert.ok(lineOf(room.clients.get(near.sessionId)!)!.roundTripMs! >= 0);
  });

  it('is whole again for a player who was cut off and comes back', async () => {
    const player = await join('world', { x: 300 });
    await until('the first state', () => seen(player).units?.[player.sessionId] !== undefined);
    player.reconnection.minUptime = 0;
    const room = hosted(player);
    let back = false;
    player.onReconnect(() => {
      back = true;
    });
    (room.clients.get(player.sessionId)!.ref as unknown as { terminate(): void }).terminate();
    await until('the player dropped', () => !room.clients.get(player.sessionId));
    room.state.units.delete('npc12');
    room.state.units.get('npc13')!.x = 900;
    await until('the player back', () => back);
    await until(
      'what left gone',
      () => seen(player).units.npc12 === undefined && seen(player).units.npc13 === undefined,
    );
    const expected = [...room.state.units].filter(([, { x }]) => Math.abs(x - 300) <= 50).map(([key]) => key);
    await until('what is near', () => Object.keys(seen(player).units).sort().join() === expected.sort().join());
  });

  it('tells players of rooms with inputs the time, also when nothing changes', async () => {
    const player = await join('walking');
    await until('the first state', () => seen(player).units?.[player.sessionId] !== undefined);
    let told = 0;
    player.onStateChange(() => told++);
    await until('patches without changes', () => told >= 5);
  });

  it('refuses a collection that is not declared for it, with a coded error', async () => {
    await assert.rejects(join('none'), { code: 526 });
  });
});
