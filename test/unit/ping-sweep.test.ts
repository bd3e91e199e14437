import assert from 'node:assert/strict';
import { type Pingable, PingSweep } from '../../src/isolation/ping-sweep.ts';

class FakeSocket implements Pingable {
  pingCount = 0;
  pings = 0;
  answers = true;
  readonly #all: Set<Pingable>;
  constructor(all: Set<Pingable>) {
    this.#all = all;
    all.add(this);
  }
  ping(): void {
    this.pings++;
    if (this.answers) this.pingCount = 0;
  }
  terminate(): void {
    this.#all.delete(this);
  }
}

describe('PingSweep', () => {
  const OPTIONS = { slicesPerRound: 60, maxUnanswered: 2 };
  const set = (size: number) => {
    const all = new Set<Pingable>();
    return { all, sockets: Array.from({ length: size }, () => new FakeSocket(all)) };
  };
  const round = (sweep: PingSweep): void => {
    for (let i = 0; i < OPTIONS.slicesPerRound; i++) sweep.next();
  };

  for (const size of [0, 1, 59, 60, 61, 400, 1000]) {
    it(`pings each of ${size} sockets once a round, a few at a time`, () => {
      const { all, sockets } = set(size);
      const sweep = new PingSweep(all, OPTIONS);
      let most = 0;
      for (let i = 0; i < OPTIONS.slicesPerRound; i++) {
        const before = sockets.reduce((sum, socket) => sum + socket.pings, 0);
        sweep.next();
        most = Math.max(most, sockets.reduce((sum, socket) => sum + socket.pings, 0) - before);
      }
      assert.ok(sockets.every((socket) => socket.pings === 1));
      assert.ok(most <= Math.ceil(size / 60));
    });
  }

  it('cuts a socket after the unanswered pings it may have, and no other', () => {
    const { all, sockets } = set(100);
    sockets[42]!.answers = false;
    const sweep = new PingSweep(all, OPTIONS);
    round(sweep);
    round(sweep);
    assert.equal(all.size, 100);
    round(sweep);
    assert.equal(all.size, 99);
    assert.ok(!all.has(sockets[42]!));
  });

  it('goes on when sockets come and go in the middle of a round', () => {
    const { all, sockets } = set(300);
    const sweep = new PingSweep(all, OPTIONS);
    for (let i = 0; i < 30; i++) sweep.next();
    for (let i = 0; i < 100; i++) all.delete(sockets[i]!);
    const late = new FakeSocket(all);
    for (let i = 0; i < 30; i++) sweep.next();
    assert.ok(sockets.slice(100).every((socket) => socket.pings === 1));
    round(sweep);
    assert.equal(late.pings >= 1, true);
    assert.ok(sockets.slice(100).every((socket) => socket.pings === 2));
  });
});
