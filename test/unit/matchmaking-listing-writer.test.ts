import assert from 'node:assert/strict';
import { silentLogger } from '../../src/kernel/ports.ts';
import { ListingWriter, type ListingWriterDeps } from '../../src/matchmaking/listing-writer.ts';
import { MemoryRoomIndex } from '../../src/matchmaking/memory-room-index.ts';
import type { Listing } from '../../src/matchmaking/room-index.ts';
import { createCounters } from '../../src/observability/counters.ts';
import { SteppedTime, settled } from '../support/stepped-time.ts';

/** An index in memory that can be cut off; what is asked meanwhile fails after it was asked. */
async function setUp() {
  const time = new SteppedTime();
  const meter = createCounters();
  const index = new MemoryRoomIndex({ clock: time, meter });
  const lease = { processId: 'here', address: 'a:1', players: 0, rooms: 0, busyShare: 0, takesRooms: true };
  await index.renew(lease);
  const network = { cut: false, asked: 0 };
  const through = <A extends readonly unknown[], R>(ask: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      network.asked++;
      if (network.cut) throw new Error('cut');
      return ask(...args);
    };
  };
  const cuttable: ListingWriterDeps['index'] = {
    list: through((listing) => index.list({ ...listing })),
    update: through((listing, taken) => index.update({ ...listing }, taken)),
    owned: (processId) => index.owned(processId),
    unlist: through((roomId, owner) => index.unlist(roomId, owner)),
  };
  const lost: string[] = [];
  const deps = { index: cuttable, timers: time, logger: silentLogger, meter, lost: (id: string) => lost.push(id) };
  const writer = new ListingWriter(deps);
  const listed = async (roomId: string) => (await index.get([roomId])).get(roomId);
  return { time, index, network, lost, writer, listed, lease };
}

function listing(roomId: string, different: Partial<Listing> = {}): Listing {
  return {
    roomId,
    name: 'duel',
    processId: 'here',
    clients: 0,
    maxClients: 2,
    locked: false,
    private: false,
    ...different,
  };
}

describe('ListingWriter', () => {
  it('lists a room, writes what changes, and takes it off', async () => {
    const { writer, listed } = await setUp();
    const room = listing('r');
    assert.equal(await writer.list(room), true);
    room.clients = 1;
    writer.write('r');
    await settled();
    assert.equal((await listed('r'))?.clients, 1);
    await writer.unlist('r');
    assert.equal(await listed('r'), undefined);
    assert.deepEqual(writer.listings, []);
  });

  it('I3: says when the id is another one’s, and forgets the room', async () => {
    const { writer, index } = await setUp();
    await index.list(listing('r', { processId: 'there' }));
    assert.equal(await writer.list(listing('r')), false);
    assert.deepEqual(writer.listings, []);
  });

  it('I9: a claim ends in the write that counts its client', async () => {
    const { writer, index } = await setUp();
    const room = listing('r');
    await writer.list(room);
    const wanted = { name: 'duel', filter: {}, claims: ['one'] };
    assert.equal((await index.claim(wanted)).granted.length, 1);
    writer.taking('r', 'one');
    room.clients = 1;
    writer.write('r');
    await settled();
    const more = await index.claim({ ...wanted, claims: ['two', 'three'], listedOnly: true });
    assert.deepEqual(
      more.granted.map(({ claim }) => claim),
      ['two'],
      'one client and one claim: the room is full',
    );
  });

  it('O1, O3: nothing waits for an index that is away, and its return brings the newest state, once', async () => {
    const { writer, network, time, listed, index } = await setUp();
    const room = listing('r');
    await writer.list(room);
    network.cut = true;
    for (room.clients = 1; room.clients < 9; room.clients++) writer.write('r');
    const late = listing('late');
    assert.equal(await writer.list(late), true, 'a room made meanwhile counts as listed');
    await time.pass(60_000);
    assert.equal((await listed('r'))?.clients, 0);
    network.cut = false;
    network.asked = 0;
    await time.pass(300);
    assert.equal((await listed('r'))?.clients, 9);
    assert.ok(await listed('late'));
    assert.equal(network.asked, 2);
    await time.pass(1000);
    assert.equal(time.timers, 0);
    assert.equal(await index.unlist('late', { processId: 'here', epoch: 0 }), true);
  });

  it('O1: a room that changes often while the index is away is tried again by one timer', async () => {
    const { writer, network, time } = await setUp();
    const room = listing('r');
    await writer.list(room);
    network.cut = true;
    for (room.clients = 1; room.clients < 50; room.clients++) {
      writer.write('r');
      await settled();
    }
    assert.equal(time.timers, 1);
    network.asked = 0;
    await time.pass(1000);
    assert.equal(network.asked, 4);
  });

  it('O1, O3: after an index came back empty a room that changed meanwhile is written once', async () => {
    const { writer, network, time, listed, index, lease } = await setUp();
    const room = listing('r');
    await writer.list(room);
    network.cut = true;
    room.clients = 1;
    writer.write('r');
    await time.pass(1100);
    await index.clear();
    await index.renew(lease);
    network.cut = false;
    network.asked = 0;
    await writer.listAgain('here');
    await time.pass(1000);
    assert.equal((await listed('r'))?.clients, 1);
    assert.equal(network.asked, 1);
  });

  it('O1: what is taken off while the index is away is off when it is back, and claims are not forgotten', async () => {
    const { writer, network, time, listed, index } = await setUp();
    const [gone, full] = [listing('gone'), listing('full')];
    await writer.list(gone);
    await writer.list(full);
    await index.claim({ name: 'duel', filter: {}, claims: ['one'], first: 'full' });
    network.cut = true;
    await writer.unlist('gone');
    writer.taking('full', 'one');
    full.clients = 1;
    writer.write('full');
    network.cut = false;
    await time.pass(300);
    assert.equal(await listed('gone'), undefined);
    const { granted } = await index.claim({ name: 'duel', filter: {}, claims: ['two', 'three'], listedOnly: true });
    assert.equal(granted.length, 1);
  });

  it('L4: lists all again, also rows that were swept; a room that another owns is lost', async () => {
    const { writer, listed, lost, index, lease, time } = await setUp();
    for (const id of ['a', 'b', 'c']) await writer.list(listing(id));
    await time.pass(10_000);
    await index.clear();
    await index.renew(lease);
    await index.list(listing('b', { processId: 'there', epoch: 1 }));
    await writer.listAgain('here');
    assert.ok((await listed('a')) && (await listed('c')));
    assert.equal((await listed('b'))?.processId, 'there');
    assert.deepEqual(lost, ['b']);
    assert.deepEqual(writer.listings.map(({ roomId }) => roomId).sort(), ['a', 'c']);
  });

  it('L4: takes off what is listed under its name besides, as by a Redis restarted from what it had saved', async () => {
    const { writer, index, listed } = await setUp();
    await writer.list(listing('r'));
    await index.list(listing('gone', { epoch: 2 }));
    await index.list(listing('of another', { processId: 'there' }));
    await writer.listAgain('here');
    assert.equal(await listed('gone'), undefined);
    assert.ok((await listed('r')) && (await listed('of another')));
  });

  it('L4: a change of a room whose row was swept lists it again', async () => {
    const { writer, listed, index, lease } = await setUp();
    const room = listing('r');
    await writer.list(room);
    await index.clear();
    await index.renew(lease);
    room.clients = 2;
    writer.write('r');
    await settled();
    assert.equal((await listed('r'))?.clients, 2);
  });

  it('hears of changes to rooms it does not know without harm', async () => {
    const { writer } = await setUp();
    writer.write('nowhere');
    writer.taking('nowhere', 'one');
    writer.notTaken('nowhere', 'one');
    await writer.unlist('nowhere');
  });
});
