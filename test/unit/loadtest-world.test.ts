import assert from 'node:assert/strict';
import fc from 'fast-check';
import { clientFrame, FrameReader, Opcode } from '../../loadtest/bots/frames.ts';
import { botKind } from '../../loadtest/bots/kinds.ts';
import { DIRECTIONS, STAND, stickOf, WorldBrain } from '../../loadtest/bots/world-brain.ts';
import { addTally, difference, newTally, stepsPerSecond } from '../../loadtest/bots/world-census.ts';
import { checkLoad, type LoadFigures } from '../../loadtest/figures.ts';
import { parseCores } from '../../loadtest/pin.ts';
import { type Census, LEAVE_RADIUS, VIEW_RADIUS } from '../../rooms/world/rules.ts';
import { Bag, Item, Unit, WorldState } from '../../rooms/world/state.ts';
import { createRandom } from '../../src/kernel/random.ts';

describe('load test: WebSocket frames', () => {
  /** As a server sends it: not masked. */
  function serverFrame(opcode: number, payload: Buffer, final = true): Buffer {
    const { length } = payload;
    const size =
      length < 126
        ? Buffer.from([length])
        : length < 65_536
          ? Buffer.from([126, length >> 8, length & 255])
          : Buffer.concat([Buffer.from([127]), Buffer.from([0, 0, 0, 0]), uint32(length)]);
    return Buffer.concat([Buffer.from([(final ? 0x80 : 0) | opcode]), size, payload]);
  }

  function uint32(value: number): Buffer {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  }

  it('reads every frame whole, however the stream is cut', () => {
    const lengths = fc.array(fc.oneof(fc.nat(300), fc.constantFrom(0, 125, 126, 65_535, 65_536)), { maxLength: 8 });
    fc.assert(
      fc.property(lengths, fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1 }), (sizes, cuts) => {
        const sent = sizes.map((size, i) => Buffer.alloc(size, i + 1));
        const stream = Buffer.concat(sent.map((payload) => serverFrame(Opcode.binary, payload)));
        const heard: Buffer[] = [];
        const reader = new FrameReader((_opcode, payload) => heard.push(Buffer.from(payload)));
        for (let at = 0, i = 0; at < stream.length; i++) {
          const end = at + cuts[i % cuts.length]!;
          reader.feed(Buffer.from(stream.subarray(at, end)));
          at = end;
        }
        assert.deepEqual(heard, sent);
      }),
      { numRuns: 200 },
    );
  });

  it('joins a message of several frames, and hears a ping in the middle of it', () => {
    const heard: [number, string][] = [];
    const reader = new FrameReader((opcode, payload) => heard.push([opcode, payload.toString()]));
    const parts = [
      serverFrame(Opcode.binary, Buffer.from('one '), false),
      serverFrame(Opcode.ping, Buffer.from('?')),
      serverFrame(0, Buffer.from('message')),
    ];
    reader.feed(Buffer.concat(parts));
    assert.deepEqual(heard, [
      [Opcode.ping, '?'],
      [Opcode.binary, 'one message'],
    ]);
  });

  it('makes client frames that are masked with nothing', () => {
    assert.deepEqual([...clientFrame(Opcode.pong, Buffer.from([7, 8]))], [0x8a, 0x82, 0, 0, 0, 0, 7, 8]);
    const long = clientFrame(Opcode.binary, Buffer.alloc(300, 9));
    assert.deepEqual([...long.subarray(0, 9)], [0x82, 0xfe, 1, 44, 0, 0, 0, 0, 9]);
    assert.equal(long.length, 308);
  });
});

describe('load test: the world', () => {
  it('has bots of its own, and any other room is played like an arena', () => {
    assert.equal(botKind('world').inputsPerSecond, 4);
    assert.equal(botKind('arena').inputsPerSecond, 30);
    assert.equal(botKind('constructor').inputsPerSecond, 30);
  });

  it('its bots walk most of the time, turn now and then, and do the same with the same seed', () => {
    const walk = (seed: number): number[] => {
      const brain = new WorldBrain(createRandom(seed));
      return Array.from({ length: 1000 }, (_, i) => brain.decide(i * 200));
    };
    const one = walk(1);
    assert.deepEqual(one, walk(1));
    assert.notDeepEqual(one, walk(2));
    assert.ok(new Set(one).size > 8);
    const standing = one.filter((direction) => direction === STAND).length;
    assert.ok(standing > 0 && standing < 400, `${standing} of 1000`);
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      const { moveX, moveY } = stickOf(direction);
      assert.ok(Math.abs(Math.hypot(moveX, moveY) - 126.5) <= 1.5);
    }
  });

  it('takes cores apart from each other', () => {
    assert.deepEqual(parseCores('0:1'), { server: '0', bots: '1' });
    assert.deepEqual(parseCores('0,2:1-3'), { server: '0,2', bots: '1-3' });
    for (const wrong of ['', '0', '0:', ':1', 'a:b', '0:1:2', '0;1']) assert.equal(parseCores(wrong), undefined, wrong);
  });

  describe('census', () => {
    const NEAR = VIEW_RADIUS - 1;
    const BETWEEN = (VIEW_RADIUS + LEAVE_RADIUS) / 2;
    let state: WorldState;
    let census: Census;

    beforeEach(() => {
      state = new WorldState();
      state.units.set('me', new Unit().assign({ x: 1000, y: 1000 }));
      state.units.set('c1', new Unit().assign({ kind: 1, x: 1000 + NEAR, y: 1000 }));
      state.items.set('i1', new Item().assign({ kind: 2, x: 1000, y: 1000 + NEAR }));
      const bag = new Bag();
      bag.counts.set('coin', 2);
      state.bags.set('me', bag);
      census = {
        at: 50,
        tick: 1,
        units: [
          ['me', 1000, 1000, 0],
          ['c1', 1000 + NEAR, 1000, 1],
          ['c2', 1000 + BETWEEN, 1000, 1],
        ],
        items: [['i1', 1000, 1000 + NEAR, 2]],
        bag: { coin: 2 },
      };
    });

    const found = () => difference(state, 'me', census);

    it('agrees with a client that knows what it should; at the edge of sight it may know more', () => {
      assert.equal(found(), undefined);
      state.units.set('c2', new Unit().assign({ kind: 1, x: 1000 + BETWEEN, y: 1000 }));
      assert.equal(found(), undefined);
    });

    for (const [what, change, words] of [
      ['somebody who is missing', () => state.units.delete('c1'), /unit c1 at .* is not known/],
      ['somebody who is elsewhere', () => state.units.get('c1')!.x++, /unit c1 is known as/],
      ['another kind', () => (state.items.get('i1')!.kind = 5), /item i1 is known as kind 5/],
      [
        'somebody who should not be seen',
        () => state.units.set('c9', new Unit()),
        /unit c9 is known and should not be/,
      ],
      ['a thing that is gone', () => state.items.set('i9', new Item()), /item i9 is known and should not be/],
      ['a stranger at the edge in the wrong place', () => state.units.set('c2', new Unit()), /unit c2 is known as/],
      ["another player's bag", () => state.bags.set('you', new Bag()), /the bag of you is known/],
      ['a missing bag', () => state.bags.delete('me'), /own bag is not known/],
      ['a wrong count', () => state.bags.get('me')!.counts.set('coin', 3), /of coin 3 are known, there are 2/],
      ['a thing in the bag too many', () => state.bags.get('me')!.counts.set('fig', 1), /of fig 1 are known/],
    ] as const) {
      it(`finds ${what}`, () => {
        change();
        assert.match(found() ?? 'nothing', words);
      });
    }

    it('adds up over clients and processes; steps a second come from the first and the newest answer', () => {
      const sum = newTally();
      addTally(sum, {
        ...newTally(),
        compared: 1,
        clients: 2,
        equal: 3,
        firstTick: 40,
        firstAt: 2000,
        lastTick: 60,
        lastAt: 3000,
      });
      addTally(sum, {
        ...newTally(),
        compared: 1,
        clients: 1,
        different: 1,
        stale: 2,
        firstDifference: 'a',
        firstTick: 20,
        firstAt: 1000,
        lastTick: 50,
        lastAt: 2500,
      });
      assert.deepEqual([sum.compared, sum.clients, sum.equal, sum.different, sum.stale], [2, 3, 3, 1, 2]);
      assert.equal(sum.firstDifference, 'a');
      assert.equal(stepsPerSecond(sum), 20);
      assert.equal(stepsPerSecond(newTally()), undefined);
    });
  });

  describe('checks', () => {
    const durations = { count: 1000, mean: 50, p50: 50, p90: 55, p99: 60, max: 80 };
    const good: LoadFigures = {
      joins: { ok: 2000, failed: 0, reasons: {} },
      drops: { count: 0, closeCodes: {} },
      seconds: 30,
      patches: { count: 1_200_000, perBotPerSecond: 20 },
      patchIntervalMs: durations,
      roundTripMs: durations,
      inputs: { sent: 1, acknowledged: 1, overdue: 0 },
      bytesPerSecond: { in: 1, out: 1, inPerBot: 1, outPerBot: 1 },
      server: { cpu: 0.8, memoryMb: 300, peakMemoryMb: 320 },
      bots: { processes: 1, cpuBusiest: 0.5, cpuTotal: 0.5, sendDelayMs: durations, skippedInputs: 0 },
      census: { ...newTally(), compared: 20, clients: 20, equal: 400, stepsPerSecond: 20 },
      machine: { busy: 0.5, otherCores: 0, stolenCores: 0 },
    };
    const missed = (different: Partial<LoadFigures>): string[] =>
      checkLoad({ ...good, ...different }, 'world').flatMap(({ id, ok }) => (ok ? [] : id));

    it('are six, and a good run keeps them', () => {
      const ids = checkLoad(good, 'world').map(({ id }) => id);
      const asked = [
        'failed-joins',
        'drops',
        'patch-interval-p99',
        'steps-per-second',
        'server-cpu',
        'full-clients-equal',
      ];
      assert.deepEqual(ids, asked);
      assert.deepEqual(missed({}), []);
    });

    it('are missed one by one', () => {
      const { census } = good;
      assert.deepEqual(missed({ patchIntervalMs: { ...durations, p99: 76 } }), ['patch-interval-p99']);
      assert.deepEqual(missed({ census: { ...census!, stepsPerSecond: 19.7 } }), ['steps-per-second']);
      assert.deepEqual(missed({ server: { cpu: 1.01, memoryMb: 1, peakMemoryMb: 1 } }), ['server-cpu']);
      assert.deepEqual(missed({ census: { ...census!, different: 1 } }), ['full-clients-equal']);
      assert.deepEqual(missed({ census: { ...census!, compared: 19 } }), ['full-clients-equal']);
    });

    it('are missed when nothing is known', () => {
      assert.deepEqual(missed({ census: undefined, server: undefined }), [
        'steps-per-second',
        'server-cpu',
        'full-clients-equal',
      ]);
    });
  });
});
