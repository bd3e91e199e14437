import assert from 'node:assert/strict';
import { matchmakingChaos } from '../../loadtest/chaos/matchmaking.ts';
import type { BurstTrial } from '../../loadtest/chaos/matchmaking-burst.ts';
import {
  checkMatchmaking,
  formatMatchmaking,
  type MatchmakingFigures,
} from '../../loadtest/chaos/matchmaking-figures.ts';
import { failed, type Join, type JoinTally, tally } from '../../loadtest/chaos/matchmaking-joins.ts';
import { diedWith, type KillTrial, lastListed, lastOffer, roomsOf } from '../../loadtest/chaos/matchmaking-kills.ts';
import { longestOnTwo, longestUnlisted, readRows, type Sight } from '../../loadtest/chaos/matchmaking-listings.ts';
import { offeredIn } from '../../loadtest/chaos/matchmaking-offers.ts';
import { type OutageTrial, sortJoins } from '../../loadtest/chaos/matchmaking-outages.ts';
import { read } from '../../loadtest/chaos/matchmaking-player.ts';
import { countMoves, drawStalls, type StallTrial } from '../../loadtest/chaos/matchmaking-stalls.ts';
import { createRandom } from '../../src/kernel/random.ts';

const seat = (roomId: string, processId: string) =>
  ({ kind: 'seat', seat: { roomId, processId, sessionId: 's' } }) as const;

function join(askedAt: number, different: Partial<Join> = {}): Join {
  const answer = seat('r', 'p');
  return {
    method: 'joinOrCreate',
    askedAt,
    answeredAt: askedAt + 10,
    answer,
    entry: { kind: 'in' },
    enteredAt: askedAt + 30,
    ...different,
  };
}

function refused(askedAt: number, code: number | undefined, retryable: boolean): Join {
  const answer = { kind: 'refused', code, retryable, words: 'no' } as const;
  return { method: 'joinOrCreate', askedAt, answeredAt: askedAt + 50, answer };
}

function shutOut(askedAt: number, closeCode: number, processId = 'p'): Join {
  return join(askedAt, { answer: seat('r', processId), entry: { kind: 'out', closeCode } });
}

function sight(at: number, listed: Record<string, string>, living: Record<string, number> = {}): Sight {
  return { at, listed: new Map(Object.entries(listed)), twice: [], living: new Map(Object.entries(living)) };
}

describe('chaos matchmaking: what players are told', () => {
  it('reads seats, refusals, and answers that are neither', () => {
    assert.equal(read(200, '{"roomId":"r","processId":"p","sessionId":"s"}').kind, 'seat');
    const away = read(503, '{"code":534,"error":"away","retryable":true}');
    assert.deepEqual(away, { kind: 'refused', code: 534, retryable: true, words: 'away' });
    assert.deepEqual(read(502, '<html>'), { kind: 'refused', code: undefined, retryable: false, words: 'status 502' });
    assert.deepEqual(read(500, '{"retryable":true}'), {
      kind: 'refused',
      code: undefined,
      retryable: false,
      words: 'status 500',
    });
  });

  it('counts failures by code, and those without hope', () => {
    const silent: Join = { ...refused(0, 0, false), answer: { kind: 'silent', words: 'ECONNRESET' } };
    const joins = [
      join(5),
      refused(100, 534, true),
      refused(200, 522, false),
      shutOut(300, 4010),
      shutOut(400, 1006),
      silent,
    ];
    const told = tally(joins, 100);
    assert.deepEqual(told.refused, { 534: 1, 522: 1, silent: 1 });
    assert.deepEqual(told.shutOut, { 4010: 1, 1006: 1 });
    assert.deepEqual([told.asked, told.seats, told.hopeless, failed(told)], [6, 3, 3, 5]);
    assert.deepEqual([told.longestAnswerMs, told.longestJoinMs], [50, 50]);
    assert.deepEqual(told.failures[0], { method: 'joinOrCreate', askedMs: 0, tookMs: 50, words: 'no' });
  });
});

describe('chaos matchmaking: what is seen of rooms', () => {
  it('finds ids in two rows', () => {
    const row = (roomId: string, processId: string): string => JSON.stringify({ roomId, processId });
    assert.deepEqual(readRows([row('a', 'p'), row('b', 'p'), row('a', 'q')]).twice, ['a']);
  });

  it('tells rooms that change their process alive from those that are made again', () => {
    const alive = [sight(0, { a: 'p', b: 'p' }, { a: 1 }), sight(50, { a: 'q', b: 'p' }, { a: 2 })];
    assert.deepEqual(countMoves(alive), { listedTwice: 1, revived: 0 });
    const ended = [sight(0, { a: 'p' }, { a: 1 }), sight(50, { a: 'q' }, { a: 1 })];
    assert.deepEqual(countMoves(ended), { listedTwice: 0, revived: 1 });
    const unlisted = [sight(0, { a: 'p' }, { a: 1 }), sight(50, {}, { a: 2 }), sight(100, { a: 'q' }, { a: 1 })];
    assert.deepEqual(countMoves(unlisted), { listedTwice: 1, revived: 0 });
    assert.deepEqual(countMoves([{ ...sight(0, { a: 'p' }), twice: ['a'] }]), { listedTwice: 1, revived: 0 });
  });

  it('times how long a living room was not listed, from a moment on', () => {
    const living = { a: 1, b: 1 };
    const sights = [
      sight(0, {}, living),
      sight(100, { a: 'p' }, living),
      sight(150, { a: 'p' }, living),
      sight(200, { a: 'p', b: 'p' }, living),
    ];
    assert.equal(longestUnlisted(sights, 0), 200);
    assert.equal(longestUnlisted(sights, 90), 110);
    assert.equal(longestUnlisted(sights, 200), 0);
  });

  it('counts a room that is never listed until the last look, and one that ends until it ended', () => {
    assert.equal(longestUnlisted([sight(0, {}, { a: 1 }), sight(500, {}, { a: 1 })], 0), 500);
    assert.equal(longestUnlisted([sight(0, {}, { a: 1 }), sight(100, {}), sight(500, {})], 0), 100);
    assert.equal(longestUnlisted([sight(0, {}), sight(500, {})], 0, ['resident']), 500);
  });

  it('is not content when nobody looked', () => {
    assert.equal(longestUnlisted([sight(0, {})], 100), Number.POSITIVE_INFINITY);
  });

  it('times how long two processes had a room', () => {
    assert.equal(longestOnTwo([sight(0, {}, { a: 2 }), sight(50, {}, { a: 2 }), sight(100, {}, { a: 1 })], 0), 100);
  });

  it('tells when the dead were offered and listed last', () => {
    const rooms = roomsOf('dead', [sight(900, { a: 'dead', b: 'p' }), sight(1100, { c: 'dead' })]);
    assert.deepEqual([...rooms], ['a', 'c']);
    const offers = [
      { at: 990, roomId: 'a' },
      { at: 1500, roomId: 'c' },
      { at: 1900, roomId: 'b' },
    ];
    assert.equal(lastOffer(offers, rooms, 1000), 500);
    assert.equal(
      lastListed([sight(900, { a: 'dead' }), sight(1700, { a: 'dead' }), sight(1800, {})], 'dead', 1000),
      700,
    );
  });

  it('is not content when nobody saw what was offered, or that the dead are gone', () => {
    assert.equal(lastOffer([{ at: 990, roomId: 'b' }], new Set(['a']), 1000), Number.POSITIVE_INFINITY);
    assert.equal(lastListed([sight(900, { a: 'dead' })], 'dead', 1000), Number.POSITIVE_INFINITY);
    assert.equal(lastListed([sight(1200, { a: 'dead' })], 'dead', 1000), Number.POSITIVE_INFINITY);
  });

  it('reads from the commands of scripts which room was offered', () => {
    assert.equal(offeredIn(['HSET', '{roomcaches}:claimed', 'session', 'room']), 'room');
    assert.equal(offeredIn(['HGET', '{roomcaches}:claimed', 'session']), undefined);
    assert.equal(offeredIn(['HSET', 'roomcaches', 'room', '{}']), undefined);
    assert.equal(offeredIn(['PING']), undefined);
  });

  it('does not blame a seat that died with its process', () => {
    assert.ok(diedWith(shutOut(985, 1006, 'dead'), 'dead', 1000));
    assert.ok(!diedWith(shutOut(985, 1006, 'other'), 'dead', 1000));
    assert.ok(!diedWith(shutOut(1100, 1006, 'dead'), 'dead', 1000));
    assert.ok(!diedWith(join(985, { answer: seat('r', 'dead') }), 'dead', 1000));
  });

  it('sorts joins by what can be asked of them around an outage', () => {
    const joins = [join(0), refused(1000, 534, true), join(1900), refused(2500, 534, true), join(2900), join(6000)];
    const sorted = sortJoins(joins, { wentAt: 500, backAt: 2000 });
    assert.deepEqual(
      [sorted.away.asked, sorted.afterwards.asked, sorted.seatsWhileAway, sorted.firstJoinMs],
      [4, 1, 1, 910],
    );
  });

  it('asks of joins that Redis left half way what it asks of those that came later', () => {
    const answer = { kind: 'silent', words: 'no answer' } as const;
    const halfWay: Join = { method: 'create', askedAt: 490, answeredAt: 15_490, answer };
    const { away } = sortJoins([join(0), halfWay], { wentAt: 500, backAt: 2000 });
    assert.deepEqual([away.asked, away.hopeless, away.longestAnswerMs], [1, 1, 15_000]);
  });
});

const good: JoinTally = {
  asked: 9,
  seats: 9,
  refused: {},
  shutOut: {},
  hopeless: 0,
  longestAnswerMs: 20,
  longestJoinMs: 30,
  failures: [],
};
const nobody: JoinTally = { ...good, asked: 0, seats: 0, longestAnswerMs: 0, longestJoinMs: 0 };
const bad: JoinTally = { ...good, seats: 8, refused: { 541: 1 }, hopeless: 1 };

const stall: StallTrial = {
  process: 1,
  stallMs: 2000,
  joins: good,
  takenOff: 2,
  unlistedMs: 900,
  listedTwice: 0,
  revived: 0,
  onTwoMs: 0,
  stillOnTwoMs: 0,
  lost: 0,
};
const kill: KillTrial = { process: 1, joins: good, died: 1, lastOfferMs: 1900, lastListedMs: 4900, rooms: 2, lost: 0 };
const outage: OutageTrial = {
  seconds: 30,
  away: { ...good, refused: { 534: 9 }, longestAnswerMs: 1900 },
  seatsWhileAway: 0,
  firstJoinMs: 2900,
  afterwards: good,
  unlistedMs: 2900,
  rooms: 9,
  intervalBeforeP99: 40,
  intervalP99: 47,
  longestIntervalMs: 240,
  lost: 0,
  ended: 0,
};
const burst: BurstTrial = { side: 'hypogeum', joiners: 500, joins: good, rooms: 32, roomsWithSeats: 32, mostRooms: 11 };

function missed(different: Partial<MatchmakingFigures>): string[] {
  const figures = { stalls: [], kills: [], outages: [], bursts: [], ...different };
  return checkMatchmaking(figures).flatMap(({ id, ok }) => (ok ? [] : [id]));
}

describe('chaos matchmaking: what is done when nothing else is said', () => {
  it('is what was asked: 100 stalls, 20 kills, 10 outages of 30 s, 500 joiners', () => {
    const { stalls, kills, outages, seconds, joiners, parts } = matchmakingChaos.options;
    assert.deepEqual(
      [stalls, kills, outages, seconds, joiners].map((option) => option.default),
      [100, 20, 10, 30, 500],
    );
    assert.equal(parts.default, 'stalls,kills,outages,burst');
  });

  it('stands still for 1 to 10 s, any process of the three', () => {
    const drawn = drawStalls({ trials: 1000, random: createRandom(1) });
    const [shortest, longest] = [Math.min, Math.max].map((most) => most(...drawn.map(({ stallMs }) => stallMs)));
    assert.ok(shortest! >= 1000 && shortest! < 1200 && longest! > 9800 && longest! <= 10_000);
    assert.deepEqual([...new Set(drawn.map(({ process }) => process))].sort(), [0, 1, 2]);
  });
});

describe('chaos matchmaking: figures and checks', () => {
  it('passes good trials', () => {
    assert.deepEqual(missed({ stalls: [stall], kills: [kill], outages: [outage], bursts: [burst] }), []);
  });

  it('asks nothing of parts that were not run, and nothing of stock', () => {
    assert.deepEqual(checkMatchmaking({ stalls: [], kills: [], outages: [], bursts: [] }), []);
    assert.deepEqual(missed({ bursts: [burst, { ...burst, side: 'stock', rooms: 40, joins: bad }] }), []);
  });

  it('misses the check of each figure that is off', () => {
    const stalls = (off: Partial<StallTrial>): string[] => missed({ stalls: [stall, { ...stall, ...off }] });
    assert.deepEqual(stalls({ listedTwice: 1 }), ['stalls-twice']);
    assert.deepEqual(stalls({ stillOnTwoMs: 50 }), ['stalls-two-processes']);
    assert.deepEqual(stalls({ unlistedMs: 1001 }), ['stalls-relisted']);
    assert.deepEqual(stalls({ joins: bad }), ['stalls-retryable']);
    assert.deepEqual(stalls({ lost: 1 }), ['stalls-lost']);
    assert.deepEqual(stalls({ stallMs: 3000, takenOff: 0 }), ['stalls-taken-off']);
    assert.deepEqual(stalls({ stallMs: 2500, takenOff: 0 }), []);
    assert.deepEqual(missed({ stalls: [{ ...stall, joins: nobody }] }), ['stalls-retryable']);
    const kills = (off: Partial<KillTrial>): string[] => missed({ kills: [kill, { ...kill, ...off }] });
    assert.deepEqual(kills({ joins: { ...good, longestJoinMs: 1001 } }), ['kills-wait']);
    assert.deepEqual(kills({ joins: bad }), ['kills-failed']);
    assert.deepEqual(kills({ lastOfferMs: 2001 }), ['kills-offered']);
    assert.deepEqual(kills({ lastListedMs: 5001 }), ['kills-swept']);
    assert.deepEqual(kills({ lost: 1 }), ['kills-lost']);
    assert.deepEqual(missed({ kills: [{ ...kill, joins: nobody }] }), ['kills-failed']);
    const outages = (off: Partial<OutageTrial>): string[] => missed({ outages: [outage, { ...outage, ...off }] });
    assert.deepEqual(outages({ lost: 1 }), ['outages-disconnects']);
    assert.deepEqual(outages({ intervalP99: 49 }), ['outages-interval']);
    assert.deepEqual(outages({ longestIntervalMs: 251 }), ['outages-longest']);
    assert.deepEqual(outages({ away: bad }), ['outages-retryable']);
    assert.deepEqual(outages({ away: { ...good, longestAnswerMs: 2001 } }), ['outages-answered']);
    assert.deepEqual(outages({ firstJoinMs: 3001 }), ['outages-return']);
    assert.deepEqual(outages({ afterwards: bad }), ['outages-return']);
    assert.deepEqual(outages({ unlistedMs: 3001 }), ['outages-relisted']);
    assert.deepEqual(outages({ ended: 1 }), ['outages-processes']);
    assert.deepEqual(missed({ outages: [{ ...outage, away: nobody }] }), ['outages-retryable']);
    const bursts = (off: Partial<BurstTrial>): string[] => missed({ bursts: [burst, { ...burst, ...off }] });
    assert.deepEqual(bursts({ rooms: 33 }), ['burst-rooms']);
    assert.deepEqual(bursts({ roomsWithSeats: 31 }), ['burst-rooms']);
    assert.deepEqual(bursts({ joins: bad }), ['burst-failed']);
    assert.deepEqual(missed({ bursts: [{ ...burst, joins: nobody }] }), ['burst-failed']);
  });

  it('prints a table a part', () => {
    const stock: BurstTrial = { ...burst, side: 'stock', rooms: 34 };
    const text = formatMatchmaking({
      stalls: [stall],
      kills: [kill],
      outages: [outage],
      bursts: [burst, { ...burst, rooms: 33 }, stock],
    });
    assert.match(text, /hypogeum +2 +32 to 33/);
    assert.match(text, /stock +1 +34/);
    assert.match(text, /9 x 534/);
  });
});
