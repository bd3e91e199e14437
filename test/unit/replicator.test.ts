import assert from 'node:assert/strict';
import { $changes, Encoder, MapSchema, Reflection, type Schema, schema, t } from '@colyseus/schema';
import { noMeter } from '../../src/kernel/ports.ts';
import { createCounters } from '../../src/observability/counters.ts';
import { Replicator } from '../../src/replication/colyseus-replicator.ts';
import { leavesOut, rootOf, treeOf } from '../../src/replication/colyseus-schema-internals.ts';
import { area, owner } from '../../src/replication/policies.ts';

const Unit = schema({ x: t.number().default(0), y: t.number().default(0), name: t.string().default('') }, 'PUnit');
const Secretive = schema({ x: t.number().default(0), secret: t.string().default('').view() }, 'PSecretive');
const Team = schema({ units: t.map(Unit).view() }, 'PTeam');
const State = schema(
  {
    round: t.uint32().default(0),
    units: t.map(Unit).view(),
    secretive: t.map(Secretive).view(),
    numbers: t.map('number').view(),
    open: t.map(Unit),
    team: Team,
  },
  'PState',
);

const PATCH = Buffer.of(15);
const STATE = Buffer.of(14);

function setUp(meter = noMeter) {
  const state = new State();
  state.team = new Team();
  const encoder = new Encoder(state);
  return { state, encoder, replicator: new Replicator(encoder, { meter, labels: { room: 'test' } }) };
}

function unit(x: number, y = 0): InstanceType<typeof Unit> {
  return new Unit().assign({ x, y });
}

describe('replicate: what it takes (R1)', () => {
  it('refuses what cannot be replicated, naming it', () => {
    const { state, replicator } = setUp();
    const refused = (collection: unknown, words: RegExp): void =>
      assert.throws(() => replicator.replicate(collection as MapSchema<Schema>, owner()), {
        name: 'ReplicationError',
        message: words,
      });
    refused({}, /only maps of schemas/);
    refused(undefined, /only maps of schemas/);
    refused(new MapSchema(), /not in the state/);
    refused(state.open, /open .*\.view\(\)/);
    refused(state.numbers, /numbers holds no schemas/);
    refused(state.secretive, /secret, must not be \.view\(\)/);
    replicator.replicate(state.units, owner());
    refused(state.units, /units is replicated already/);
    const from = (center: MapSchema): (() => void) => {
      return () => replicator.replicate(state.team!.units, area({ radius: 1, center }));
    };
    for (const center of [state.units, state.team.units, new MapSchema()])
      assert.throws(from(center), { name: 'ReplicationError', message: /`center` must be/ });
    replicator.replicate(state.team.units, owner());
  });
});

describe('what a tick costs', () => {
  it('encodes nothing, and follows nothing, with nobody there (R20)', () => {
    const { state, replicator } = setUp();
    replicator.replicate(state.units, area({ radius: 10 }));
    for (let i = 0; i < 10; i++) state.units.set(`u${i}`, unit(i));
    replicator.encode(0);
    replicator.finish();
    assert.equal(replicator.stats.entities, 0);
    const observer = replicator.addObserver({ sessionId: 'u3' });
    replicator.encode(50);
    replicator.snapshot(observer, STATE);
    replicator.finish();
    assert.deepEqual([replicator.stats.entities, replicator.knownCount(observer)], [10, 10]);
  });

  it('encodes a changed entity once however many see it, and hands out frames of their own (R11, R18)', () => {
    const { state, replicator } = setUp();
    replicator.replicate(state.units, area({ radius: 100 }));
    for (let i = 0; i < 20; i++) state.units.set(`u${i}`, unit(i));
    const observers = [...state.units.keys()].map((sessionId) => replicator.addObserver({ sessionId }));
    replicator.encode(0);
    for (const observer of observers) replicator.snapshot(observer, STATE);
    replicator.finish();

    const encoded = countCalls(treeOf(state.units.get('u5')!).encDescriptor.encoders, '0');
    state.units.get('u5')!.x = 6.5;
    replicator.encode(50);
    const frames = observers.map((observer) => replicator.patch(observer, PATCH)!);
    replicator.finish();
    assert.equal(encoded(), 1, 'its x was written once');
    for (const frame of frames) assert.deepEqual(frame, frames[0]);
    const before = frames.map((frame) => frame.toString('hex'));

    state.units.get('u5')!.x = 1234.5;
    replicator.encode(100);
    for (const observer of observers) replicator.patch(observer, PATCH);
    replicator.finish();
    assert.deepEqual(
      frames.map((frame) => frame.toString('hex')),
      before,
    );
  });

  it('knows as much as it was sent, not as much as there is (R19)', () => {
    const { state, replicator } = setUp();
    replicator.replicate(state.units, area({ radius: 10 }));
    for (let i = 0; i < 5000; i++) state.units.set(`u${i}`, unit(i * 5));
    const observer = replicator.addObserver({ sessionId: 'u100' });
    replicator.encode(0);
    replicator.snapshot(observer, STATE);
    replicator.finish();
    assert.equal(replicator.knownCount(observer), 5);
  });

  it('tells who missed ticks of what they know no more than what changed (R16)', () => {
    const { state, replicator } = setUp();
    replicator.replicate(state.units, owner({ of: () => 'me' }));
    for (let i = 0; i < 20; i++) state.units.set(`u${i}`, unit(i));
    const observer = replicator.addObserver({ sessionId: 'me' });
    replicator.encode(0);
    replicator.snapshot(observer, STATE);
    replicator.finish();
    replicator.encode(50);
    replicator.finish();
    state.units.get('u3')!.y = 7;
    state.units.set('new', unit(1));
    replicator.encode(100);
    const frame = replicator.patch(observer, PATCH)!.toString('latin1');
    replicator.finish();
    assert.deepEqual(frame.match(/u\d+|new/g), ['new']);
    assert.ok(frame.length < 30, `${frame.length} bytes`);
  });

  it('tells how much others know also to a policy, while it looks for somebody (R19)', () => {
    const { state, replicator } = setUp();
    const known: number[] = [];
    const [first, second] = ['u1', 'u2'].map((sessionId) => replicator.addObserver({ sessionId }));
    replicator.replicate(state.units, (viewer) => {
      known.push(replicator.knownCount(first!), replicator.knownCount(second!));
      return viewer.sessionId === 'u1';
    });
    for (let i = 0; i < 40; i++) state.units.set(`u${i}`, unit(i));
    for (let tick = 0; tick < 2; tick++) {
      replicator.encode(tick);
      for (const observer of [first!, second!]) replicator.snapshot(observer, STATE);
      replicator.finish();
    }
    assert.deepEqual([replicator.knownCount(first!), replicator.knownCount(second!)], [40, 0]);
    assert.deepEqual([...new Set(known)], [0, 40]);
  });

  it('does not ask Colyseus to encode when only entities changed', () => {
    const { state, encoder, replicator } = setUp();
    replicator.replicate(state.units, area({ radius: 10 }));
    state.units.set('u', unit(0));
    const observer = replicator.addObserver({ sessionId: 'u' });
    replicator.encode(0);
    replicator.snapshot(observer, STATE);
    replicator.finish();
    const calls = countCalls(encoder, 'encode');
    state.units.get('u')!.x = 1;
    replicator.encode(50);
    assert.ok(replicator.patch(observer, PATCH));
    replicator.finish();
    assert.equal(calls(), 0);
    state.round++;
    replicator.encode(100);
    assert.ok(replicator.patch(observer, PATCH));
    replicator.finish();
    assert.equal(calls(), 1);
  });
});

describe('plain entities (R11)', () => {
  const names = Array.from({ length: 63 }, (_, i) => `f${i}`);
  const Wide = schema(Object.fromEntries(names.map((name) => [name, t.string().optional()])), 'PWide');
  const WideState = schema({ wide: t.map(Wide).view() }, 'PWideState');

  it('tell of every field, set and without a value again, in patches and to who missed some', () => {
    const state = new WideState();
    const encoder = new Encoder(state);
    const replicator = new Replicator(encoder, { meter: noMeter, labels: {} });
    replicator.replicate(state.wide, () => true);
    state.wide.set('w', new Wide());
    const players = ['quick', 'slow'].map((sessionId) => ({
      decoder: Reflection.decode<typeof state>(Reflection.encode(encoder)),
      observer: replicator.addObserver({ sessionId }),
    }));
    const fields = state.wide.get('w') as unknown as Record<string, string | undefined>;
    let ticks = 0;
    const tick = (...[change, reads]: [() => void, number]): void => {
      change();
      replicator.encode(ticks++ * 50);
      for (const { decoder, observer } of players.slice(0, reads)) {
        const whole = replicator.needsSnapshot(observer);
        const frame = whole ? replicator.snapshot(observer, STATE) : replicator.patch(observer, PATCH);
        if (frame !== undefined) decoder.decode(frame, { offset: 1 });
        assert.deepEqual(decoder.state.wide.toJSON(), state.wide.toJSON());
      }
      replicator.finish();
    };
    tick(() => {}, 2);
    for (const name of names) {
      tick(() => (fields[name] = name), 1);
      if (name !== 'f40') tick(() => (fields[name] = undefined), 1);
      tick(() => {}, 2);
    }
  });
});

describe('entities nobody may see (R8)', () => {
  it('are counted with the reason, and seen once the reason is gone', () => {
    const counters = createCounters();
    const { state, replicator } = setUp(counters);
    const bounds = { minX: -50, minY: -50, maxX: 50, maxY: 50 };
    replicator.replicate(state.units, area({ radius: 1000, bounds }));
    const strange = { me: unit(0), nan: unit(Number.NaN), far: unit(60), edge: unit(50, -50), twice: unit(1) };
    for (const [key, value] of Object.entries(strange)) state.units.set(key, value);
    state.units.set('again', strange.twice);
    const observer = replicator.addObserver({ sessionId: 'me' });
    replicator.encode(0);
    replicator.snapshot(observer, STATE);
    replicator.finish();
    const seen = (): string[] => {
      const keys: string[] = [];
      replicator.eachKnown(observer, (_, key) => keys.push(key));
      return keys.sort();
    };
    assert.deepEqual(seen(), ['edge', 'me']);
    const hidden = (why: string): number => counters.total('hypogeum_replication_hidden_total', { why, room: 'test' });
    assert.deepEqual([hidden('no position'), hidden('out of bounds'), hidden('in two places')], [1, 1, 2]);
    strange.nan.x = 3;
    strange.far.x = 40;
    state.units.delete('again');
    replicator.encode(50);
    replicator.patch(observer, PATCH);
    replicator.finish();
    assert.deepEqual(seen(), ['edge', 'far', 'me', 'nan', 'twice']);
  });

  it('are those whose policy throws, and the room goes on', () => {
    const counters = createCounters();
    const { state, replicator } = setUp(counters);
    replicator.replicate(state.units, (_, __, key) => {
      if (key === 'bad') throw new Error('a mistake of the game');
      return true;
    });
    state.units.set('good', unit(0));
    state.units.set('bad', unit(0));
    const observer = replicator.addObserver({ sessionId: 'x' });
    replicator.encode(0);
    replicator.snapshot(observer, STATE);
    replicator.finish();
    assert.equal(replicator.knownCount(observer), 1);
    assert.ok(counters.total('hypogeum_replication_hidden_total', { why: 'policy failed' }) > 0);
  });
});

describe('a collection taken out of the state (R3)', () => {
  it('is empty to everybody', () => {
    const { state, replicator } = setUp();
    replicator.replicate(state.units, owner());
    state.units.set('me', unit(0));
    const observer = replicator.addObserver({ sessionId: 'me' });
    replicator.encode(0);
    replicator.snapshot(observer, STATE);
    replicator.finish();
    assert.equal(replicator.knownCount(observer), 1);
    state.units = new MapSchema<InstanceType<typeof Unit>>();
    replicator.encode(50);
    replicator.patch(observer, PATCH);
    replicator.finish();
    assert.equal(replicator.knownCount(observer), 0);
  });
});

describe('the inside of @colyseus/schema that replication reads', () => {
  it('is where it was', () => {
    const { state, encoder } = setUp();
    state.units.set('a', unit(0));
    const root = rootOf(encoder);
    assert.ok(root.nextUniqueId > 0 && Array.isArray(root.pendingFilterRefresh) && root.streamTrees instanceof Set);
    assert.ok(root.changes.next?.changeTree !== undefined);
    const tree = treeOf(state.units.get('a')!);
    assert.equal(tree, (state.units.get('a') as unknown as { [$changes]: unknown })[$changes]);
    assert.ok(tree.isFiltered && tree._isSchema && tree.parentRef === state.units && tree.root === encoder.root);
    assert.deepEqual(tree.encDescriptor.names, ['x', 'y', 'name']);
    assert.ok(treeOf(state.units).collDirty!.size === 1);
    assert.equal(typeof encoder.tryEncodeTypeId, 'function');
    const Gaps = schema({ a: t.uint8(), b: t.uint8().patchOnly() }, 'PGaps');
    assert.ok(leavesOut(treeOf(new Gaps()).encDescriptor.metadata));
    assert.ok(!leavesOut(tree.encDescriptor.metadata));
    assert.equal((state.units as unknown as { $indexes: Map<number, string> }).$indexes.get(0), 'a');
  });
});

/** Counts the calls of a method of one object, which still does its work. */
function countCalls(target: object, name: string): () => number {
  let calls = 0;
  const original = (target as Record<string, (...args: unknown[]) => unknown>)[name]!;
  Object.defineProperty(target, name, {
    configurable: true,
    enumerable: true,
    writable: true,
    value(...args: unknown[]) {
      calls++;
      return original.apply(target, args);
    },
  });
  return () => calls;
}
