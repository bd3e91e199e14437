import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createCounters } from '../../src/observability/counters.ts';
import { LimitLog } from '../../src/security/limit-log.ts';
import { Occupancy } from '../../src/security/occupancy.ts';
import { RateWindows } from '../../src/security/rate-windows.ts';
import { type LogLine, recordingLogger } from '../support/recording-logger.ts';
import { SteppedTime } from '../support/stepped-time.ts';

describe('rates in memory', () => {
  const open = (limit = 3, maxAddresses = 100) => {
    const time = new SteppedTime();
    return { time, rate: new RateWindows({ name: 'x', limit, windowMs: 10_000, maxAddresses }, time) };
  };

  it('D8: say how long the rest of the window is, and begin anew after it', () => {
    const { time, rate } = open();
    assert.deepEqual([rate.take('a'), rate.take('a')], [0, 0]);
    time.stall(4000);
    assert.deepEqual([rate.take('a'), rate.take('a'), rate.take('b')], [0, 6000, 0]);
    time.stall(5999);
    assert.equal(rate.take('a'), 1);
    time.stall(1);
    assert.equal(rate.take('a'), 0);
    assert.equal(rate.take('b'), 0, 'one of its window, which is not over');
  });

  it('D8: who asks for more than is left has nothing left', () => {
    const { rate } = open(3);
    assert.equal(rate.take('a', 2), 0);
    assert.equal(rate.take('a', 2), 10_000);
    assert.equal(rate.take('a'), 10_000);
  });

  it('D8: forget addresses with their windows', () => {
    const { time, rate } = open();
    for (let i = 0; i < 50; i++) rate.take(`a${i}`);
    time.stall(5000);
    for (let i = 0; i < 20; i++) rate.take(`b${i}`);
    assert.equal(rate.size, 70);
    time.stall(5000);
    rate.take('c');
    assert.equal(rate.size, 21);
  });

  it('D8: of more addresses than may be known, those beyond share one window; those known keep theirs', () => {
    const { time, rate } = open(3, 1000);
    for (let i = 0; i < 1000; i++) assert.equal(rate.take(`a${i}`), 0);
    const spoofed = Array.from({ length: 100_000 }, (_, i) => rate.take(`b${i}`));
    assert.equal(spoofed.filter((waitMs) => waitMs === 0).length, 3);
    assert.equal(rate.size, 1001);
    assert.equal(rate.take('a7'), 0);
    time.stall(10_000);
    assert.equal(rate.take('b9'), 0);
    assert.equal(rate.size, 1);
  });

  it('D9: shut an address out for as long as they are told', () => {
    const { time, rate } = open();
    rate.shut('a', 2000);
    assert.deepEqual([rate.take('a'), rate.take('b')], [2000, 0]);
    time.stall(2000);
    assert.equal(rate.take('a'), 0);
  });
});

describe('occupancy', () => {
  it('D4: has a limit by address and one in all', () => {
    const places = new Occupancy({ inAll: 3, perAddress: 2 });
    assert.deepEqual(
      ['a', 'a', 'a', 'b', 'c', 'a'].map((address) => places.enter(address)),
      [undefined, undefined, 'address', undefined, 'all', 'address'],
    );
    places.leave('a');
    assert.equal(places.enter('c'), undefined);
  });

  it('D7: is empty when all who entered have left, and knows no address then', () => {
    const visits = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean()));
    fc.assert(
      fc.property(visits, (steps) => {
        const places = new Occupancy({ inAll: 5, perAddress: 3 });
        const inside: string[] = [];
        for (const [address, leaves] of steps) {
          if (!leaves && places.enter(address) === undefined) inside.push(address);
          else if (leaves && inside.includes(address))
            places.leave(...(inside.splice(inside.indexOf(address), 1) as [string]));
          assert.equal(places.inAll, inside.length);
          assert.equal(places.addresses, new Set(inside).size);
        }
        for (const address of inside) places.leave(address);
        assert.deepEqual([places.inAll, places.addresses], [0, 0]);
      }),
    );
  });
});

describe('the log of limits', () => {
  it('D16: counts each, and tells a limit a minute, with one of the addresses', () => {
    const time = new SteppedTime();
    const lines: LogLine[] = [];
    const meter = createCounters();
    const log = new LimitLog({ clock: time, logger: recordingLogger(lines), meter });
    for (let i = 0; i < 1000; i++) log.bit('socket_rate', `a${i}`);
    log.bit('match_rate', 'b');
    time.stall(60_000);
    log.bit('socket_rate', 'c');
    assert.equal(meter.total('hypogeum_limit_hits_total', { limit: 'socket_rate' }), 1001);
    assert.deepEqual(
      lines.map(({ fields }) => fields),
      [
        { limit: 'socket_rate', address: 'a0', times: 1 },
        { limit: 'match_rate', address: 'b', times: 1 },
        { limit: 'socket_rate', address: 'c', times: 1000 },
      ],
    );
  });
});
