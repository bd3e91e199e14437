/** The texts that sort as Colyseus sorts, and the sets that hold what Colyseus finds: against its own LocalDriver. */
import assert from 'node:assert/strict';
import { type IRoomCache, LocalDriver } from '@colyseus/core';
import fc from 'fast-check';
import { lookupOf, meets, rankAt, rankOf, requestName, setsOf } from '../../src/matchmaking/name-plan.ts';
import type { Listing, SortOptions } from '../../src/matchmaking/room-index.ts';

const FIELDS = ['number', 'text', 'flag', 'day'] as const;
const DIRECTIONS = [1, -1, 'asc', 'desc', 'ascending', 'descending'] as const;

const number = fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: -3, max: 3 }));
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constantFrom('', 'a', 'ab', 'abc', '\uffff', '😀'),
);
const metadata = fc.record(
  {
    number,
    text,
    flag: fc.boolean(),
    day: fc.date({ noInvalidDate: true, min: new Date(-1e12), max: new Date(4e12) }),
  },
  { noNullPrototype: true },
);
const row = fc.record({
  clients: fc.nat({ max: 4 }),
  maxClients: fc.constantFrom(2, 4, 16, Number.POSITIVE_INFINITY),
  metadata,
});
const rows = fc
  .array(row, { maxLength: 12 })
  .map((all) => all.map((one, i) => listing({ ...one, roomId: `r${1000 + i}` })));
const sort = fc
  .uniqueArray(
    fc.tuple(fc.constantFrom<string>(...FIELDS, 'clients', 'maxClients', 'createdAt'), fc.constantFrom(...DIRECTIONS)),
    { minLength: 1, maxLength: 4, selector: ([field]) => field },
  )
  .map((entries): SortOptions => Object.fromEntries(entries));

function listing(given: Partial<Listing> & Pick<Listing, 'roomId'>): Listing {
  const createdAt = new Date(Date.UTC(2026, 0, 1) + Number(given.roomId.slice(1)));
  return {
    name: 'arena',
    processId: 'p',
    clients: 0,
    maxClients: 4,
    createdAt,
    locked: false,
    private: false,
    ...given,
  };
}

function stockOf(listings: readonly Listing[]): LocalDriver {
  const driver = new LocalDriver();
  for (const one of listings) driver.persist(one as IRoomCache, true);
  return driver;
}

function ranked(listings: readonly Listing[], sort: SortOptions): string[] {
  const texts = listings.map((one) => [rankAt(rankOf(sort, one), one.clients), one.roomId] as const);
  return texts.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, roomId]) => roomId);
}

const ids = (listings: readonly Listing[]): string[] => listings.map(({ roomId }) => roomId);

describe('matchmaking: the rank of a listing (I6)', () => {
  it('sorts as Colyseus does, of equal ones the oldest first, for any fields and directions', () => {
    fc.assert(
      fc.property(rows, sort, (listings, sort) => {
        assert.deepEqual(ranked(listings, sort), ids(stockOf(listings).query({}, sort) as Listing[]));
      }),
      { numRuns: 1000 },
    );
  });

  it('is bytes in the same order as the text, so that Redis sorts as JavaScript does', () => {
    fc.assert(
      fc.property(rows, sort, (listings, sort) => {
        for (const one of listings) assert.match(rankAt(rankOf(sort, one), one.clients), /^[\x21-\x7e]*$/);
      }),
    );
  });

  it('without a sort is the fullest first', () => {
    const listings = [1, 3, 2, 3].map((clients, i) => listing({ roomId: `r${i}`, clients }));
    assert.deepEqual(ranked(listings, {}), ['r1', 'r3', 'r2', 'r0']);
  });

  it('counts claims where it counts clients (I8)', () => {
    const [one, other] = [listing({ roomId: 'r1', clients: 1 }), listing({ roomId: 'r2', clients: 2 })];
    assert.ok(rankAt(rankOf({}, one), 3) < rankAt(rankOf({}, other), 2));
    assert.ok(rankAt(rankOf({ clients: 1 }, one), 3) > rankAt(rankOf({ clients: 1 }, other), 2));
  });

  it('puts what is missing, or has no order, last both ways', () => {
    const listings = [{}, { level: 1 }, { level: {} }, { level: 2 }].map((metadata, i) =>
      listing({ roomId: `r${i}`, metadata }),
    );
    assert.deepEqual(ranked(listings, { level: 1 }), ['r1', 'r3', 'r0', 'r2']);
    assert.deepEqual(ranked(listings, { level: -1 }), ['r3', 'r1', 'r0', 'r2']);
  });

  it('reads metadata.x as it is documented', () => {
    const listings = [2, 1].map((rating, i) => listing({ roomId: `r${i}`, metadata: { rating } }));
    assert.deepEqual(ranked(listings, { 'metadata.rating': 1 }), ['r1', 'r0']);
  });
});

describe('matchmaking: the sets of a listing (I5, I7)', () => {
  const value = fc.constantFrom<unknown>(1, '1', true, false, null, 'a', 0, 'true', '');
  const some = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'maxClients', 'metadata.a'), value, {
    noNullPrototype: true,
  });
  const plan = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'maxClients'), { maxLength: 5 });

  it('a listing is in the set of a request when it meets it, and never else; and meets it as on stock', () => {
    fc.assert(
      fc.property(plan, some, some, (filterBy, metadata, filter) => {
        const [namePlan, one] = [{ filterBy, sortBy: {} }, listing({ roomId: 'r1', metadata })];
        const met = meets(one, filter);
        const dotted = Object.keys(filter).some((field) => field.startsWith('metadata.'));
        if (!dotted) assert.equal(met, (stockOf([one]).query(filter as Partial<IRoomCache>) as Listing[]).length === 1);
        const lookup = lookupOf(namePlan, { name: 'arena', filter });
        if (lookup.kind === 'set') assert.equal(setsOf(namePlan, one).includes(lookup.set), met);
      }),
      { numRuns: 1000 },
    );
  });

  const kind = (filterBy: string[], filter: Record<string, unknown>, sort?: SortOptions): string =>
    lookupOf({ filterBy, sortBy: { rating: -1 } }, { name: 'arena', filter, sort }).kind;

  it('there is one for any of up to three fields, else for all or none', () => {
    const filters: [Record<string, unknown>, string, string][] = [
      [{}, 'set', 'set'],
      [{ b: 1 }, 'set', 'scan'],
      [{ c: 1, a: 1 }, 'set', 'scan'],
      [{ a: 1, b: 1, c: 1, d: 1 }, 'scan', 'set'],
      [{ e: 1 }, 'scan', 'scan'],
    ];
    for (const [filter, withThree, withFour] of filters) {
      assert.equal(kind(['a', 'b', 'c'], filter), withThree);
      assert.equal(kind(['a', 'b', 'c', 'd'], filter), withFour);
    }
  });

  it("there is one for the handler's sort only", () => {
    assert.equal(kind([], {}, {}), 'set');
    assert.equal(kind([], {}, { rating: 'desc' }), 'set');
    assert.equal(kind([], {}, { rating: 1 }), 'scan');
  });

  it('nothing is looked for that cannot be equal', () => {
    assert.equal(kind(['a'], { a: { x: 1 } }), 'never');
    assert.equal(kind(['a'], { a: [] }), 'never');
    assert.equal(kind(['a'], { a: undefined }), 'scan');
  });

  it('requests alike have one name, whatever the order of their fields', () => {
    const name = (filter: Record<string, unknown>): string => requestName({ name: 'arena', filter });
    assert.equal(name({ a: 1, b: '2' }), name({ b: '2', a: 1 }));
    assert.notEqual(name({ a: 1 }), name({ a: '1' }));
    assert.notEqual(name({ a: 'b' }), name({ ab: '' }));
  });
});
