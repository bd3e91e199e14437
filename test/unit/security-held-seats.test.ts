import assert from 'node:assert/strict';
import { Room } from '@colyseus/core';
import { INTERNAL_METHODS } from '../../src/security/colyseus-held-seats.ts';
import { HeldSeats } from '../../src/security/held-seats.ts';
import { SteppedTime } from '../support/stepped-time.ts';

describe('seats that wait for a socket', () => {
  const open = (maxHeldSeats = 50) => {
    const time = new SteppedTime();
    const seats = new HeldSeats(time, { maxHeldSeats, heldSeatsPercent: 25 });
    const hold = (address: string, roomId: string, sessionId: string, { maxClients = 8, forMs = 5000 } = {}) =>
      seats.hold({ address, roomId, sessionId, maxClients, forMs });
    return { time, seats, hold };
  };

  it("D12: are a quarter of a room's, one at least, for each address", () => {
    for (const [maxClients, most] of [
      [1, 1],
      [2, 1],
      [7, 1],
      [8, 2],
      [16, 4],
      [17, 4],
      [Number.POSITIVE_INFINITY, 50],
    ] as const) {
      const { hold } = open();
      const held = Array.from({ length: 100 }, (_, i) => hold('a', 'r', `s${i}`, { maxClients }));
      assert.equal(held.filter(Boolean).length, most, `${maxClients} seats`);
      assert.equal(hold('b', 'r', 'other', { maxClients }), true, 'somebody else');
    }
  });

  it('D12: are so many for an address in all rooms', () => {
    const { hold } = open(3);
    assert.deepEqual(
      ['r1', 'r2', 'r3', 'r4'].map((room) => hold('a', room, 's')),
      [true, true, true, false],
    );
    assert.equal(hold('b', 'r4', 's'), true);
  });

  it('D12: do not wait any more when the socket has come, or their time is over', () => {
    const { time, seats, hold } = open(2);
    hold('a', 'r1', 's');
    time.stall(1000);
    hold('a', 'r2', 's');
    assert.equal(hold('a', 'r3', 's'), false);
    seats.free('r2', 's');
    seats.free('r2', 's');
    assert.equal(hold('a', 'r3', 's'), true);
    time.stall(3999);
    assert.equal(hold('a', 'r4', 's'), false);
    time.stall(1);
    assert.equal(hold('a', 'r4', 's'), true);
  });

  it('D12: the same seat given again is one, and one with a shorter time counts no longer than that', () => {
    const { time, hold } = open(2);
    for (let i = 0; i < 5; i++) assert.equal(hold('a', 'r', 's'), true);
    hold('a', 'short', 's', { forMs: 100 });
    assert.equal(hold('a', 'r3', 's'), false);
    time.stall(100);
    assert.equal(hold('a', 'r3', 's'), true);
  });

  it('are forgotten with their addresses when their time is over', () => {
    const { time, seats, hold } = open();
    for (let i = 0; i < 10_000; i++) hold(`a${i}`, 'r', `s${i}`);
    assert.deepEqual(seats.size, { seats: 10_000, addresses: 10_000 });
    time.stall(5000);
    hold('b', 'r', 's');
    assert.deepEqual(seats.size, { seats: 1, addresses: 1 });
  });

  it('are made and taken where Colyseus has them made and taken', () => {
    for (const name of INTERNAL_METHODS)
      assert.equal(typeof (Room.prototype as unknown as Record<string, unknown>)[name], 'function', name);
  });
});
