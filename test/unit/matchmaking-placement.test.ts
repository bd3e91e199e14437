import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createRandom } from '../../src/kernel/random.ts';
import { choose } from '../../src/matchmaking/placement.ts';
import type { ProcessReport } from '../../src/matchmaking/process-registry.ts';

const report = (processId: string, rest: Partial<ProcessReport> = {}): ProcessReport => ({
  ...{ processId, address: '127.0.0.1:1', players: 0, rooms: 0, busyShare: 0, takesRooms: true },
  ...rest,
});
const drawing = (...numbers: number[]) => {
  let next = 0;
  return () => numbers[next++ % numbers.length]!;
};
const random = (seed = 1) => {
  const source = createRandom(seed);
  return () => source.next();
};

describe('placement', () => {
  it('P1: of two, the one whose ticks take plainly less of its time', () => {
    const processes = [report('busy', { busyShare: 0.5 }), report('idle', { busyShare: 0.3, players: 900 })];
    assert.equal(choose(processes, random()), 'idle');
  });

  it('P1: the one with fewer players where ticks differ by no more than a tenth', () => {
    const processes = [
      report('many', { busyShare: 0.3, players: 20 }),
      report('few', { busyShare: 0.39, players: 10 }),
    ];
    for (let seed = 0; seed < 20; seed++) assert.equal(choose(processes, random(seed)), 'few');
  });

  it('P1: two different ones are drawn, each as often as any other', () => {
    const processes = ['a', 'b', 'c', 'd'].map((id, i) => report(id, { players: i }));
    const draw = random(7);
    const counts = new Map<string, number>();
    for (let n = 0; n < 6000; n++) {
      const chosen = choose(processes, draw)!;
      counts.set(chosen, (counts.get(chosen) ?? 0) + 1);
    }
    // Of the six pairs a wins three, b two, c one; d would win only against itself.
    assert.equal(counts.get('d'), undefined);
    for (const [id, share] of [
      ['a', 3],
      ['b', 2],
      ['c', 1],
    ] as const) {
      assert.ok(Math.abs(counts.get(id)! - share * 1000) < 150, `${id}: ${counts.get(id)}`);
    }
  });

  it('P1: a burst placed by one old list is spread', () => {
    const processes = Array.from({ length: 10 }, (_, i) => report(`p${i}`, { players: i }));
    const draw = random(3);
    const counts = new Map<string, number>();
    for (let n = 0; n < 100; n++) {
      const chosen = choose(processes, draw)!;
      counts.set(chosen, (counts.get(chosen) ?? 0) + 1);
    }
    assert.ok(Math.max(...counts.values()) < 40, JSON.stringify([...counts]));
  });

  it('P2: one whose ticks take more than 85 % gets none as long as there is another', () => {
    const processes = [report('hot', { busyShare: 0.86 }), report('warm', { busyShare: 0.85, players: 9999 })];
    for (let seed = 0; seed < 20; seed++) assert.equal(choose(processes, random(seed)), 'warm');
    assert.equal(choose([processes[0]!], random()), 'hot');
  });

  it('P2, L6: one that stops gets none, even if nobody else is there', () => {
    const stopping = report('stopping', { takesRooms: false });
    assert.equal(choose([stopping, report('hot', { busyShare: 1 })], random()), 'hot');
    assert.equal(choose([stopping], random()), undefined);
    assert.equal(choose([], random()), undefined);
  });

  it('P3: those to avoid are passed over', () => {
    const processes = [report('silent'), report('other', { players: 50 })];
    assert.equal(choose(processes, random(), new Set(['silent'])), 'other');
    assert.equal(choose(processes, random(), new Set(['silent', 'other'])), undefined);
  });

  it('P1, P2: chooses one that may be chosen, whatever is reported and drawn', () => {
    const reports = fc.uniqueArray(
      fc.record({
        processId: fc.string(),
        players: fc.nat(5000),
        busyShare: fc.double({ min: 0, max: 1.5, noNaN: true }),
        takesRooms: fc.boolean(),
      }),
      { selector: (one) => one.processId },
    );
    const draws = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(reports, draws, (all, numbers) => {
        const processes = all.map((one) => report(one.processId, one));
        const avoid = new Set(processes.filter((_, i) => i % 3 === 2).map((one) => one.processId));
        const chosen = choose(processes, drawing(...numbers), avoid);
        const open = processes.filter((one) => one.takesRooms && !avoid.has(one.processId));
        const found = open.find((one) => one.processId === chosen);
        assert.equal(found === undefined, open.length === 0);
        if (found && found.busyShare > 0.85) assert.ok(open.every((one) => one.busyShare > 0.85));
      }),
    );
  });
});
