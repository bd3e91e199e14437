/** Random transitions of the room index, in every version, against its plain model (test/support/room-index-model.ts). */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createRandom, type Random } from '../../src/kernel/random.ts';
import type { IndexTimes, Listing, NamePlan, SeatsWanted, SortOptions } from '../../src/matchmaking/room-index.ts';
import { type Creation, RoomIndexModel } from '../support/room-index-model.ts';
import { type AnyIndex, INDEX_STORES, type IndexStore, listingOf, names, reportOf } from '../support/room-indexes.ts';

/** No sum of steps comes near any of these: time also passes by itself where the clock is that of Redis. */
const TIMES: IndexTimes = { leaseMs: 2200, claimMs: 5000, creationMs: 5000, waitingMs: 1350 };
const STEP_MS = 900;
const RUNS = 100;
const PROCESSES = ['p0', 'p1', 'p2'];

const PLANS: Readonly<Record<string, NamePlan>> = {
  arena: { filterBy: ['mode', 'map'], sortBy: {} },
  ranked: { filterBy: ['mode'], sortBy: { level: -1, clients: 1 } },
  wide: { filterBy: ['mode', 'map', 'level', 'maxClients'], sortBy: { level: 1 } },
};
/** Some are answered by sets, some by looking through the rooms. */
const FILTERS: readonly Readonly<Record<string, unknown>>[] = [
  {},
  {},
  { mode: 'duo' },
  { mode: 'solo', map: 1 },
  { map: 2 },
  { level: 1 },
  { maxClients: 3 },
  { mode: 'duo', map: 1, level: 0, maxClients: 3 },
];
const SORTS: readonly (SortOptions | undefined)[] = [undefined, undefined, undefined, { level: 1 }, { clients: 1 }];

const KINDS = {
  step: 2,
  renew: 4,
  list: 6,
  update: 8,
  intrude: 2,
  takeOver: 1,
  unlist: 2,
  claim: 10,
  claimAgain: 2,
  release: 3,
  find: 3,
  goOnCreating: 2,
  endCreation: 4,
} as const;
type Kind = keyof typeof KINDS;

const operation = fc.record({
  kind: fc.oneof(...Object.entries(KINDS).map(([kind, weight]) => ({ weight, arbitrary: fc.constant(kind as Kind) }))),
  seed: fc.nat(),
});

for (const [where, openStore] of Object.entries(INDEX_STORES)) {
  describe(`room index ${where}: random transitions`, () => {
    let store: IndexStore;
    before(async () => {
      store = await openStore();
    });
    after(() => store.stop());

    it('I2 to I10, L1, L2 do what the plain model does', async function () {
      this.timeout(120_000);
      const holds = fc.asyncProperty(fc.array(operation, { maxLength: 150, size: 'max' }), async (operations) => {
        await store.reset();
        const run = new Run(store);
        for (const processId of PROCESSES) await run.renew(processId);
        for (const { kind, seed } of operations) await run.do(kind, createRandom(seed));
      });
      await fc.assert(holds, { numRuns: RUNS, interruptAfterTimeLimit: 90_000, markInterruptAsFailure: true });
    });
  });
}

class Run {
  readonly #store: IndexStore;
  readonly #index: AnyIndex;
  readonly #model: RoomIndexModel;
  readonly #tickets: { readonly ticket: string; readonly creation: Creation }[] = [];
  #made = 0;
  #asked: SeatsWanted | undefined;

  constructor(store: IndexStore) {
    this.#store = store;
    this.#index = store.open(TIMES);
    for (const [name, plan] of Object.entries(PLANS)) this.#index.plan(name, plan);
    this.#model = new RoomIndexModel(TIMES, Object.fromEntries(Object.entries(PLANS).map(([n, p]) => [n, p.sortBy])));
  }

  async do(kind: Kind, random: Random): Promise<void> {
    await this.#operations[kind](random);
    await this.#compareRows();
  }

  /** With what a process does whose lease ran out: it lists its rooms again (L4). */
  async renew(processId: string): Promise<void> {
    const { held, processes } = await this.#index.renew(reportOf(processId));
    const expected = this.#model.renew(processId);
    assert.deepEqual({ held, processes: processes.map((one) => one.processId).sort() }, expected, 'renew');
    if (!held)
      for (const room of this.#roomsOf(processId)) assert.equal(await this.#index.list(room), true, 'list again');
  }

  readonly #operations: Readonly<Record<Kind, (random: Random) => Promise<void>>> = {
    step: async () => {
      await this.#store.step(STEP_MS);
      this.#model.now += STEP_MS;
    },
    renew: (random) => this.renew(random.pick(PROCESSES)),
    list: async (random) => {
      const processId = random.pick(PROCESSES);
      if (!this.#model.isAlive(processId)) return;
      const clients = random.int(3);
      const given = { processId, clients, epoch: 0, name: random.pick(Object.keys(PLANS)), ...changes(random) };
      await this.#list(listingOf({ roomId: `r${this.#made++}`, maxClients: 2 + random.int(3), ...given }));
    },
    update: async (random) => {
      const room = this.#pickRoom(random);
      if (room === undefined) return;
      const taken = this.#claimsOn(room.roomId).filter(() => random.int(2) === 0);
      const clients = Math.max(0, room.clients + taken.length - random.int(2));
      await this.#update({ ...room, clients, ...changes(random) }, taken);
    },
    intrude: async (random) => {
      const room = this.#pickRoom(random);
      if (room === undefined) return;
      const other = PROCESSES.find((processId) => processId !== room.processId)!;
      const stale = { ...room, clients: 99, ...random.pick([{ processId: other }, { epoch: room.epoch! - 1 }]) };
      await this.#update(stale, this.#claimsOn(room.roomId));
      await this.#list(stale);
      const { processId, epoch } = stale;
      assert.equal(await this.#index.unlist(room.roomId, { processId, epoch: epoch! }), false);
    },
    takeOver: async (random) => {
      const [room, processId] = [this.#pickRoom(random), random.pick(PROCESSES)];
      if (room !== undefined && this.#model.isAlive(processId))
        await this.#list({ ...room, processId, epoch: room.epoch! + 1 });
    },
    unlist: async (random) => {
      const room = this.#pickRoom(random);
      if (room === undefined) return;
      const { roomId, processId, epoch = 0 } = room;
      const done = await this.#index.unlist(roomId, { processId, epoch });
      assert.equal(done, this.#model.unlist(roomId, processId, epoch), 'unlist');
    },
    claim: async (random) => {
      const claims = names(`c${this.#made++}-`, 1 + random.int(5));
      await this.#claim({ ...this.#request(random), claims, listedOnly: random.int(4) === 0 });
    },
    claimAgain: async () => {
      if (this.#asked !== undefined) await this.#claim(this.#asked);
    },
    release: async (random) => {
      const claims = [...this.#model.claims.keys()];
      if (claims.length === 0) return;
      const { roomId } = this.#model.claims.get(random.pick(claims))!;
      const some = claims.filter(() => random.int(3) === 0);
      await this.#index.release(roomId, some);
      this.#model.release(roomId, some);
    },
    find: async (random) => {
      const request = { ...this.#request(random), avoid: undefined, first: undefined };
      assert.equal((await this.#index.find(request))?.roomId, this.#model.best(request)?.roomId, 'find');
    },
    goOnCreating: async (random) => {
      if (this.#tickets.length === 0) return;
      const { ticket, creation } = random.pick(this.#tickets);
      await this.#index.stillCreating(ticket);
      this.#model.goOnCreating(creation);
    },
    endCreation: async (random) => {
      const [ended] = this.#tickets.splice(0, 1);
      if (ended === undefined) return;
      const { ticket, creation } = ended;
      const size = random.int(3) === 0 ? undefined : 1 + random.int(4);
      if (size === undefined) await this.#index.notCreated(ticket);
      else await this.#index.created(ticket, size);
      this.#model.ended(creation, size);
    },
  };

  #request(random: Random): Omit<SeatsWanted, 'claims'> {
    const [name, filter, sort] = [random.pick(Object.keys(PLANS)), random.pick(FILTERS), random.pick(SORTS)];
    const avoid = random.int(4) === 0 ? [random.pick(PROCESSES)] : undefined;
    return { name, filter, sort, avoid, first: random.int(4) === 0 ? this.#pickRoom(random)?.roomId : undefined };
  }

  async #claim(wanted: SeatsWanted): Promise<void> {
    this.#asked = wanted;
    const { granted, create } = await this.#index.claim(wanted);
    const expected = this.#model.claim(wanted);
    const got = granted.map(({ claim, listing }) => [claim, listing.roomId]);
    const order = new Map(wanted.claims.map((claim, i) => [claim, i]));
    got.sort(([a], [b]) => order.get(a!)! - order.get(b!)!);
    assert.deepEqual(
      [got, create.length],
      [expected.granted, expected.create.length],
      `claim ${JSON.stringify(wanted)}`,
    );
    for (const [i, ticket] of create.entries()) this.#tickets.push({ ticket, creation: expected.create[i]! });
  }

  async #list(listing: Listing): Promise<void> {
    assert.equal(await this.#index.list(listing), this.#model.list(listing), 'list');
  }

  async #update(listing: Listing, taken: readonly string[]): Promise<void> {
    assert.equal(await this.#index.update(listing, taken), this.#model.update(listing, taken), 'update');
  }

  /** Rows of the living are what they were last written as. */
  async #compareRows(): Promise<void> {
    const rooms = [...this.#model.rooms.values()].filter(({ processId }) => this.#model.isAlive(processId));
    const rows = await this.#index.get(rooms.map(({ roomId }) => roomId));
    assert.deepEqual([...rows.values()], rooms, 'rows');
  }

  #roomsOf(processId: string): Listing[] {
    return [...this.#model.rooms.values()].filter((room) => room.processId === processId);
  }

  /** One whose owner is alive: of the others nobody knows whether they are swept. */
  #pickRoom(random: Random): Listing | undefined {
    const rooms = [...this.#model.rooms.values()].filter(({ processId }) => this.#model.isAlive(processId));
    return rooms.length === 0 ? undefined : random.pick(rooms);
  }

  #claimsOn(roomId: string): string[] {
    return [...this.#model.claims].filter(([, claim]) => claim.roomId === roomId).map(([claim]) => claim);
  }
}

function changes(random: Random): Partial<Listing> {
  const metadata = { mode: random.pick(['duo', 'solo']), map: 1 + random.int(2), level: random.int(3) };
  return { locked: random.int(6) === 0, private: random.int(8) === 0, metadata };
}
