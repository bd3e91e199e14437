import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { heightAt, paceAt, SEA, SIZE } from '../../rooms/world/map.ts';
import {
  BAG_LIMIT,
  BURST_TICKS,
  DAY_SECONDS,
  DROP_REST_TICKS,
  ITEM_KINDS,
  MAX_DROPPED,
  MAX_STEPS,
  MORNING,
  REACH,
  REGROW_TICKS,
  TICK_RATE,
  WALK_SPEED,
} from '../../rooms/world/rules.ts';
import { drop, enter, isOpen, leave, sanitizeWalk, stepBody, type Walk } from '../../rooms/world/simulation.ts';
import { createRandom } from '../../src/kernel/random.ts';
import { enterAt, newRealm, type PlainRealm, tick, towards } from '../support/world-realm.ts';

const FULL = 127;
const STRIDE = WALK_SPEED / TICK_RATE;

/** A meadow with nothing in the way for `reach` around, the same in every run. */
function meadow(reach: number): { x: number; y: number } {
  const random = createRandom(7);
  for (let tries = 0; tries < 100_000; tries++) {
    const [x, y] = [random.int(SIZE), random.int(SIZE)];
    let open = true;
    for (let dx = -reach; dx <= reach && open; dx += 8) {
      for (let dy = -24; dy <= 24 && open; dy += 8) open = isOpen(x + dx, y + dy) && paceAt(x + dx, y + dy) === 1;
    }
    if (open) return { x, y };
  }
  throw new Error('there is no meadow');
}

const { x: MX, y: MY } = meadow(200);

function lay(realm: PlainRealm, kind: number, x: number, y: number): string {
  const id = `laid-${realm.world.items.size}`;
  const thing = { kind, x, y };
  realm.world.items.set(id, thing);
  realm.things.add({ id, thing, freeAt: 0, dropped: false });
  return id;
}

const counts = (realm: PlainRealm, id: string) => Object.fromEntries(realm.world.bags.get(id)!.counts);

/** A body may touch what stands in its way: rounded to float32 it may be in it by a hair. */
function isFree({ x, y }: { x: number; y: number }): boolean {
  return [-0.01, 0.01].some((hair) => isOpen(x + hair, y) || isOpen(x, y + hair));
}

describe('world: walking', () => {
  it('goes where the stick points, at the speed of the ground, and no faster on the diagonal', () => {
    const body = { x: MX, y: MY, heading: 0 };
    stepBody(body, FULL, 0);
    assert.deepEqual([body.x, body.y, body.heading], [Math.fround(MX + STRIDE), MY, 0]);
    stepBody(body, FULL, FULL);
    assert.ok(Math.abs(Math.hypot(body.x - Math.fround(MX + STRIDE), body.y - MY) - STRIDE) < 0.01);
    assert.ok(Math.abs(body.heading - Math.PI / 4) < 1e-9);
    const before = { ...body };
    stepBody(body, 0, 0);
    assert.deepEqual(body, before);
  });

  it('from anywhere, whatever is pressed for however long, stays on open ground and off the sea', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.tuple(fc.integer(), fc.integer()), { maxLength: 30 }), (seed, sticks) => {
        const realm = newRealm({ seed });
        enter(realm, 'a', 'a');
        const body = realm.world.units.get('a')!;
        for (const [moveX, moveY] of sticks) {
          const input = towards(moveX, moveY);
          sanitizeWalk(input);
          for (let i = 0; i < 60; i++) {
            const { x, y } = body;
            stepBody(body, input.moveX, input.moveY);
            assert.ok(Math.hypot(body.x - x, body.y - y) < STRIDE + 45, 'no jumps');
            assert.ok(heightAt(body.x, body.y) >= SEA, `${body.x}, ${body.y} is in the sea`);
            assert.ok(isFree(body), `${body.x}, ${body.y} is inside of something`);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('slides along the coast instead of sticking to it', () => {
    let [x, y] = [MX, MY];
    while (heightAt(x, y) > SEA + 0.01 && x > 100) x -= 4;
    const body = { x, y, heading: 0 };
    for (let i = 0; i < 400; i++) stepBody(body, -90, 90);
    assert.ok(Math.abs(body.y - y) > 100, `moved along it by ${body.y - y}`);
  });

  it('reaches every quarter of the island from the meadow', () => {
    // Open ground is in one piece as far as it matters: flood over a coarse grid of places.
    const step = 64;
    const seen = new Set<number>();
    const side = Math.floor(SIZE / step);
    const todo = [Math.floor(MY / step) * side + Math.floor(MX / step)];
    while (todo.length > 0) {
      const at = todo.pop()!;
      const [column, row] = [at % side, Math.floor(at / side)];
      if (seen.has(at) || heightAt((column + 0.5) * step, (row + 0.5) * step) < SEA) continue;
      seen.add(at);
      if (column > 0) todo.push(at - 1);
      if (column < side - 1) todo.push(at + 1);
      if (row > 0) todo.push(at - side);
      if (row < side - 1) todo.push(at + side);
    }
    let land = 0;
    for (let at = 0; at < side * side; at++) {
      if (heightAt(((at % side) + 0.5) * step, (Math.floor(at / side) + 0.5) * step) >= SEA) land++;
    }
    assert.ok(seen.size > 0.9 * land, `${seen.size} of ${land} places`);
  });
});

describe('world: inputs', () => {
  it('makes any input harmless, and a harmless one stays as it is', () => {
    const values = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(Number.NaN, Infinity, -Infinity, -0.5, 1e300));
    fc.assert(
      fc.property(values, values, values, (moveX, moveY, steps) => {
        const input: Walk = { moveX, moveY, steps };
        sanitizeWalk(input);
        assert.ok(Number.isInteger(input.moveX) && Number.isInteger(input.moveY) && Number.isInteger(input.steps));
        assert.ok(Math.hypot(input.moveX, input.moveY) <= FULL);
        assert.ok(input.steps >= 1 && input.steps <= MAX_STEPS);
        const again = { ...input };
        sanitizeWalk(again);
        assert.deepEqual(again, input);
      }),
    );
  });

  it('uses one tick of input a tick: twice as many move nobody further', () => {
    const realm = newRealm();
    const [honest, greedy] = [enterAt(realm, 'honest', MX, MY), enterAt(realm, 'greedy', MX, MY)];
    for (const walker of realm.walkers.values()) walker.credit = 0;
    for (let i = 0; i < 10; i++) {
      tick(realm, { honest: [towards(FULL, 0)], greedy: [towards(FULL, 0), towards(FULL, 0)] });
    }
    assert.ok(Math.abs(honest.x - MX - 10 * STRIDE) < 0.1);
    assert.equal(greedy.x, honest.x);
  });

  it('makes up for inputs that come late and in a bunch, up to a burst', () => {
    const realm = newRealm();
    const unit = enterAt(realm, 'late', MX, MY);
    realm.walkers.get('late')!.credit = 0;
    for (let i = 0; i < 3; i++) tick(realm);
    tick(realm, { late: [1, 2, 3, 4].map(() => towards(FULL, 0)) });
    assert.ok(Math.abs(unit.x - MX - 4 * STRIDE) < 0.05);
    for (let i = 0; i < 50; i++) tick(realm);
    tick(realm, { late: Array.from({ length: 12 }, () => towards(FULL, 0)) });
    assert.ok(Math.abs(unit.x - MX - (4 + BURST_TICKS) * STRIDE) < 0.05);
  });

  it('walks an input of several ticks as far as so many single ones', () => {
    const realm = newRealm();
    const [thin, full] = [enterAt(realm, 'thin', MX, MY), enterAt(realm, 'full', MX, MY)];
    for (const walker of realm.walkers.values()) walker.credit = 0;
    for (let i = 0; i < 8; i++) {
      tick(realm, { thin: i % 4 === 0 ? [towards(FULL, 0, 4)] : [], full: [towards(FULL, 0)] });
    }
    assert.equal(thin.x, full.x);
  });
});

describe('world: things', () => {
  it('what one walks over is in the bag and no longer on the ground, for that one only', () => {
    const realm = newRealm();
    enterAt(realm, 'a', MX, MY);
    enterAt(realm, 'b', MX, MY + 4 * REACH);
    const id = lay(realm, 2, Math.round(MX + REACH + 2 * STRIDE), MY);
    tick(realm, { a: [towards(FULL, 0)] });
    assert.deepEqual(counts(realm, 'a'), {});
    tick(realm, { a: [towards(FULL, 0)] });
    tick(realm, { a: [towards(FULL, 0)] });
    assert.deepEqual(counts(realm, 'a'), { [ITEM_KINDS[2]]: 1 });
    assert.deepEqual(counts(realm, 'b'), {});
    assert.equal(realm.world.items.has(id), false);
  });

  it('comes up again somewhere else after a while', () => {
    const realm = newRealm();
    enterAt(realm, 'a', MX, MY);
    lay(realm, 0, MX, MY);
    tick(realm, { a: [towards(FULL, 0)] });
    assert.equal(realm.world.items.size, 0);
    for (let i = 0; i < REGROW_TICKS; i++) tick(realm);
    const [[id, thing] = assert.fail()] = realm.world.items;
    assert.ok(id !== 'laid-0' && isOpen(thing.x, thing.y));
  });

  it('a full bag takes no more of its kind, and leaves it lying', () => {
    const realm = newRealm();
    enterAt(realm, 'a', MX, MY);
    realm.world.bags.get('a')!.counts.set('coin', BAG_LIMIT);
    lay(realm, 0, MX, MY);
    tick(realm, { a: [towards(FULL, 0)] });
    assert.equal(realm.world.items.size, 1);
    assert.deepEqual(counts(realm, 'a'), { coin: BAG_LIMIT });
  });

  it('a dropped thing lies ahead, out of reach, and can be taken again after its rest', () => {
    const realm = newRealm();
    const unit = enterAt(realm, 'a', MX, MY);
    realm.world.bags.get('a')!.counts.set('gem', 2);
    assert.equal(drop(realm, 'a', 'gem'), true);
    assert.deepEqual(counts(realm, 'a'), { gem: 1 });
    const [thing] = [...realm.world.items.values()];
    assert.equal(ITEM_KINDS[thing!.kind], 'gem');
    assert.ok(Math.hypot(thing!.x - unit.x, thing!.y - unit.y) > REACH);
    for (let i = 0; i < 5; i++) tick(realm, { a: [towards(FULL, 0)] });
    assert.equal(realm.world.items.size, 1, 'it rests');
    for (let i = 0; i < DROP_REST_TICKS; i++) tick(realm);
    tick(realm, { a: [towards(1, 0)] });
    assert.deepEqual([realm.world.items.size, counts(realm, 'a')], [0, { gem: 2 }]);
    for (let i = 0; i <= REGROW_TICKS; i++) tick(realm);
    assert.equal(realm.world.items.size, 0, 'what was only dropped does not multiply');
  });

  it('nobody drops what they do not have, and no nonsense', () => {
    const realm = newRealm();
    enterAt(realm, 'a', MX, MY);
    for (const kind of ['coin', 'sword', '', 7, null, undefined, {}, 'constructor', ['coin']]) {
      assert.equal(drop(realm, 'a', kind), false, String(kind));
    }
    assert.equal(drop(realm, 'nobody', 'coin'), false);
    assert.equal(realm.world.items.size, 0);
  });

  it('the ground keeps the newest of what is dropped', () => {
    const realm = newRealm();
    enterAt(realm, 'a', MX, MY);
    const { counts: bag } = realm.world.bags.get('a')!;
    for (let i = 0; i < MAX_DROPPED + 10; i++) {
      bag.set('fig', 1);
      drop(realm, 'a', 'fig');
    }
    assert.equal(realm.world.items.size, MAX_DROPPED);
    assert.equal(realm.world.items.has('i9'), false);
    assert.equal(realm.world.items.has(`i${MAX_DROPPED + 9}`), true);
  });
});

describe('world: the whole', () => {
  it('stays as full as it was made, on open ground, and tells its numbers once a second', () => {
    const realm = newRealm({ seed: 3, creatures: 300, items: 200 });
    enter(realm, 'a', 'Ann');
    assert.deepEqual([realm.world.creatures, realm.world.things, realm.world.players], [300, 200, 0]);
    for (let i = 0; i < 10 * TICK_RATE; i++) tick(realm, { a: [towards(FULL, 40)] });
    assert.equal(realm.world.units.size, 301);
    assert.equal(realm.world.players, 1);
    assert.equal(realm.world.hour, (MORNING + 10) % DAY_SECONDS);
    for (const { x, y } of realm.world.units.values()) assert.ok(heightAt(x, y) >= SEA, `${x}, ${y}`);
    leave(realm, 'a');
    assert.deepEqual([realm.world.units.size, realm.world.bags.size, realm.walkers.size], [300, 0, 0]);
  });

  it('equal seeds and inputs give equal worlds; another seed another one', () => {
    const hash = (seed: number): string => {
      const realm = newRealm({ seed, creatures: 200, items: 400 });
      const chance = createRandom(seed + 1);
      for (let i = 0; i < 20; i++) enter(realm, `p${i}`, `p${i}`);
      for (let i = 0; i < 400; i++) {
        const inputs: Record<string, Walk[]> = {};
        for (const id of realm.walkers.keys()) inputs[id] = [towards(chance.int(255) - 127, chance.int(255) - 127)];
        if (i % 20 === 0) drop(realm, `p${chance.int(20)}`, chance.pick(ITEM_KINDS));
        tick(realm, inputs);
      }
      const bags = [...realm.world.bags].map(([id, bag]) => [id, [...bag.counts]]);
      const all = JSON.stringify([[...realm.world.units], [...realm.world.items], bags]);
      return createHash('sha256').update(all).digest('hex');
    };
    assert.equal(hash(5), hash(5));
    assert.notEqual(hash(5), hash(6));
  });
});
