/** Bans: one suite for every store. Names begin with the rule of src/security/SPEC.md. */
import assert from 'node:assert/strict';
import { ERRORS } from '../../src/kernel/errors.ts';
import { noMeter, silentLogger } from '../../src/kernel/ports.ts';
import { BanList, LOOK_AGAIN_MS } from '../../src/security/ban-list.ts';
import type { Ban, BanStore, Subject } from '../../src/security/bans.ts';
import { BAN_STORES, type BanStores, openRedisBanStores, type RedisBanStores } from '../support/ban-stores.ts';
import { SteppedTime } from '../support/stepped-time.ts';
import { until } from '../support/until.ts';

const ANN: Subject = { kind: 'identity', subject: 'ann' };
const HOUSE: Subject = { kind: 'address', subject: '2001:db8:1:2:3::4' };

/** As part of an address's network. */
const normalise = (address: string): string =>
  address.includes(':') ? `${address.split(':').slice(0, 4).join(':')}::/64` : address;

class Process {
  readonly time = new SteppedTime();
  readonly told: string[] = [];
  readonly list: BanList;

  constructor(store: BanStore) {
    const { time } = this;
    this.list = new BanList({
      store,
      after: (delayMs, run) => time.after(delayMs, run),
      now: () => time.now(),
      normalise,
      logger: silentLogger,
      meter: noMeter,
    });
    this.list.onBanned = ({ subject }) => void this.told.push(subject);
  }

  static async start(store: BanStore): Promise<Process> {
    const process = new Process(store);
    await process.list.start();
    return process;
  }
}

for (const [where, openStores] of Object.entries(BAN_STORES)) {
  describe(`bans ${where}`, () => {
    let stores: BanStores;
    let here: Process;
    let there: Process;
    before(async () => {
      stores = await openStores();
      [here, there] = [await Process.start(await stores.open()), await Process.start(await stores.open())];
    });
    after(async () => {
      here.list.stop();
      there.list.stop();
      await stores.stop();
    });
    afterEach(async () => {
      for (const { kind, subject } of here.list.all()) await here.list.unban({ kind, subject });
      await until('nobody is banned', () => there.list.all().length === 0);
      here.told.length = there.told.length = 0;
    });

    it('ID7 keep an identity out, at every process, with the reason, until they are taken off', async () => {
      await here.list.ban(ANN, 'cheats');
      assert.equal(here.list.find({ id: 'ann' })?.reason, 'cheats');
      const ban = await until('the other process to hear of it', () =>
        there.list.find({ id: 'ann', address: '10.0.0.1' }),
      );
      assert.deepEqual([ban.kind, ban.reason, ban.until], ['identity', 'cheats', undefined]);
      assert.deepEqual([here.told, there.told], [['ann'], ['ann']]);
      assert.equal(here.list.find({ id: 'ben', address: 'ann' }), undefined);
      assert.equal(await there.list.unban(ANN), true);
      assert.equal(await there.list.unban(ANN), false);
      await until('nobody is banned here', () => here.list.find({ id: 'ann' }) === undefined);
    });

    it('ID7 keep an address out, of IPv6 the whole network', async () => {
      await here.list.ban(HOUSE, '');
      assert.ok(here.list.find({ address: '2001:db8:1:2:ffff::1' }));
      assert.equal(here.list.find({ address: '2001:db8:1:3::4' }), undefined);
      assert.equal(here.list.find({}), undefined);
      assert.ok(here.list.concerns(here.list.all()[0]!, { address: '2001:db8:1:2::9' }));
    });

    it('ID7 end by themselves', async () => {
      await here.list.ban(ANN, '', 60);
      await here.time.pass(59_000);
      assert.ok(here.list.find({ id: 'ann' }));
      await here.time.pass(1000);
      assert.equal(here.list.find({ id: 'ann' }), undefined);
      assert.deepEqual(here.list.all(), []);
      await there.time.pass(60_000);
      const store = await stores.open();
      assert.equal((await store.read(-1, here.time.now()))?.bans.length, 0, 'nor are they kept');
    });

    it('ID7 are the last word said of a subject', async () => {
      await here.list.ban(ANN, 'first', 60);
      await here.list.ban(ANN, 'second');
      const [ban, ...more] = here.list.all();
      assert.deepEqual([ban?.reason, ban?.until, more], ['second', undefined, []]);
    });

    it('ID8 are found by who was not told of them, at the next look', async () => {
      const store = await stores.open();
      const deaf: BanStore = {
        put: (ban) => store.put(ban),
        remove: (subject) => store.remove(subject),
        read: (known, now) => store.read(known, now),
        restore: (known) => store.restore(known),
        onChange: async () => {},
      };
      const process = await Process.start(deaf);
      await here.list.ban(ANN, '');
      assert.equal(process.list.find({ id: 'ann' }), undefined);
      await process.time.pass(LOOK_AGAIN_MS);
      await until('the look', () => process.list.find({ id: 'ann' }));
      process.list.stop();
    });

    it('ID8 are given back to a store that lost them, once, and what was said since stays', async () => {
      const known: Ban[] = [];
      const lost = await openStores();
      const process = await Process.start(await lost.open());
      for (const subject of ['ann', 'ben', 'cid']) known.push(await process.list.ban({ ...ANN, subject }, 'before'));
      await lost.lose();
      const blank = await lost.open();
      await until('the store to take bans again', () =>
        blank.put({ ...known[1]!, reason: 'since' }).then(
          () => true,
          () => false,
        ),
      );
      assert.equal((await blank.read(-1, 0))?.bans.length, 1);
      await blank.restore({ changes: 3, bans: known });
      await blank.restore({ changes: 3, bans: [{ ...known[0]!, subject: 'dan' }] });
      const { bans, changes } = (await blank.read(-1, 0))!;
      assert.deepEqual(bans.map(({ subject, reason }) => `${subject} ${reason}`).sort(), [
        'ann before',
        'ben since',
        'cid before',
      ]);
      assert.equal(changes, 4);
      process.list.stop();
      await lost.stop();
    });
  });
}

describe('bans while Redis is away', () => {
  let stores: RedisBanStores;
  before(async () => {
    stores = await openRedisBanStores();
  });
  after(() => stores.stop());

  it('ID8 hold by the copy; new ones are refused with a code; a Redis that comes back empty gets them back', async () => {
    const process = await Process.start(await stores.open());
    await process.list.ban(ANN, 'cheats');
    await stores.redis.kill();
    assert.ok(process.list.find({ id: 'ann' }));
    await assert.rejects(process.list.ban(HOUSE, ''), { code: ERRORS.STORE_AWAY.code });
    assert.equal(process.list.find({ address: HOUSE.subject }), undefined, 'nor does it hold here alone');
    await process.list.refresh();
    assert.ok(process.list.find({ id: 'ann' }));
    await stores.redis.restart();
    const other = await stores.open();
    await until('the bans to be back', async () => {
      await process.list.refresh();
      return (await other.read(-1, 0))?.bans.length === 1;
    });
    assert.ok(process.list.find({ id: 'ann' }));
    process.list.stop();
  });
});
