import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createRandom } from '../../src/kernel/random.ts';
import { compareArrays } from '../../src/replication/array-change.ts';
import { ByteArena } from '../../src/replication/byte-arena.ts';
import { ByteBudget, PriorityQueue, priority } from '../../src/replication/byte-budget.ts';
import { KnownPool, type KnownSet } from '../../src/replication/known-set.ts';
import { area, owner } from '../../src/replication/policies.ts';
import { SpatialHash } from '../../src/replication/spatial-hash.ts';
import { type ValueSpans, WholeForms } from '../../src/replication/whole-forms.ts';

describe('policies (R2)', () => {
  it('refuses impossible areas where they are made', () => {
    for (const radius of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      assert.throws(() => area({ radius }), { name: 'RangeError', message: /radius/ });
    assert.throws(() => area({ radius: 10, leaveRadius: 9 }), /leaveRadius/);
    assert.throws(() => area({ radius: 10, leaveRadius: Number.NaN }), /leaveRadius/);
    const bounds = { minX: 0, minY: 0, maxX: 0, maxY: 5 };
    assert.throws(() => area({ radius: 10, bounds }), /bounds/);
  });

  it('sees a tenth farther than the radius before it lets go, unless told otherwise', () => {
    assert.equal(area({ radius: 100 }).leaveRadius, 110.00000000000001);
    assert.equal(area({ radius: 100, leaveRadius: 100 }).leaveRadius, 100);
    assert.equal(owner().kind, 'owner');
  });
});

describe('SpatialHash', () => {
  /** The plain version: everything within reach. */
  function near(points: readonly (readonly [number, number])[], x: number, y: number, radius: number): number[] {
    return points.flatMap(([px, py], i) => ((px - x) ** 2 + (py - y) ** 2 <= radius * radius ? [i] : []));
  }

  it('finds what a walk over all points finds, each once, wherever they are', () => {
    const coordinate = fc.oneof(
      fc.double({ min: -300, max: 300, noNaN: true }),
      fc.integer({ min: -30, max: 30 }).map((cell) => cell * 10),
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    );
    const point = fc.tuple(coordinate, coordinate);
    fc.assert(
      fc.property(
        fc.array(point, { maxLength: 300 }),
        point,
        fc.double({ min: 0.1, max: 10 }),
        (points, [x, y], radius) => {
          const hash = new SpatialHash(10);
          hash.rebuild(
            points.length,
            Int32Array.from(points.keys()),
            Float64Array.from(points, ([px]) => px),
            Float64Array.from(points, ([, py]) => py),
          );
          const found = new Int32Array(points.length + 1);
          const count = hash.query(x, y, radius, found);
          assert.deepEqual(
            [...found.subarray(0, count)].sort((a, b) => a - b),
            near(points, x, y, radius),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('finds a point at the very edge of its reach, whatever rounding does to the cells', () => {
    const hash = new SpatialHash(10);
    const found = new Int32Array(2);
    const below = (value: number): number => value - Number.EPSILON * Math.max(1, Math.abs(value));
    for (const x of [-3e-323, 0, below(0), below(10), below(-10), 1e9 + 0.1, -1e9 - 0.1, 2 ** 31 - 0.1])
      for (const [offX, offY] of [
        [10, 0],
        [-10, 0],
        [0, 10],
        [0, -10],
      ] as const) {
        hash.rebuild(1, Int32Array.of(7), Float64Array.of(x + offX), Float64Array.of(x + offY));
        const within = (x + offX - x) ** 2 + (x + offY - x) ** 2 <= 100;
        assert.equal(hash.query(x, x, 10, found), within ? 1 : 0, `${x} ${offX} ${offY}`);
      }
  });

  it('is used again for other points, more and fewer', () => {
    const random = createRandom(7);
    const hash = new SpatialHash(5);
    for (const count of [3, 500, 20, 4000, 0, 64]) {
      const points = Array.from({ length: count }, () => [random.next() * 200, random.next() * 200] as const);
      const [xs, ys] = [Float64Array.from(points, ([x]) => x), Float64Array.from(points, ([, y]) => y)];
      hash.rebuild(count, Int32Array.from(points.keys()), xs, ys);
      const found = new Int32Array(count + 1);
      for (let i = 0; i < 20; i++) {
        const [x, y] = [random.next() * 220 - 10, random.next() * 220 - 10];
        const hits = [...found.subarray(0, hash.query(x, y, 5, found))].sort((a, b) => a - b);
        assert.deepEqual(hits, near(points, x, y, 5), `seed 7, ${count} points`);
      }
    }
  });

  it('says which positions it cannot take (R8)', () => {
    const hash = new SpatialHash(10);
    assert.ok(hash.reaches(-1e10, 1e10));
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 1e30]) {
      assert.ok(!hash.reaches(bad, 0));
      assert.ok(!hash.reaches(0, -bad));
    }
  });
});

describe('KnownPool (R19)', () => {
  const slots = (known: KnownSet): number[] => Array.from({ length: known.count }, (_, at) => known.slotAt(at));

  it('keeps what was added and not removed, with what was sent of it', () => {
    const known = new KnownPool().open(0);
    for (let i = 0; i < 100; i++) known.add(i, 1000 + i, 5);
    assert.deepEqual([known.count, known.came, known.sent, known.versionAt(3)], [100, 100, 0, -5]);
    known.markAllSent(6);
    known.beginLook();
    known.removeAt(0, true);
    known.add(200, 2000, 7);
    assert.deepEqual([known.came, known.sent, known.versionAt(99), known.versionAt(98)], [1, 99, -7, 6]);
    assert.deepEqual(
      [known.slotAt(0), known.serialAt(0), known.versionAt(0)],
      [99, 1099, 6],
      'the last takes its place',
    );
    known.removeAt(99, false);
    known.removeAt(1, false);
    assert.deepEqual([known.left, known.leftSent, known.count], [3, 2, 98]);
    const left = [0, 1, 2].map((n) => [known.leftSlotAt(n), known.leftSerialAt(n)]);
    assert.deepEqual(left, [[0, 1000], [-1, 0], [-1, 1001]], 'gone is -1, never sent is 0'); // biome-ignore format: a table
    known.upTo = 9;
    assert.equal(known.versionAt(1), 9);
    known.markSent(1, 12);
    assert.deepEqual([known.versionAt(1), known.sent], [12, 98]);
    known.beginLook();
    assert.deepEqual([known.left, known.leftSent, known.came], [0, 0, 0]);
  });

  it('keeps what left in a look apart from what came in it, also when it grows', () => {
    const known = new KnownPool().open(3);
    for (let i = 0; i < 16; i++) known.add(i, 100 + i, 1);
    known.markAllSent(1);
    known.own(5, 105);
    known.beginLook();
    for (let i = 0; i < 10; i++) known.removeAt(0, true);
    for (let i = 0; i < 50; i++) known.add(1000 + i, 2000 + i, 2);
    const left = Array.from({ length: known.left }, (_, n) => known.leftSerialAt(n) - known.leftSlotAt(n));
    assert.deepEqual([left, known.left, known.count, known.came], [new Array(10).fill(100), 10, 56, 50]);
    const serials = slots(known).map((slot, at) => known.serialAt(at) - slot);
    assert.deepEqual(serials, [...new Array(6).fill(100), ...new Array(50).fill(1000)]);
    assert.deepEqual([known.versionAt(5), known.versionAt(6), known.sent], [1, -2, 6]);
    assert.deepEqual([known.ownSlot, known.ownSerial], [5, 105]);
  });

  it('gives each observer memory of its own, as much as that one knows, and takes it back', () => {
    const random = createRandom(3);
    const pool = new KnownPool();
    const held = Array.from({ length: 100 }, () => [] as number[]);
    for (let n = 0; n < 20_000; n++) {
      const observer = random.int(100);
      const known = pool.open(observer);
      const mine = held[observer]!;
      if (random.next() < 0.001) {
        pool.release(observer);
        mine.length = 0;
      } else if (random.next() < 0.55 || mine.length === 0) {
        known.beginLook();
        known.add(n, n, 1);
        mine.push(n);
      } else {
        const at = random.int(mine.length);
        known.beginLook();
        known.removeAt(at, false);
        const last = mine.pop()!;
        if (at < mine.length) mine[at] = last;
      }
      if (n % 500 !== 0) continue;
      held.forEach((each, number) => {
        assert.deepEqual(slots(pool.open(number)), each, 'seed 3');
      });
    }
    const entries = held.reduce((sum, { length }) => sum + length, 0);
    assert.ok(
      pool.numbers.length < entries * 3 * 8 + 100 * 64,
      `${pool.numbers.length} numbers for ${entries} entries`,
    );
  });
});

describe('WholeForms (R11)', () => {
  const ARRIVAL = 4;

  /** A whole of plain values: an arrival, then for each field a byte for its name and its value; '' for none. */
  function write(values: readonly string[]): { source: ByteArena; spans: ValueSpans } {
    const source = new ByteArena();
    const spans = { starts: new Int32Array(64), ends: new Int32Array(64) };
    source.appendAll(Buffer.from('here'));
    values.forEach((value, field) => {
      if (value !== '') source.appendAll(Buffer.of(128 + field));
      spans.starts[field] = source.length;
      source.appendAll(Buffer.from(value));
      spans.ends[field] = source.length;
    });
    return { source, spans };
  }

  function read(forms: WholeForms, slot: number): Buffer {
    const [both, parts] = [new ByteArena(), new ByteArena()];
    forms.appendBoth(both, slot);
    forms.appendArrival(parts, slot);
    assert.equal(parts.length, ARRIVAL);
    forms.appendFields(parts, slot);
    assert.deepEqual(parts.bytes.subarray(0, parts.length), both.bytes.subarray(0, both.length));
    return both.bytes.subarray(0, both.length);
  }

  it('keeps small wholes right through any changes, or says that they are not', () => {
    const random = createRandom(11);
    const forms = new WholeForms();
    const value = (): string => 'abcdefghijkl'.slice(0, random.int(6)).toUpperCase() || String(random.int(10));
    const truth = Array.from({ length: 300 }, () => [value(), '', value(), value()]);
    let renewed = 0;
    for (let tick = 1; tick <= 60; tick++) {
      forms.begin();
      truth.forEach((values, slot) => {
        if (random.next() < 0.5) {
          const field = random.int(values.length);
          const source = new ByteArena();
          source.appendAll(Buffer.from('before'));
          const start = source.length;
          values[field] = random.next() < 0.1 ? '' : values[field]!.length === 1 ? String(random.int(10)) : value();
          source.appendAll(Buffer.from(values[field]!));
          forms.renew(slot, field, source, start);
        }
        const { source, spans } = write(values);
        if (forms.isValid(slot, tick)) renewed++;
        else assert.ok(forms.keep(slot, source, ARRIVAL, spans, values.length));
        assert.deepEqual(read(forms, slot), source.bytes.subarray(0, source.length), `seed 11, slot ${slot}`);
      });
    }
    assert.ok(renewed > 5000, `${renewed} times from what was kept`);
  });

  it('has large and other wholes for one tick, beside the small ones', () => {
    const forms = new WholeForms();
    forms.begin();
    const small = write(['x', 'y']);
    assert.ok(forms.keep(3, small.source, ARRIVAL, small.spans, 2));
    const large = write(['z'.repeat(5000), 'y']);
    assert.equal(forms.keep(900, large.source, ARRIVAL, large.spans, 2), false);
    forms.set(900, large.source, ARRIVAL, 7);
    assert.deepEqual([forms.isValid(900, 7), forms.isValid(900, 8), forms.isValid(901, 7)], [true, false, false]);
    assert.deepEqual(read(forms, 900), large.source.bytes.subarray(0, large.source.length));
    assert.deepEqual(read(forms, 3), small.source.bytes.subarray(0, small.source.length));
    forms.invalidate(900);
    forms.invalidate(3);
    forms.invalidate(5000);
    assert.deepEqual([forms.isValid(900, 7), forms.isValid(3, 7)], [false, false]);
  });
});

describe('ByteArena', () => {
  it('writes again with more memory what ran past its end', () => {
    const arena = new ByteArena();
    const sizes = [10, 5000, 40_000, 3, 200_000];
    const starts = sizes.map((size, n) =>
      arena.write(({ bytes, cursor }) => {
        for (let i = 0; i < size; i++) bytes[cursor.offset++] = n + 1;
      }, undefined),
    );
    starts.forEach((start, n) => {
      const written = arena.bytes.subarray(start, start + sizes[n]!);
      assert.ok(written.length === sizes[n] && written.every((byte) => byte === n + 1));
    });
  });

  it('hands out frames where they were written, with room in front, and never writes to them again (R18)', () => {
    const random = createRandom(5);
    const arena = new ByteArena();
    const source = new ByteArena();
    source.appendAll(Uint8Array.from({ length: 200_000 }, (_, i) => i % 251));
    const frames: { readonly frame: Buffer; readonly bytes: string }[] = [];
    const memory = new Set<ArrayBufferLike>();
    for (let n = 0; n < 2000; n++) {
      const room = random.int(12);
      const expected: Buffer[] = [];
      arena.begin(room);
      for (let part = random.int(4); part >= 0; part--) {
        const start = random.int(1000);
        const end = start + (n % 100 === 0 ? 100_000 : random.int(400));
        arena.append(source, start, end);
        arena.appendAll(Buffer.from('word'));
        expected.push(source.bytes.subarray(start, end), Buffer.from('word'));
      }
      const whole = Buffer.concat(expected);
      assert.equal(arena.length, whole.length);
      if (n % 7 === 0) {
        arena.drop();
        continue;
      }
      const wrap = (bytes: Buffer, start: number, end: number): Buffer =>
        bytes.fill(255, start - room, start).subarray(start - room, end);
      const frame = arena.cutOff(wrap);
      memory.add(frame.buffer);
      frames.push({ frame, bytes: Buffer.concat([Buffer.alloc(room, 255), whole]).toString('latin1') });
    }
    for (const { frame, bytes } of frames) assert.equal(frame.toString('latin1'), bytes, 'seed 5');
    assert.ok(memory.size < frames.length / 10, `${memory.size} blocks for ${frames.length} frames`);
  });

  it('appends ranges of any length at any place', () => {
    const source = new ByteArena();
    source.appendAll(Uint8Array.from({ length: 5000 }, (_, i) => i & 255));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(4999), fc.nat(300)), { maxLength: 80 }), (ranges) => {
        const target = new ByteArena();
        const expected: number[] = [];
        for (const [start, length] of ranges) {
          const end = Math.min(5000, start + length);
          target.append(source, start, end);
          expected.push(...source.bytes.subarray(start, end));
        }
        assert.deepEqual([...target.bytes.subarray(0, target.length)], expected);
      }),
      { numRuns: 50 },
    );
  });
});

describe('byte budget', () => {
  it('refuses numbers that are not over 0 (R2)', () => {
    assert.throws(() => new ByteBudget({ bytesPerSecond: 0, maxStaleMs: 1000 }), /bytesPerSecond/);
    assert.throws(() => new ByteBudget({ bytesPerSecond: 1000, maxStaleMs: Number.NaN }), /maxStaleMs/);
  });

  it('fills with time up to a burst, and remembers what was sent on credit (R22)', () => {
    const budget = new ByteBudget({ bytesPerSecond: 10_000, maxStaleMs: 1000 });
    budget.fill(0);
    assert.equal(budget.left, 2500);
    budget.spend(4000);
    budget.fill(50);
    assert.equal(budget.left, -1000);
    budget.fill(10_000);
    assert.equal(budget.left, 2500);
  });

  it('puts nearer and longer waiting ones first (R21)', () => {
    assert.ok(priority(100, 0.1) > priority(100, 0.9));
    assert.ok(priority(400, 0.5) > priority(100, 0.5));
    assert.ok(priority(1000, 1) > priority(100, 0), 'and nobody waits for good');
  });

  it('hands out candidates from the first to the last', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 200, size: 'max' }), (values) => {
        const queue = new PriorityQueue();
        queue.push(-5, 3);
        queue.clear();
        values.forEach((value, i) => {
          queue.push(i, value);
        });
        const out: number[] = [];
        for (let at = queue.pop(); at >= 0; at = queue.pop()) out.push(values[at]!);
        assert.deepEqual(
          out,
          values.toSorted((a, b) => b - a),
        );
      }),
    );
  });
});

describe('compareArrays (R15)', () => {
  /** What a decoder makes of a change. */
  function apply(before: readonly string[], after: readonly string[]): string[] {
    const change = compareArrays(before, after);
    const result = [...before];
    if (change.kind === 'append') result.push(...after.slice(change.from));
    else if (change.kind === 'remove') result.splice(change.from, change.count);
    else if (change.kind === 'replace') for (const index of change.indexes) result[index] = after[index]!;
    else if (change.kind === 'all') return [...after];
    return result;
  }

  it('tells any change so that it ends where it should', () => {
    const array = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 });
    fc.assert(fc.property(array, array, (before, after) => assert.deepEqual(apply(before, after), after)));
  });

  it('tells the usual ones shortly, and all of what it never saw', () => {
    assert.deepEqual(compareArrays(['a'], ['a', 'b', 'c']), { kind: 'append', from: 1 });
    assert.deepEqual(compareArrays(['a', 'b', 'c'], ['a', 'c']), { kind: 'remove', from: 1, count: 1 });
    assert.deepEqual(compareArrays(['a', 'b', 'c'], ['a', 'x', 'c']), { kind: 'replace', indexes: [1] });
    assert.deepEqual(compareArrays(['a'], ['a']), { kind: 'none' });
    assert.deepEqual(compareArrays(undefined, ['a']), { kind: 'all' });
    assert.deepEqual(compareArrays(['a', 'b'], ['x', 'a', 'b']), { kind: 'all' });
  });
});
