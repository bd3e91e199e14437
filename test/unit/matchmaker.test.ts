/** Matchmaker and SeatFinder over the index in memory: processes are stand-ins that answer, refuse, or are silent. */
import assert from 'node:assert/strict';
import { ERRORS, type ErrorKind } from '../../src/kernel/errors.ts';
import { silentLogger } from '../../src/kernel/ports.ts';
import { type Answer, Calls, type CallTransport, ERROR, SUCCESS } from '../../src/matchmaking/calls.ts';
import { Matchmaker, type RoomHost } from '../../src/matchmaking/matchmaker.ts';
import { MemoryRoomIndex } from '../../src/matchmaking/memory-room-index.ts';
import { LEASE_MS, type ProcessReport } from '../../src/matchmaking/process-registry.ts';
import type { Listing } from '../../src/matchmaking/room-index.ts';
import { createCounters } from '../../src/observability/counters.ts';
import { SteppedTime, settled } from '../support/stepped-time.ts';

type Call = (method: string | undefined, args: readonly unknown[]) => unknown;
const SILENT = Symbol('no answer');

async function setUp({ seats = 2, others = [] as readonly string[], random = (): number => 0 } = {}) {
  const time = new SteppedTime();
  const meter = createCounters();
  const index = new MemoryRoomIndex({ clock: time, meter });
  const rooms = new Map<string, Listing>();
  /** What answers at a channel; nobody listens at others. */
  const listeners = new Map<string, Call>();
  const created: string[] = [];
  /** Why none was. */
  const unmade: number[] = [];
  const settings = {
    createMs: 0,
    fail: undefined as Error | undefined,
    refusal: undefined as ErrorKind | undefined,
    asked: 0,
    roomWaitMs: 0,
    cutAt: '',
    auth: undefined as object | undefined,
  };

  const report = (processId: string): ProcessReport => {
    return { processId, address: `${processId}:1`, players: 0, rooms: 0, busyShare: 0, takesRooms: true };
  };
  const everyone = ['here', ...others];
  const renew = async (): Promise<void> => {
    for (const id of everyone) await index.renew(report(id));
  };
  await renew();

  async function open(processId: string, roomId: string): Promise<Listing> {
    const listing: Listing = {
      roomId,
      name: 'duel',
      processId,
      clients: 0,
      maxClients: seats,
      locked: false,
      private: false,
    };
    rooms.set(roomId, listing);
    created.push(roomId);
    await index.list({ ...listing });
    return listing;
  }
  async function reserve(roomId: string, sessionId: string): Promise<boolean> {
    const listing = rooms.get(roomId)!;
    if (listing.clients >= listing.maxClients) return false;
    listing.clients++;
    await index.update({ ...listing }, [sessionId]);
    return true;
  }
  const host: RoomHost = {
    processId: 'here',
    auth: async () => settings.auth,
    filterOf: () => ({}),
    async create(_name, _options, roomId) {
      if (settings.createMs > 0) await new Promise<void>((resolve) => time.after(settings.createMs, resolve));
      if (settings.fail !== undefined) throw settings.fail;
      return open('here', roomId);
    },
    async call(roomId, _method, args) {
      if (rooms.get(roomId)?.processId !== 'here') return undefined;
      return { value: await reserve(roomId, args[0] as string) };
    },
  };
  const transport: CallTransport = {
    send(channel, method, args, answered) {
      const listener = listeners.get(channel);
      const answer = async (): Promise<Answer | undefined> => {
        try {
          const value = await listener?.(method, args ?? []);
          return value === SILENT ? undefined : [SUCCESS, value];
        } catch (error) {
          return [
            ERROR,
            JSON.stringify({ code: (error as { code?: number }).code, message: (error as Error).message }),
          ];
        }
      };
      if (listener !== undefined) void answer().then((told) => told !== undefined && answered(told));
      const heard = async (): Promise<number> => {
        if (channel === settings.cutAt) throw new Error('cut');
        return listener === undefined ? 0 : 1;
      };
      return { heard: heard(), forget() {} };
    },
  };
  const counting = Object.assign(Object.create(index) as MemoryRoomIndex, {
    claim: (wanted: Parameters<MemoryRoomIndex['claim']>[0]) => {
      settings.asked++;
      return index.claim(wanted);
    },
    stillCreating: index.stillCreating.bind(index),
    created: index.created.bind(index),
    notCreated: index.notCreated.bind(index),
    get: index.get.bind(index),
    release: index.release.bind(index),
  });
  let ids = 0;
  const unlisted = { mayLive: false };
  const reports = everyone.map(report);
  const matchmaker = new Matchmaker({
    index: counting,
    calls: new Calls({ transport, timers: time, logger: silentLogger, meter }),
    host,
    clock: time,
    timers: time,
    processes: () => reports,
    inDoubt: () => unlisted.mayLive,
    refusesRooms: () => settings.refusal,
    random,
    newId: () => `id${++ids}`,
    seatTimeoutMs: 5000,
    roomWaitMs: () => settings.roomWaitMs,
    noRoomMade: ({ code }) => void unmade.push(code),
  });
  const join = (method: 'joinOrCreate' | 'join' | 'create' = 'joinOrCreate') =>
    matchmaker.match(method, 'duel', {}, {});
  return { time, index, rooms, listeners, created, unmade, settings, unlisted, open, reserve, renew, matchmaker, join };
}

async function failure(promise: Promise<unknown>): Promise<number | undefined> {
  return promise.then(
    () => assert.fail('it was expected to fail'),
    (error: { code?: number }) => error.code,
  );
}

describe('Matchmaker', () => {
  it('S1: makes a room for the first, and fills it before it makes another', async () => {
    const { join, created } = await setUp({ seats: 2 });
    const seats = [await join(), await join(), await join()];
    assert.equal(created.length, 2);
    assert.equal(seats[0]!.roomId, seats[1]!.roomId);
    assert.notEqual(seats[1]!.roomId, seats[2]!.roomId);
    assert.equal(new Set(seats.map(({ sessionId }) => sessionId)).size, 3);
  });

  it('S2, I10: joiners who come together get exactly the rooms they need, by few questions', async () => {
    const { join, created, settings, time } = await setUp({ seats: 16 });
    settings.createMs = 30;
    const joins = Array.from({ length: 500 }, () => join());
    await settled();
    await time.pass(2000);
    const seats = await Promise.all(joins);
    assert.equal(created.length, Math.ceil(500 / 16));
    const perRoom = new Map<string, number>();
    for (const { roomId } of seats) perRoom.set(roomId, (perRoom.get(roomId) ?? 0) + 1);
    assert.ok([...perRoom.values()].every((count) => count <= 16));
    assert.ok(settings.asked < 150, `${settings.asked} questions for 500 joiners`);
  });

  it('I10: a room that takes long to be made is made once; joiners wait for it', async () => {
    const { join, created, settings, time, renew } = await setUp({ seats: 16 });
    settings.createMs = 3000;
    const joins = [join()];
    await settled();
    await time.pass(100);
    joins.push(join(), join());
    for (let times = 0; times < 4; times++) {
      await renew();
      await time.pass(1000);
    }
    assert.equal(new Set((await Promise.all(joins)).map(({ roomId }) => roomId)).size, 1);
    assert.equal(created.length, 1);
  });

  it('I10: whoever was to make a room and died is waited for no longer than the length of a lease', async () => {
    const { join, created, index, time, renew } = await setUp({ seats: 16 });
    const { create } = await index.claim({ name: 'duel', filter: {}, claims: ['of the dead'] });
    assert.equal(create.length, 1);
    const late = join();
    await settled();
    await time.pass(LEASE_MS - 500);
    await renew();
    await time.pass(600);
    await late;
    assert.equal(created.length, 1);
  });

  it('S2: a player who asks twice at a time under one session id of the room gets both answers, and one seat', async () => {
    const { join, settings, time, rooms, index } = await setUp({ seats: 16 });
    settings.auth = { sessionId: 'mine' };
    settings.createMs = 100;
    const making = [join(), join(), join()];
    await settled();
    const waiting = [join(), join()];
    await time.pass(500);
    const seats = await Promise.all([...making, ...waiting]);
    assert.deepEqual(new Set(seats.map(({ sessionId }) => sessionId)), new Set(['mine']));
    assert.equal(new Set(seats.map(({ roomId }) => roomId)).size, 1);
    const claims = Array.from({ length: 20 }, (_, i) => `other${i}`);
    const { granted } = await index.claim({ name: 'duel', filter: {}, claims });
    assert.equal(granted.length, 16 - rooms.get(seats[0]!.roomId)!.clients, 'no seat is claimed by nobody');
  });

  it('S3: join makes no room', async () => {
    const { join, open } = await setUp();
    assert.equal(await failure(join('join')), ERRORS.NO_MATCH.code);
    const { roomId } = await open('here', 'r');
    assert.equal((await join('join')).roomId, roomId);
  });

  it('tells who made it wait why no room can be made; the next one has a try of its own', async () => {
    const { join, settings, time } = await setUp();
    settings.fail = Object.assign(new Error('no map'), { code: 4567 });
    assert.equal(await failure(join()), 4567);
    settings.fail = undefined;
    const later = join();
    await settled();
    await time.pass(50);
    assert.ok(await later);
  });

  it('C2: a room of a process that is gone costs a try, not the join', async () => {
    const { join, open, created } = await setUp({ others: ['there'] });
    await open('there', 'dead');
    const { roomId } = await join();
    assert.notEqual(roomId, 'dead');
    assert.deepEqual(created, ['dead', roomId]);
  });

  it('C2, S1: a process that does not answer is passed over after a second, for the length of a lease', async () => {
    const { join, open, listeners, time } = await setUp({ others: ['there'] });
    await open('there', 'stalled');
    listeners.set('$stalled', () => SILENT);
    listeners.set('hypogeum:there', () => SILENT);
    const slow = join();
    await settled();
    await time.pass(1050);
    assert.notEqual((await slow).roomId, 'stalled');
    const quick = join();
    await settled();
    assert.notEqual((await quick).roomId, 'stalled');
  });

  it('O2, S3: a room that is not listed may be listed again in a moment, after Redis was away', async () => {
    const { matchmaker, unlisted } = await setUp();
    unlisted.mayLive = true;
    for (const method of ['joinById', 'reconnect'] as const)
      assert.equal(await failure(matchmaker.match(method, 'unlisted', {}, {})), ERRORS.STORE_AWAY.code);
    unlisted.mayLive = false;
    assert.equal(await failure(matchmaker.match('joinById', 'unlisted', {}, {})), ERRORS.ROOM_NOT_FOUND.code);
  });

  it('C2, S3: joinById says timeout, and not full, where nobody answers; full where the room says so', async () => {
    const { open, listeners, matchmaker, time } = await setUp({ others: ['there'] });
    await open('there', 'r');
    listeners.set('$r', () => SILENT);
    listeners.set('hypogeum:there', () => SILENT);
    const silent = failure(matchmaker.match('joinById', 'r', {}, {}));
    await settled();
    await time.pass(1000);
    assert.equal(await silent, ERRORS.SEAT_TIMEOUT.code);
    listeners.set('$r', () => false);
    assert.equal(await failure(matchmaker.match('joinById', 'r', {}, {})), ERRORS.ROOM_FULL.code);
    assert.equal(await failure(matchmaker.match('joinById', 'nowhere', {}, {})), ERRORS.ROOM_NOT_FOUND.code);
  });

  it('S3: gives nobody a seat elsewhere whose time went on while this process stood still', async () => {
    const { open, listeners, matchmaker, time } = await setUp({ others: ['there'] });
    await open('there', 'r');
    listeners.set('$r', () => {
      time.stall(2501);
      return true;
    });
    assert.equal(await failure(matchmaker.match('joinById', 'r', {}, {})), ERRORS.SEAT_TIMEOUT.code);
    listeners.set('$r', () => {
      time.stall(2500);
      return true;
    });
    assert.equal((await matchmaker.match('joinById', 'r', {}, {})).roomId, 'r');
  });

  it('S1: a room that says it is full costs a claim and a try', async () => {
    const { join, open, listeners, index } = await setUp({ others: ['there'] });
    await open('there', 'lies');
    let asked = 0;
    listeners.set('$lies', () => {
      asked++;
      return false;
    });
    assert.equal(await failure(join()), ERRORS.ROOM_FULL.code);
    assert.equal(asked, 5);
    assert.equal(
      (await index.claim({ name: 'duel', filter: {}, claims: ['a', 'b'] })).granted.length,
      2,
      'no claim is left',
    );
  });

  it('O2: says that matchmaking is away, and suspects nobody, when it cannot be known who is dead', async () => {
    const { open, matchmaker, settings, index } = await setUp({ others: ['there'] });
    await open('there', 'r');
    settings.cutAt = 'hypogeum:there';
    assert.equal(await failure(matchmaker.match('joinById', 'r', {}, {})), ERRORS.STORE_AWAY.code);
    settings.cutAt = '';
    const { granted } = await index.claim({ name: 'duel', filter: {}, claims: ['a'] });
    assert.equal(granted[0]?.listing.roomId, 'r');
  });

  it('I9: what a room throws at a joiner costs no seat', async () => {
    const { open, listeners, join, index } = await setUp({ seats: 1, others: ['there'] });
    await open('there', 'r');
    listeners.set('$r', () => Promise.reject(Object.assign(new Error('not you'), { code: 4567 })));
    assert.equal(await failure(join()), 4567);
    const { granted } = await index.claim({ name: 'duel', filter: {}, claims: ['a'], listedOnly: true });
    assert.equal(granted.length, 1);
  });

  it('P3: one that does not answer when a room is to be made is passed over; another is asked for the same id', async () => {
    const { join, listeners, time, created } = await setUp({ others: ['there'], random: () => 0.999 });
    const asked: unknown[] = [];
    listeners.set('hypogeum:there', (method, args) => {
      if (method === 'create') asked.push(args[2]);
      return SILENT;
    });
    const seat = join('create');
    await settled();
    await time.pass(2050);
    const { roomId, processId } = await seat;
    assert.deepEqual([processId, asked, created], ['here', [roomId], [roomId]]);
    await join('create');
    assert.equal(asked.length, 1, 'not asked again at once');
  });

  it('P4: an overloaded process makes no room itself; another one does', async () => {
    const { join, settings, listeners, open, reserve, created } = await setUp({ others: ['there'] });
    settings.refusal = ERRORS.OVERLOADED;
    listeners.set('hypogeum:there', async (_method, [, , roomId]) => {
      listeners.set(`$${roomId}`, (_reserve, [sessionId]) => reserve(String(roomId), String(sessionId)));
      return open('there', String(roomId));
    });
    assert.equal((await join('create')).processId, 'there');
    assert.equal(created.length, 1);
  });

  for (const kind of [ERRORS.OVERLOADED, ERRORS.NO_MORE_ROOMS, ERRORS.STOPPING])
    it(`P4, L6: when every process says ${kind.code} the joiner is told so, and when one does the next is asked`, async () => {
      const { join, settings, listeners, created } = await setUp({ others: ['there', 'yonder'] });
      const asked: string[] = [];
      for (const id of ['there', 'yonder'])
        listeners.set(`hypogeum:${id}`, () => {
          asked.push(id);
          throw Object.assign(new Error(kind.message), { code: kind.code });
        });
      settings.refusal = kind;
      assert.equal(await failure(join()), kind.code);
      assert.deepEqual(asked.sort(), ['there', 'yonder']);
      settings.refusal = undefined;
      assert.equal((await join()).processId, 'here');
      assert.equal(created.length, 1);
    });

  it('S1: a room whose process dies before its player has the seat is made once more, by another', async () => {
    const { join, listeners, open, created } = await setUp({ others: ['there'], random: () => 0.999 });
    listeners.set('hypogeum:there', async (_method, args) => {
      listeners.delete('hypogeum:there');
      return open('there', String(args[2]));
    });
    const { roomId, processId } = await join('create');
    assert.equal(processId, 'here');
    assert.equal(created.length, 2, 'by there first');
    assert.equal(created[1], roomId);
  });

  it('P3: one that stood still when it was asked to make a room is passed over as one that is silent', async () => {
    const { join, listeners, created } = await setUp({ others: ['there'], random: () => 0.999 });
    listeners.set('hypogeum:there', () => {
      throw Object.assign(new Error('too late'), { code: ERRORS.SEAT_TIMEOUT.code });
    });
    const { roomId, processId } = await join('create');
    assert.deepEqual([processId, created], ['here', [roomId]]);
  });

  it('P1: rooms placed since the last reports count', async () => {
    const { join, listeners, created, open, reserve } = await setUp({ others: ['there'], random: () => 0.999 });
    listeners.set('hypogeum:there', async (_method, args) => {
      const roomId = args[2] as string;
      listeners.set(`$${roomId}`, (_reserve, [sessionId]) => reserve(roomId, sessionId as string));
      return open('there', roomId);
    });
    const seats = [];
    for (let i = 0; i < 6; i++) seats.push(await join('create'));
    assert.equal(created.length, 6);
    assert.equal(seats.filter(({ processId }) => processId === 'there').length, 3);
  });

  it('reconnects by what the room says of the token', async () => {
    const { open, listeners, matchmaker } = await setUp({ others: ['there'] });
    await open('there', 'r');
    listeners.set('$r', (_method, [token]) => (token === 'good' ? 'session' : undefined));
    const seat = await matchmaker.match('reconnect', 'r', { reconnectionToken: 'good' }, {});
    assert.deepEqual([seat.sessionId, seat.roomId, seat.processId], ['session', 'r', 'there']);
    assert.equal(
      await failure(matchmaker.match('reconnect', 'r', { reconnectionToken: 'bad' }, {})),
      ERRORS.SEAT_EXPIRED.code,
    );
  });

  it('gives up a wait for rooms that never come, with a code', async () => {
    const { join, settings, time } = await setUp({ seats: 1 });
    settings.createMs = 60_000;
    const joins = [join(), join()].map(failure);
    await settled();
    await time.pass(8000);
    assert.equal(await joins[1], ERRORS.SEAT_TIMEOUT.code);
  });

  describe("an address's limits", () => {
    const ADDRESS = '192.0.2.1';

    it('D12: a joiner whose address holds too many seats waits a moment, without a claim', async () => {
      const { matchmaker, open, listeners, index, time } = await setUp({ others: ['there'] });
      await open('there', 'r');
      const asked: (readonly unknown[])[] = [];
      listeners.set('$r', (_reserve, args) => {
        asked.push(args);
        return asked.length < 3 ? 'held' : true;
      });
      const seat = matchmaker.match('joinOrCreate', 'duel', {}, {}, ADDRESS);
      await settled();
      await time.pass(40);
      assert.equal(asked.length, 1);
      assert.equal((await index.claim({ name: 'duel', filter: {}, claims: ['a', 'b'] })).granted.length, 2);
      await index.release('r', ['a', 'b']);
      await time.pass(200);
      assert.equal((await seat).roomId, 'r');
      assert.deepEqual([asked.length, asked[0]!.slice(3)], [3, [5, false, null, ADDRESS]]);
    });

    it('D12: and is told to take its seats first when none came free', async () => {
      for (const method of ['joinOrCreate', 'joinById'] as const) {
        const { matchmaker, open, listeners, index, time, created } = await setUp({ others: ['there'] });
        await open('there', 'r');
        let asked = 0;
        listeners.set('$r', () => {
          asked++;
          return 'held';
        });
        const refusal = matchmaker.match(method, method === 'joinById' ? 'r' : 'duel', {}, {}, ADDRESS).catch((e) => e);
        await settled();
        await time.pass(1500);
        const { code, retryAfterMs } = (await refusal) as { code: number; retryAfterMs: number };
        assert.deepEqual([code, retryAfterMs, asked, created], [ERRORS.SEATS_NOT_TAKEN.code, 1000, 5, ['r']]);
        assert.equal((await index.claim({ name: 'duel', filter: {}, claims: ['a', 'b'] })).granted.length, 2);
      }
    });

    it('D13: a joiner who may have no room made is told so; others wait for none of it', async () => {
      const { matchmaker, settings, created, join } = await setUp();
      settings.roomWaitMs = 30_000;
      for (const method of ['joinOrCreate', 'create'] as const) {
        const refusal = await matchmaker.match(method, 'duel', {}, {}, ADDRESS).catch((e) => e);
        assert.deepEqual([refusal.code, refusal.retryAfterMs], [ERRORS.TOO_MANY_ROOMS_MADE.code, 30_000]);
      }
      assert.deepEqual(created, []);
      assert.ok(await join(), 'a call of the game itself');
    });

    it('D14: a process that can make no more rooms is passed over, for this room only', async () => {
      const { join, listeners, created } = await setUp({ others: ['there'], random: () => 0.999 });
      let asked = 0;
      listeners.set('hypogeum:there', () => {
        asked++;
        throw Object.assign(new Error('full'), { code: ERRORS.NO_MORE_ROOMS.code });
      });
      const seats = [await join('create'), await join('create'), await join('create')];
      assert.deepEqual(
        seats.map(({ processId }) => processId),
        ['here', 'here', 'here'],
      );
      assert.equal(created.length, 3);
      assert.ok(asked >= 2, `${asked}`);
    });

    it('D14: a process that is full asks others, though their reports say nothing of it yet, and refuses when none is left', async () => {
      const { join, listeners, created, settings, unmade, open, reserve } = await setUp({ others: ['there'] });
      listeners.set('hypogeum:there', async (_method, args) => {
        const roomId = args[2] as string;
        listeners.set(`$${roomId}`, (_reserve, [sessionId]) => reserve(roomId, sessionId as string));
        return open('there', roomId);
      });
      settings.refusal = ERRORS.NO_MORE_ROOMS;
      assert.equal((await join('create')).processId, 'there');
      listeners.set('hypogeum:there', () => {
        throw Object.assign(new Error('full'), { code: ERRORS.NO_MORE_ROOMS.code });
      });
      assert.equal(await failure(join('create')), ERRORS.NO_MORE_ROOMS.code);
      assert.deepEqual([created.length, unmade], [1, [ERRORS.NO_MORE_ROOMS.code]]);
    });
  });
});
