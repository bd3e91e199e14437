/** The room index and the registry of processes: one suite for every version. Names begin with the rule of the SPEC. */
import assert from 'node:assert/strict';
import { RedisDriver } from '@colyseus/redis-driver';
import { noMeter, silentLogger } from '../../src/kernel/ports.ts';
import { IndexDriver } from '../../src/matchmaking/colyseus-driver.ts';
import { ListingWriter } from '../../src/matchmaking/listing-writer.ts';
import { LEASE_MS } from '../../src/matchmaking/process-registry.ts';
import {
  CLAIM_MS,
  CREATION_MS,
  type Listing,
  type SeatsGranted,
  type SeatsWanted,
  WAITING_MS,
} from '../../src/matchmaking/room-index.ts';
import { nodeTimers } from '../../src/matchmaking/timers.ts';
import { ROWS } from '../../src/redis/keys.ts';
import {
  type AnyIndex,
  INDEX_STORES,
  type IndexStore,
  listingOf,
  names,
  openRedisIndexStore,
  type RedisIndexStore,
  reportOf,
} from '../support/room-indexes.ts';
import { until } from '../support/until.ts';

const LEASE_OVER = LEASE_MS + 50;
const ROOM_SEATS = 16;

for (const [where, openStore] of Object.entries(INDEX_STORES)) {
  describe(`room index ${where}`, () => {
    let store: IndexStore;
    let index: AnyIndex;

    before(async () => {
      store = await openStore();
    });
    after(() => store.stop());

    beforeEach(async () => {
      await store.reset();
      index = store.open();
      index.plan('arena', { filterBy: ['mode', 'map'], sortBy: {} });
      await alive();
    });

    /** Both hold a lease, and sweeping is allowed. */
    async function alive(): Promise<void> {
      for (const processId of ['p1', 'p2']) await index.renew(reportOf(processId));
      await renewFor(LEASE_MS, 'p1', 'p2');
    }

    async function renewFor(ms: number, ...processIds: string[]): Promise<void> {
      for (let passed = 0; passed <= ms; passed += LEASE_MS / 4) {
        await store.step(LEASE_MS / 4);
        for (const processId of processIds) await index.renew(reportOf(processId));
      }
    }

    /** All leases end but these; nobody has renewed since who could have swept. */
    async function untilOver(...processIds: string[]): Promise<void> {
      await renewFor(LEASE_MS - LEASE_MS / 2, ...processIds);
      await store.step(LEASE_MS / 4 + 10);
    }

    async function list(given: Partial<Listing> & Pick<Listing, 'roomId'>): Promise<Listing> {
      const listing = listingOf(given);
      assert.equal(await index.list(listing), true);
      return listing;
    }

    let claims = 0;
    function claim(count: number, given: Partial<SeatsWanted> = {}): Promise<SeatsGranted> {
      return index.claim({ name: 'arena', filter: {}, claims: names(`claim${++claims}-`, count), ...given });
    }
    const roomsOf = ({ granted }: SeatsGranted): string[] => granted.map(({ listing }) => listing.roomId);
    const rowOf = async (roomId: string): Promise<Listing | undefined> => (await index.get([roomId])).get(roomId);

    describe('listings', () => {
      it('I1 a listing is read as it was listed: dates, no limit of seats, the epoch', async () => {
        const listing = await list({
          roomId: 'r1',
          maxClients: Number.POSITIVE_INFINITY,
          epoch: 3,
          metadata: { a: [1] },
        });
        await list({ roomId: 'r2', name: 'other' });
        assert.deepEqual(await rowOf('r1'), listing);
        assert.deepEqual(await index.all('arena'), [listing]);
        assert.deepEqual((await index.all()).map(({ roomId }) => roomId).sort(), ['r1', 'r2']);
        assert.deepEqual([...(await index.get(['r3', 'r2'])).keys()], ['r2']);
      });

      it('I1 what a process owns is known', async () => {
        const listing = await list({ roomId: 'r1' });
        await list({ roomId: 'r2', locked: true });
        await list({ roomId: 'r3', processId: 'p2' });
        assert.deepEqual((await index.owned('p1')).sort(), ['r1', 'r2']);
        await index.list({ ...listing, processId: 'p2', epoch: 1 });
        await index.unlist('r2', { processId: 'p1', epoch: 0 });
        assert.deepEqual([await index.owned('p1'), (await index.owned('p2')).sort()], [[], ['r1', 'r3']]);
      });

      it('I2 claims that come together never take a seat twice, whatever else happens', async () => {
        const other = store.open();
        for (const roomId of names('r', 5)) await list({ roomId, maxClients: 4 });
        const listing = listingOf({ roomId: 'r0', maxClients: 4, clients: 1 });
        const [outcomes] = await Promise.all([
          Promise.all(names('c', 30).map((one, i) => (i % 2 ? index : other).claim(wantedBy(one)))),
          index.update(listing),
          other.update({ ...listing, clients: 2 }),
        ]);
        const granted = outcomes.flatMap(roomsOf);
        const most = Math.max(...names('r', 5).map((id) => granted.filter((one) => one === id).length));
        assert.ok(granted.length >= 18 && granted.length <= 20, `${granted.length} granted`);
        assert.equal(most, 4);
      });

      it('I3 a room id is listed once: not by another owner under the same epoch, nor under a lower one', async () => {
        const listing = await list({ roomId: 'r1', epoch: 1 });
        assert.equal(await index.list({ ...listing, processId: 'p2' }), false);
        assert.equal(await index.list({ ...listing, processId: 'p2', epoch: 0 }), false);
        assert.equal(await index.list({ ...listing, epoch: 0 }), false);
        assert.deepEqual(await rowOf('r1'), listing);
        assert.equal(await index.list({ ...listing, clients: 1 }), true);
        assert.equal((await rowOf('r1'))?.clients, 1);
      });

      it('I3 of two that list one id at a time one does', async () => {
        const both = ['p1', 'p2'].map((processId) => index.list(listingOf({ roomId: 'r1', processId })));
        assert.deepEqual((await Promise.all(both)).sort(), [false, true]);
      });

      it('I3 a higher epoch takes a room over, with the claims on it', async () => {
        const listing = await list({ roomId: 'r1', maxClients: 2 });
        await claim(1);
        assert.equal(await index.list({ ...listing, processId: 'p2', epoch: 1 }), true);
        assert.equal((await rowOf('r1'))?.processId, 'p2');
        assert.equal((await claim(2)).granted.length, 1);
        await index.leave('p1');
        assert.equal((await rowOf('r1'))?.processId, 'p2');
      });

      it('I4 a stale owner changes nothing, and is told', async () => {
        const listing = await list({ roomId: 'r1', processId: 'p2', epoch: 2 });
        assert.equal(await index.update({ ...listing, processId: 'p1', epoch: 1 }), 'stale');
        assert.equal(await index.update({ ...listing, processId: 'p1', epoch: 3 }), 'stale');
        assert.equal(await index.update({ ...listing, epoch: 1 }), 'stale');
        assert.equal(await index.unlist('r1', { processId: 'p1', epoch: 2 }), false);
        assert.equal(await index.unlist('r1', { processId: 'p2', epoch: 1 }), false);
        assert.deepEqual(await rowOf('r1'), listing);
        assert.equal(await index.update({ ...listing, clients: 1 }), 'ok');
        assert.equal(await index.unlist('r1', { processId: 'p2', epoch: 2 }), true);
        assert.equal(await index.update(listing), 'unlisted');
        assert.equal(await rowOf('r1'), undefined);
        assert.equal(await index.unlist('r1', { processId: 'p2', epoch: 2 }), false);
      });
    });

    describe('requests', () => {
      it('I5 rooms that are locked, private or full are not met, and are again when they are not', async () => {
        const hidden: Partial<Listing>[] = [{ locked: true }, { private: true }, { clients: ROOM_SEATS }];
        for (const [i, given] of hidden.entries()) {
          const listing = await list({ roomId: `r${i}`, ...given });
          assert.equal(await index.find({ name: 'arena', filter: {} }), undefined);
          assert.deepEqual(roomsOf(await claim(1, { listedOnly: true })), []);
          const shown = { ...listing, locked: false, private: false, clients: 3 };
          await index.update(shown);
          assert.deepEqual(await index.find({ name: 'arena', filter: {} }), shown);
          await index.update({ ...shown, ...given });
        }
      });

      it('I5 fields of the listing or its metadata are compared as they are', async () => {
        await list({ roomId: 'r1', metadata: { mode: 'duo', map: 1 } });
        await list({ roomId: 'r2', metadata: { mode: 'solo', map: '1' }, maxClients: 8 });
        const found = async (filter: Record<string, unknown>): Promise<string | undefined> =>
          (await index.find({ name: 'arena', filter }))?.roomId;
        const expected: [Record<string, unknown>, string | undefined][] = [
          [{ mode: 'duo' }, 'r1'],
          [{ mode: 'solo', map: '1' }, 'r2'],
          [{ map: '1' }, 'r2'],
          [{ mode: 'duo', map: '1' }, undefined],
          [{ maxClients: 8 }, 'r2'],
          [{ processId: 'p1', mode: 'solo' }, 'r2'],
          [{ missing: undefined }, undefined],
          [{ mode: ['duo'] }, undefined],
        ];
        for (const [filter, roomId] of expected) {
          assert.equal(await found(filter), roomId, JSON.stringify(filter));
          assert.deepEqual(roomsOf(await claim(1, { filter, listedOnly: true })), roomId === undefined ? [] : [roomId]);
        }
      });

      it('I5 a room whose fields change is met by what they are now', async () => {
        const listing = await list({ roomId: 'r1', metadata: { mode: 'duo' } });
        await index.update({ ...listing, metadata: { mode: 'solo' } });
        assert.equal(await index.find({ name: 'arena', filter: { mode: 'duo' } }), undefined);
        assert.equal((await index.find({ name: 'arena', filter: { mode: 'solo' } }))?.roomId, 'r1');
      });

      it('I6 the fullest is first, of equal ones the oldest', async () => {
        await list({ roomId: 'r3', clients: 1 });
        await list({ roomId: 'r2', clients: 3 });
        await list({ roomId: 'r1', clients: 3 });
        await list({ roomId: 'r0', clients: 2 });
        assert.equal((await index.find({ name: 'arena', filter: {} }))?.roomId, 'r2');
        assert.deepEqual(roomsOf(await claim(14)), [...Array(13).fill('r2'), 'r1']);
      });

      it("I6 with the handler's sortBy, and with a request's own", async () => {
        index.plan('ranked', { filterBy: [], sortBy: { rating: -1, clients: 1 } });
        const rooms: [string, number, number][] = [
          ['r0', 5, 2],
          ['r1', 9, 1],
          ['r2', 9, 0],
          ['r3', -1, 0],
        ];
        for (const [roomId, rating, clients] of rooms)
          await list({ roomId, name: 'ranked', metadata: { rating }, clients, maxClients: 3 });
        const want = { name: 'ranked', listedOnly: true };
        assert.deepEqual(roomsOf(await claim(6, want)), ['r2', 'r1', 'r2', 'r1', 'r2', 'r0']);
        assert.equal((await index.find({ name: 'ranked', filter: {}, sort: { rating: 1 } }))?.roomId, 'r3');
        assert.deepEqual(roomsOf(await claim(3, { ...want, sort: { clients: 1, rating: -1 } })), ['r3', 'r3', 'r3']);
      });

      it('I7 only what no set answers looks through the rooms of the name, and is counted', async () => {
        const scans = (room: string): number => store.meter.total('hypogeum_match_scans_total', { room });
        await list({ roomId: 'r1', metadata: { mode: 'duo', level: 3 } });
        const before = scans('arena');
        for (const filter of [{}, { mode: 'duo' }, { map: 'x' }, { map: 'x', mode: 'duo' }, { level: {} }]) {
          await index.find({ name: 'arena', filter });
          await claim(1, { filter, listedOnly: true });
        }
        assert.equal(scans('arena'), before);
        assert.deepEqual(roomsOf(await claim(1, { filter: { level: 3 } })), ['r1']);
        await index.find({ name: 'arena', filter: { level: 3 } });
        await index.all('arena');
        assert.equal(scans('arena'), before + 3);
      });

      it('I6 rooms of processes to be avoided are not granted, however many they are', async () => {
        await Promise.all(names('bad', 600).map((roomId) => list({ roomId, processId: 'p2', clients: 5 })));
        await list({ roomId: 'good' });
        assert.deepEqual(roomsOf(await claim(2, { avoid: ['p2'] })), ['good', 'good']);
        assert.deepEqual(roomsOf(await claim(1, { avoid: ['p2'], filter: { maxClients: ROOM_SEATS } })), ['good']);
        assert.deepEqual((await claim(1, { avoid: ['p1', 'p2'] })).create.length, 1);
        assert.equal((await index.find({ name: 'arena', filter: {} }))?.processId, 'p2');
      });

      it('I11 a room created for the claims is tried first, whatever it meets, but not over its seats', async () => {
        await list({ roomId: 'open', clients: 9 });
        await list({ roomId: 'mine', locked: true, metadata: { mode: 'other' }, maxClients: 2 });
        const filter = { mode: 'duo' };
        assert.deepEqual(roomsOf(await claim(3, { first: 'mine', filter, listedOnly: true })), ['mine', 'mine']);
        assert.deepEqual(roomsOf(await claim(1, { first: 'mine' })), ['open']);
        assert.deepEqual(roomsOf(await claim(1, { first: 'gone' })), ['open']);
        await list({ roomId: 'strange', name: 'other' });
        assert.deepEqual(roomsOf(await claim(1, { first: 'strange' })), ['open']);
      });
    });

    describe('claims', () => {
      it('I8 a claimed seat counts as a client', async () => {
        await list({ roomId: 'r1', clients: 1, maxClients: 4 });
        await list({ roomId: 'r2', clients: 2, maxClients: 4 });
        assert.deepEqual(roomsOf(await claim(2)), ['r2', 'r2']);
        assert.deepEqual(roomsOf(await claim(4)), ['r1', 'r1', 'r1']);
        assert.equal(await index.find({ name: 'arena', filter: {} }), undefined);
        assert.equal((await rowOf('r1'))?.clients, 1);
      });

      it('I8 also where no set answers', async () => {
        await list({ roomId: 'r1', maxClients: 3 });
        await list({ roomId: 'r2', maxClients: 3 });
        assert.deepEqual(roomsOf(await claim(3, { sort: { clients: 1 } })), ['r1', 'r2', 'r1']);
        assert.equal((await index.find({ name: 'arena', filter: { clients: 2 } }))?.roomId, 'r1');
        assert.equal(await index.find({ name: 'arena', filter: { clients: 0 } }), undefined);
      });

      it('I9 a claim ends in the update that takes it in', async () => {
        const listing = await list({ roomId: 'r1', maxClients: 2 });
        await claim(2, { claims: ['a', 'b'] });
        await index.update({ ...listing, clients: 1 }, ['a']);
        assert.deepEqual(roomsOf(await claim(1)), []);
        await index.update({ ...listing, clients: 1 }, ['b', 'unknown']);
        assert.deepEqual(roomsOf(await claim(2)), ['r1']);
      });

      it('I9 a claim ends when it is released, on its room only', async () => {
        await list({ roomId: 'r1', maxClients: 1 });
        await list({ roomId: 'r2', maxClients: 1 });
        await claim(2, { claims: ['a', 'b'] });
        await index.release('r2', ['a', 'unknown']);
        assert.deepEqual(roomsOf(await claim(1)), []);
        await index.release('r1', ['a']);
        assert.deepEqual(roomsOf(await claim(2)), ['r1']);
      });

      it('I9 a claim ends after its time, however many end at once', async () => {
        for (const roomId of names('r', 16)) await list({ roomId });
        assert.equal((await claim(256)).granted.length, 256);
        await renewFor(CLAIM_MS - LEASE_MS, 'p1');
        assert.equal((await claim(1)).granted.length, 0);
        await store.step(LEASE_MS - 100);
        assert.equal((await claim(257)).granted.length, 256);
      });

      it('I9 nor does it matter what is passed over meanwhile', async () => {
        const gone = await list({ roomId: 'gone', maxClients: 150 });
        const full = await list({ roomId: 'full', clients: 6, maxClients: 7 });
        await claim(150, { first: 'gone' });
        await index.unlist(gone.roomId, { processId: gone.processId, epoch: 0 });
        await store.step(20);
        assert.deepEqual(roomsOf(await claim(1)), [full.roomId]);
        await Promise.all(names('bad', 150).map((roomId) => list({ roomId, processId: 'p2', clients: 5 })));
        await renewFor(CLAIM_MS - LEASE_MS / 2, 'p1', 'p2');
        await store.step(LEASE_MS / 2 - 300); // renewals work claims off as well
        assert.deepEqual(roomsOf(await claim(1, { avoid: ['p2'] })), [full.roomId]);
      });

      it('I9 a claim asked for again is the same seat', async () => {
        await list({ roomId: 'r1', clients: 2, maxClients: 3 });
        await list({ roomId: 'r2', maxClients: 3 });
        assert.deepEqual(roomsOf(await claim(2, { claims: ['a', 'b'] })), ['r1', 'r2']);
        assert.deepEqual(roomsOf(await claim(3, { claims: ['b', 'a', 'c'] })), ['r2', 'r1', 'r2']);
        assert.equal((await claim(2)).granted.length, 1);
      });

      it('I9 a claim whose room is gone, or avoided now, gets another seat', async () => {
        const listing = await list({ roomId: 'r1', clients: 1, maxClients: 2 });
        await list({ roomId: 'r2', processId: 'p2' });
        await claim(1, { claims: ['a'] });
        assert.deepEqual(roomsOf(await claim(1, { claims: ['a'], avoid: ['p1'] })), ['r2']);
        assert.equal((await index.find({ name: 'arena', filter: {} }))?.roomId, 'r1');
        await index.release('r2', ['a']);
        await claim(1, { claims: ['a'] });
        await index.unlist('r1', { processId: listing.processId, epoch: 0 });
        assert.deepEqual(roomsOf(await claim(1, { claims: ['a'] })), ['r2']);
      });
    });

    describe('creations', () => {
      const ticketsOf = async (count: number, given: Partial<SeatsWanted> = {}): Promise<readonly string[]> =>
        (await claim(count, given)).create;

      async function learnSize(size: number, filter = {}): Promise<void> {
        const [ticket] = await ticketsOf(1, { filter });
        await index.created(ticket!, size);
        await store.step(WAITING_MS + 10);
        await alive();
      }

      it('I10 one at a time while the size of the rooms is not known', async () => {
        assert.equal((await ticketsOf(40)).length, 1);
        assert.equal((await ticketsOf(1)).length, 0);
      });

      it('I10 as many as all that wait need, less those being created', async () => {
        await learnSize(ROOM_SEATS);
        assert.equal((await ticketsOf(10)).length, 1);
        assert.equal((await ticketsOf(6)).length, 0);
        assert.equal((await ticketsOf(1)).length, 1);
        assert.equal((await ticketsOf(40)).length, 2);
        assert.equal((await ticketsOf(5, { filter: { mode: 'duo' } })).length, 1);
      });

      it('I10 the size is that of the rooms of the same request', async () => {
        await learnSize(2, { mode: 'duo' });
        await learnSize(10, { mode: 'party' });
        assert.equal((await ticketsOf(20, { filter: { mode: 'duo' } })).length, 10);
        assert.equal((await ticketsOf(20, { filter: { mode: 'party' } })).length, 2);
        assert.equal((await ticketsOf(20, { filter: { mode: 'new' } })).length, 1);
      });

      it('I10 rooms without a limit are created one at a time', async () => {
        await learnSize(Number.POSITIVE_INFINITY);
        assert.equal((await ticketsOf(500)).length, 1);
      });

      it('I10 a creation that failed, or is not heard of, does not count', async () => {
        const [failed] = await ticketsOf(1);
        await index.notCreated(failed!);
        assert.equal((await ticketsOf(1)).length, 1);
        await store.step(CREATION_MS - 200);
        assert.equal((await ticketsOf(1)).length, 0);
        await store.step(300);
        assert.equal((await ticketsOf(1)).length, 1);
      });

      it('I10 a creation that is heard of counts on, and once it does not count it never does again', async () => {
        const [ticket] = await ticketsOf(1);
        for (let times = 0; times < 3; times++) {
          await store.step(CREATION_MS - 200);
          await index.stillCreating(ticket!);
          assert.equal((await ticketsOf(1)).length, 0);
        }
        await store.step(CREATION_MS + 100);
        assert.equal((await ticketsOf(1)).length, 1);
        await index.notCreated(ticket!);
        await index.stillCreating(ticket!);
        assert.equal((await ticketsOf(1)).length, 0);
      });

      it('I10 claims that are not asked for again wait no more', async () => {
        await learnSize(1);
        const tickets = await ticketsOf(5);
        for (const ticket of tickets) await index.notCreated(ticket);
        await store.step(WAITING_MS + 10);
        assert.equal((await ticketsOf(2)).length, 2);
      });

      it('I10 each for itself: an old claim and an old creation end beside new ones', async () => {
        await learnSize(1);
        for (const ticket of await ticketsOf(2)) await index.notCreated(ticket);
        await store.step(0.7 * WAITING_MS);
        for (const ticket of await ticketsOf(1)) await index.notCreated(ticket);
        await store.step(0.7 * WAITING_MS);
        assert.equal((await ticketsOf(1)).length, 2);
        await store.step(0.7 * CREATION_MS);
        assert.equal((await ticketsOf(3)).length, 1); // three wait, two are on their way
        await store.step(0.7 * CREATION_MS);
        assert.equal((await ticketsOf(3)).length, 2); // three wait, one is on its way
      });

      it('I10 who takes only what is listed makes nobody create', async () => {
        assert.deepEqual(await claim(3, { listedOnly: true }), { granted: [], create: [] });
        assert.equal((await ticketsOf(1)).length, 1);
      });

      it('I10 500 claims at a time for rooms of 16 make 32 rooms', async () => {
        const [indexes, rooms, seats] = [[index, store.open()], new Map<string, number>(), new Set<string>()];
        indexes[1]!.plan('arena', { filterBy: ['mode', 'map'], sortBy: {} });
        const create = async (ticket: string): Promise<void> => {
          const roomId = `made${rooms.size}`;
          rooms.set(roomId, 0);
          await new Promise(setImmediate);
          assert.equal(await index.list(listingOf({ roomId, maxClients: ROOM_SEATS })), true);
          await index.created(ticket, ROOM_SEATS);
        };
        const join = async (name: string, i: number): Promise<void> => {
          for (;;) {
            const { granted, create: tickets } = await indexes[i % 2]!.claim({ ...wantedBy(name), claims: [name] });
            await Promise.all(tickets.map(create));
            const [seat] = granted;
            if (seat !== undefined) {
              seats.add(seat.claim);
              rooms.set(seat.listing.roomId, rooms.get(seat.listing.roomId)! + 1);
              return;
            }
            await new Promise(setImmediate);
          }
        };
        await Promise.all(names('player', 500).map(join));
        assert.equal(seats.size, 500);
        assert.equal(rooms.size, Math.ceil(500 / ROOM_SEATS));
        assert.ok([...rooms.values()].every((taken) => taken <= ROOM_SEATS));
      });
    });

    describe('leases', () => {
      it('L1 a renewal tells who holds a lease, and whether it was held', async () => {
        const report = { ...reportOf('p3'), players: 7, takesRooms: false };
        const first = await index.renew(report);
        assert.equal(first.held, false);
        assert.deepEqual(first.processes.map(({ processId }) => processId).sort(), ['p1', 'p2', 'p3']);
        assert.deepEqual(
          first.processes.find(({ processId }) => processId === 'p3'),
          report,
        );
        assert.equal((await index.renew(report)).held, true);
        await renewFor(LEASE_OVER, 'p1');
        assert.deepEqual(
          (await index.renew(reportOf('p1'))).processes.map(({ processId }) => processId),
          ['p1'],
        );
        assert.equal((await index.renew(report)).held, false);
      });

      it('L2 rooms of a process without a lease are not offered, and who asks sweeps them', async () => {
        await list({ roomId: 'dead', processId: 'p2', clients: 5 });
        await list({ roomId: 'r1' });
        await untilOver('p1');
        assert.equal((await index.find({ name: 'arena', filter: { maxClients: ROOM_SEATS } }))?.roomId, 'r1');
        assert.deepEqual(roomsOf(await claim(1)), ['r1']);
        assert.deepEqual([...(await index.get(['dead', 'r1'])).keys()], ['r1'], 'swept by the claim that met it');
        assert.equal((await index.find({ name: 'arena', filter: {} }))?.roomId, 'r1');
      });

      it('L2 however many there are', async () => {
        for (const roomId of names('dead', 350)) await list({ roomId, processId: 'p2', clients: 5 });
        await list({ roomId: 'r1' });
        await untilOver('p1');
        assert.equal((await index.find({ name: 'arena', filter: {} }))?.roomId, 'r1');
        assert.deepEqual(roomsOf(await claim(1)), ['r1']);
        await renewFor(LEASE_MS, 'p1');
        await renewFor(LEASE_MS, 'p1');
        assert.equal((await index.all()).length, 1);
      });

      it('L2 nor need anybody meet them', async () => {
        for (const roomId of names('dead', 600)) await list({ roomId, processId: 'p2', locked: true });
        await renewFor(LEASE_MS, 'p1');
        await renewFor(LEASE_MS, 'p1');
        assert.deepEqual(await index.all(), []);
      });

      it('L2 a room listed by a process that never had a lease is swept too', async () => {
        await list({ roomId: 'r1', processId: 'ghost' });
        await list({ roomId: 'r2', processId: 'ghost', locked: true });
        assert.equal(await index.find({ name: 'arena', filter: {} }), undefined);
        await index.renew(reportOf('p1'));
        assert.deepEqual(await index.all(), []);
      });

      it('L3 when nobody renewed, nothing is swept for the length of a lease', async () => {
        const listing = await list({ roomId: 'r1', processId: 'p2' });
        await store.step(5 * LEASE_MS);
        assert.equal(await index.find({ name: 'arena', filter: {} }), undefined);
        await index.renew(reportOf('p1'));
        await renewFor(LEASE_MS - 600, 'p1');
        await store.step(400);
        await index.renew(reportOf('p1'));
        assert.equal((await claim(1, { listedOnly: true })).granted.length, 0);
        assert.deepEqual(await rowOf('r1'), listing);
        await store.step(200);
        await index.renew(reportOf('p1'));
        assert.equal(await rowOf('r1'), undefined);
      });

      it('L3 nor after a shorter outage, which lasted until the leases of those who return last were over', async () => {
        const listing = await list({ roomId: 'r1', processId: 'p2' });
        await store.step(0.9 * LEASE_MS);
        await index.renew(reportOf('p1'));
        await store.step(0.2 * LEASE_MS);
        await index.renew(reportOf('p1'));
        assert.deepEqual(await rowOf('r1'), listing);
        assert.equal(await index.find({ name: 'arena', filter: {} }), undefined);
        assert.equal((await index.renew(reportOf('p2'))).held, false);
        assert.equal(await index.list(listing), true);
        assert.deepEqual(await index.find({ name: 'arena', filter: {} }), listing);
      });

      it('L3 nor where nothing was ever renewed', async () => {
        await store.reset();
        index = store.open();
        const listing = await list({ roomId: 'r1', processId: 'p2' });
        await index.renew(reportOf('p1'));
        assert.equal(await index.find({ name: 'arena', filter: {} }), undefined);
        assert.deepEqual(await rowOf('r1'), listing);
        assert.equal((await index.renew(reportOf('p2'))).held, false);
        assert.equal(await index.list(listing), true);
        assert.deepEqual(await index.find({ name: 'arena', filter: {} }), listing);
      });

      it('L4 a process whose lease ran out lists its rooms again, but those that were taken over', async () => {
        const [mine, lost] = [await list({ roomId: 'mine' }), await list({ roomId: 'lost' })];
        await renewFor(LEASE_OVER, 'p2');
        assert.equal(await index.list({ ...lost, processId: 'p2', epoch: 1 }), true);
        assert.equal(await rowOf('mine'), undefined);
        assert.equal(await index.update(mine), 'unlisted');
        assert.equal((await index.renew(reportOf('p1'))).held, false);
        assert.equal(await index.list(mine), true);
        assert.equal(await index.list(lost), false);
        assert.equal(await index.update(lost), 'stale');
        assert.deepEqual(await rowOf('mine'), mine);
      });

      it('L6 a process that leaves is gone at once, with its rooms', async () => {
        for (const roomId of names('r', 600)) await list({ roomId, processId: 'p2' });
        await list({ roomId: 'other' });
        await index.leave('p2');
        assert.deepEqual(
          (await index.all()).map(({ roomId }) => roomId),
          ['other'],
        );
        assert.deepEqual(
          (await index.renew(reportOf('p1'))).processes.map(({ processId }) => processId),
          ['p1'],
        );
        await index.leave('p2');
      });
    });

    describe("as Colyseus's driver", () => {
      let driver: IndexDriver;
      let writer: ListingWriter;
      beforeEach(() => {
        writer = writerOn(index);
        driver = new IndexDriver(index, writer);
      });

      it('I2 inserts once', async () => {
        assert.equal(await driver.insert(listingOf({ roomId: 'r1' })), true);
        assert.equal(await driver.insert(listingOf({ roomId: 'r1', processId: 'p2' })), false);
        assert.deepEqual([await driver.has('r1'), await driver.has('r2')], [true, false]);
        assert.deepEqual([...(await driver.findByIds(['r1', 'r2'])).keys()], ['r1']);
      });

      it('updates the listing in hand, and what is listed, with $set and $inc', async () => {
        const room = listingOf({ roomId: 'r1' });
        await driver.persist(room, true);
        assert.equal(await driver.update(room, { $inc: { clients: 1 }, $set: { locked: true } }), true);
        assert.deepEqual([room.clients, room.locked], [1, true]);
        await writer.settled();
        assert.deepEqual(await driver.findOne({ roomId: 'r1' }), room);
        room.metadata = { mode: 'duo' };
        assert.equal(await driver.persist(room), true);
        await writer.settled();
        assert.deepEqual(await driver.query({ mode: 'duo' }), [room]);
      });

      it('I4 what is not listed any more does not come back by a late update', async () => {
        const room = listingOf({ roomId: 'r1' });
        await driver.insert(room);
        assert.equal(await driver.remove('r1'), true);
        assert.equal(await driver.update(room, { $inc: { clients: -1 } }), false);
        assert.equal(await driver.has('r1'), false);
        assert.equal(await driver.persist(room, true), true);
      });

      it('I12 a late remove by an old owner, or by another process, leaves the room', async () => {
        const room = listingOf({ roomId: 'r1' });
        await driver.insert(room);
        assert.equal(await new IndexDriver(index, writerOn(index)).remove('r1'), false);
        await index.list({ ...room, processId: 'p2', epoch: 1 });
        assert.equal(await driver.remove('r1'), false);
        assert.equal(await driver.remove('r1'), false);
        await driver.cleanup('p2');
        assert.equal((await rowOf('r1'))?.processId, 'p2');
      });

      it('I12 cleans up what it has listed', async () => {
        for (const roomId of names('r', 3)) await driver.insert(listingOf({ roomId }));
        await driver.cleanup('p2');
        assert.equal((await driver.query({})).length, 3);
        await driver.cleanup('p1');
        assert.deepEqual(await driver.query({}), []);
      });

      it('I5 finds open rooms by the index, and others by looking through the name', async () => {
        for (const [i, mode] of ['duo', 'solo', 'duo'].entries())
          await driver.insert(listingOf({ roomId: `r${i}`, metadata: { mode, level: i }, clients: i }));
        await driver.insert(listingOf({ roomId: 'r3', clients: 9, private: true, metadata: { mode: 'duo' } }));
        const open = { name: 'arena', locked: false, private: false };
        const scans = (): number => store.meter.total('hypogeum_match_scans_total');
        const before = scans();
        assert.equal((await driver.findOne({ ...open, mode: 'duo' }, {}))?.roomId, 'r2');
        assert.equal(scans(), before);
        assert.equal((await driver.findOne({ ...open, level: 1 }))?.roomId, 'r1');
        assert.equal((await driver.findOne({ ...open, mode: 'duo' }, { clients: 1 }))?.roomId, 'r0');
        assert.equal((await driver.findOne({ name: 'arena', mode: 'duo' }, { clients: -1 }))?.roomId, 'r3');
        assert.equal(await driver.findOne({ ...open, mode: 'trio' }), undefined);
        assert.equal(await driver.findOne({ roomId: 'r9' }), undefined);
        const byLevel = await driver.query({ name: 'arena', private: false }, { level: -1 });
        assert.deepEqual(
          byLevel.map(({ roomId }) => roomId),
          ['r2', 'r1', 'r0'],
        );
      });
    });
  });
}

function writerOn(index: AnyIndex): ListingWriter {
  return new ListingWriter({ index, timers: nodeTimers, logger: silentLogger, meter: noMeter, lost: () => {} });
}

function wantedBy(claim: string): SeatsWanted {
  return { name: 'arena', filter: {}, claims: [claim] };
}

describe('room index in Redis, beside stock processes', () => {
  let store: RedisIndexStore;
  let index: AnyIndex;
  let stock: RedisDriver;

  before(async () => {
    store = await openRedisIndexStore();
  });
  after(() => store.stop());
  beforeEach(async () => {
    await store.reset();
    index = store.open();
    stock = new RedisDriver(store.client);
    await index.renew(reportOf('p1'));
  });

  it('I1 a stock driver reads our rows as it reads its own', async () => {
    const listing = listingOf({ roomId: 'r1', metadata: { mode: 'duo' }, epoch: 2 });
    const own = listingOf({ roomId: 'r2', metadata: { mode: 'duo' } });
    await index.list(listing);
    await stock.persist(own, true);
    const open = { locked: false, private: false, name: 'arena' };
    const { createdAt, ...fields } = listing;
    const read = await stock.findOne({ ...open, mode: 'duo' } as never, { createdAt: 1 });
    assert.deepEqual(read, { ...fields, createdAt: createdAt!.toJSON() });
    assert.deepEqual([...(await stock.findByIds(['r1', 'r2'])).keys()], ['r1', 'r2']);
    assert.equal(await store.client.hget(ROWS, 'r1'), JSON.stringify(listing));
    await index.update({ ...listing, clients: 3 });
    assert.equal((await stock.findOne({ roomId: 'r1' }))?.clients, 3);
    assert.equal((await stock.query({ processId: 'p1' })).length, 2);
  });

  it('I1 rows of a stock driver are read, are theirs, and break nothing', async () => {
    const theirs = listingOf({ roomId: 'r1', processId: 'stock', maxClients: Number.POSITIVE_INFINITY, clients: 5 });
    await stock.persist(theirs, true);
    await store.client.hset(ROWS, 'broken', 'x');
    assert.deepEqual((await index.get(['r1'])).get('r1'), theirs);
    assert.equal(await index.list({ ...theirs, processId: 'p1' }), false);
    assert.equal(await index.list(listingOf({ roomId: 'broken' })), false);
    assert.equal(await index.update({ ...theirs, processId: 'p1' }), 'stale');
    assert.equal(await index.unlist('r1', { processId: 'p1', epoch: 0 }), false);
    assert.equal(await index.find({ name: 'arena', filter: {} }), undefined);
    assert.equal(await index.list({ ...theirs, processId: 'p1', epoch: 1 }), true);
    assert.equal((await index.find({ name: 'arena', filter: {} }))?.processId, 'p1');
  });

  it('I5 a room whose row a stock process removed is not offered, until it is listed again', async () => {
    const listing = listingOf({ roomId: 'r1' });
    for (const look of [() => index.find({ name: 'arena', filter: {} }), () => index.update(listing)]) {
      await index.list(listing);
      await stock.remove('r1');
      assert.ok([undefined, 'unlisted'].includes((await look()) as undefined | 'unlisted'));
      assert.equal(await index.find({ name: 'arena', filter: {} }), undefined);
    }
    await index.list(listing);
    assert.equal((await index.find({ name: 'arena', filter: {} }))?.roomId, 'r1');
  });

  it('keeps no key of what is gone', async () => {
    await index.list(listingOf({ roomId: 'r1', maxClients: 1, processId: 'p0' }));
    await index.list(listingOf({ roomId: 'r1', maxClients: 1, epoch: 1 }));
    await index.leave('p0');
    const { create } = await index.claim({ name: 'arena', filter: {}, claims: ['a', 'b'] });
    await index.notCreated(create[0]!);
    await index.release('r1', ['a']);
    await index.leave('p1');
    await store.step(CLAIM_MS);
    const left = await store.client.keys('*');
    assert.deepEqual(
      left.filter((key) => !/:(tickets|renewed|grace)$/.test(key)),
      [],
    );
  });

  it('O3 no failed read is kept, and scripts that Redis has forgotten are sent again', async () => {
    await index.list(listingOf({ roomId: 'r1' }));
    const driver = new IndexDriver(index, writerOn(index));
    const asks = (): Promise<unknown>[] => [driver.query({ name: 'arena' }), driver.findOne({ name: 'arena' })];
    await store.client.script('FLUSH');
    await Promise.all(asks());
    assert.equal((await index.claim(wantedBy('one'))).granted.length, 1);
    store.redis.pause();
    const waiting = Promise.allSettled(asks());
    await store.redis.kill();
    assert.deepEqual(
      (await waiting).map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    await store.redis.restart();
    await until('Redis to be back', () => store.client.status === 'ready');
    await index.renew(reportOf('p1'));
    assert.equal(await index.list(listingOf({ roomId: 'r2' })), true);
    assert.equal(((await driver.findOne({ name: 'arena' })) as Listing).roomId, 'r2');
    assert.equal((await driver.query({ name: 'arena' })).length, 1);
  });
});
