/** Parts that go from entity to entity, or that several hold: cases that the replication fuzz found, by their rules. */
import assert from 'node:assert/strict';
import {
  ArraySchema,
  type Decoder,
  Encoder,
  MapSchema,
  Reflection,
  type SchemaType,
  SetSchema,
  schema,
  t,
} from '@colyseus/schema';
import { noMeter } from '../../src/kernel/ports.ts';
import type { ByteBudgetOptions } from '../../src/replication/byte-budget.ts';
import { type Observer, Replicator } from '../../src/replication/colyseus-replicator.ts';
import { treeOf } from '../../src/replication/colyseus-schema-internals.ts';
import { plain } from '../support/state-mirror.ts';

const Item = schema({ name: t.string().default(''), note: t.string().optional() }, 'HItem');
const Chest = schema({ slot: t.ref(Item).optional(), items: t.map(Item) }, 'HChest');
const Unit = schema(
  {
    n: t.uint32().default(0),
    bag: t.map(Item),
    gems: t.array(Item),
    words: t.array('string'),
    tags: t.set('string'),
    name: t.string().optional(),
    chest: t.ref(Chest).optional(),
    weapon: t.ref(Item).optional(),
  },
  'HUnit',
);
const State = schema({ round: t.uint8().default(0), units: t.map(Unit).view(), ground: t.map(Item).view() }, 'HState');
type Unit = SchemaType<typeof Unit>;
type Item = SchemaType<typeof Item>;
type State = SchemaType<typeof State>;

/** One entity a patch. */
const TIGHT: ByteBudgetOptions = { bytesPerSecond: 40, maxStaleMs: 1000 };

class Player {
  readonly replicator: Replicator;
  readonly decoder: Decoder<State>;
  wholeStates = 0;
  observer: Observer;
  reads = true;

  constructor(replicator: Replicator, handshake: Uint8Array, budget?: ByteBudgetOptions) {
    this.replicator = replicator;
    this.decoder = Reflection.decode(handshake);
    this.observer = replicator.addObserver({ sessionId: 'p' }, budget);
  }

  take(): void {
    if (!this.reads) return;
    const whole = this.replicator.needsSnapshot(this.observer);
    if (whole) this.decoder.decodeResync(this.replicator.snapshot(this.observer, Buffer.alloc(1)), { offset: 1 });
    const frame = whole ? undefined : this.replicator.patch(this.observer, Buffer.alloc(1));
    if (frame !== undefined) this.decoder.decode(frame, { offset: 1 });
    if (whole) this.wholeStates++;
  }

  /** The connection ends; the player keeps the state. */
  leave(): void {
    this.replicator.removeObserver(this.observer);
    this.reads = false;
  }

  comeBack(): void {
    this.observer = this.replicator.addObserver({ sessionId: 'p' });
    this.reads = true;
  }

  get state(): State {
    return this.decoder.state;
  }
}

function setUp() {
  const state = new State();
  const encoder = new Encoder(state);
  const replicator = new Replicator(encoder, { meter: noMeter, labels: {} });
  replicator.replicate(state.units, () => true);
  replicator.replicate(state.ground, () => true);
  for (const key of ['a', 'b']) state.units.set(key, unit(key));
  const handshake = Reflection.encode(encoder);
  const players: Player[] = [];
  const join = (budget?: ByteBudgetOptions): Player => {
    const player = new Player(replicator, handshake, budget);
    players.push(player);
    return player;
  };
  let ticks = 0;
  const tick = (): void => {
    replicator.encode(ticks++ * 50);
    for (const player of players) player.take();
    replicator.finish();
  };
  const [a, b] = [state.units.get('a')!, state.units.get('b')!];
  return { state, a, b, join, tick };
}

function unit(name: string): Unit {
  const made = new Unit();
  made.bag.set('first', item(`${name} first`));
  made.gems.push(item(`${name} gem`));
  made.words.push(`${name} word`);
  made.tags.add(`${name} tag`);
  return made;
}

function item(name: string): Item {
  return new Item().assign({ name });
}

/** What the player has is what there is, and their decoder keeps nothing else; after a second whole state it may. */
function assertSame(player: Player, state: State): void {
  assert.deepEqual(plain(player.state.units), plain(state.units));
  assert.deepEqual(plain(player.state.ground), plain(state.ground));
  const instances = Object.keys(treeOf(state).root!.changeTrees).length;
  if (player.wholeStates === 1) assert.equal(player.decoder.root.refs.size, instances);
}

describe('parts that change hands', () => {
  const complaints: string[] = [];
  const { warn, error } = console;
  beforeEach(() => {
    complaints.length = 0;
    console.warn = console.error = (...words: unknown[]) => complaints.push(words.map(String).join(' '));
  });
  afterEach(() => {
    Object.assign(console, { warn, error });
    assert.deepEqual(complaints, []);
  });

  /** Hands a collection of `a` to `b`; the other one is lost. */
  const HANDOVERS: Readonly<Record<string, (a: Unit, b: Unit) => void>> = {
    map: (a, b) => ([a.bag, b.bag] = [new MapSchema<Item>(), a.bag]),
    array: (a, b) => ([a.gems, b.gems] = [new ArraySchema<Item>(), a.gems]),
    'array of words': (a, b) => ([a.words, b.words] = [new ArraySchema<string>(), a.words]),
    set: (a, b) => ([a.tags, b.tags] = [new SetSchema<string>(), a.tags]),
  };
  for (const [kind, handOver] of Object.entries(HANDOVERS)) {
    it(`R14: a whole ${kind} goes to another entity, and a budget tells of one entity at a time`, () => {
      for (const turned of [false, true]) {
        const { state, a, b, join, tick } = setUp();
        const player = join(TIGHT);
        tick();
        if (turned) handOver(b, a);
        else handOver(a, b);
        for (let i = 0; i < 30; i++) tick();
        assertSame(player, state);
        for (const each of [a, b]) {
          each.bag.set('later', item('later'));
          each.bag.delete('first');
          each.gems.push(item('later'));
          each.gems.shift();
          each.words.push('later');
          each.tags.add('later');
        }
        for (let i = 0; i < 60; i++) tick();
        assertSame(player, state);
      }
    });

    it(`R14, R17: a whole ${kind} goes to another entity while nobody is there, and a player comes back`, () => {
      const { state, a, b, join, tick } = setUp();
      const player = join();
      tick();
      player.leave();
      tick();
      handOver(a, b);
      tick();
      player.comeBack();
      tick();
      assertSame(player, state);
      assert.equal(player.wholeStates, 2);
    });
  }

  it('R14: two entities hold one collection: both have what becomes of it, also when one lets go', () => {
    const { state, a, b, join, tick } = setUp();
    const [player, slow] = [join(), join()];
    tick();
    [b.bag, b.words, b.tags] = [a.bag, a.words, a.tags];
    tick();
    slow.reads = false;
    const change = (n: number): void => {
      a.bag.set(`n${n}`, item(`n${n}`));
      a.bag.delete(`n${n - 1}`);
      a.words.unshift(`n${n}`);
      a.tags.add(`n${n}`);
    };
    for (let n = 1; n < 4; n++) {
      change(n);
      tick();
      assertSame(player, state);
    }
    b.bag = new MapSchema<Item>();
    change(4);
    tick();
    change(5);
    tick();
    assertSame(player, state);
    slow.reads = true;
    tick();
    assertSame(slow, state);
    const late = join();
    tick();
    change(6);
    tick();
    for (const each of [player, slow, late]) assertSame(each, state);
  });

  it('R14: one entity holds a collection twice', () => {
    const { state, a, join, tick } = setUp();
    a.chest = new Chest();
    const player = join();
    tick();
    a.chest.items = a.bag;
    tick();
    a.bag.set('new', item('new'));
    tick();
    assertSame(player, state);
    const late = join();
    tick();
    assertSame(late, state);
    state.units.delete('a');
    tick();
    assertSame(player, state);
  });

  it('R14: two entities hold a part, and one of them goes and comes back', () => {
    const { state, a, b, join, tick } = setUp();
    a.chest = new Chest();
    const player = join();
    b.chest = a.chest;
    tick();
    state.units.delete('a');
    tick();
    state.units.set('a', a);
    tick();
    a.chest.items.set('new', item('new'));
    tick();
    assertSame(player, state);
    state.units.delete('b');
    a.chest.items.set('newer', item('newer'));
    tick();
    assertSame(player, state);
  });

  it('R14: a part goes to and fro between holders of different classes, and there it may be in two', () => {
    const { state, a, join, tick } = setUp();
    a.chest = new Chest().assign({ slot: item('sword') });
    const player = join();
    tick();
    for (let i = 0; i < 3; i++) {
      a.weapon = a.chest.slot;
      a.chest.slot = undefined;
      [a.bag, a.chest.items] = [a.chest.items, a.bag];
      tick();
      assertSame(player, state);
      a.chest.slot = a.weapon;
      if (i === 1) tick();
      a.weapon = undefined;
      tick();
      assertSame(player, state);
    }
  });

  it('R14: an instance that moves into an array is written over what a player has of it', () => {
    const { state, a, b, join, tick } = setUp();
    const player = join(TIGHT);
    a.gems.push(item('1').assign({ note: 'old' }), item('2'));
    tick();
    const moved = a.gems.pop()!;
    const noted = a.gems.pop()!;
    noted.note = undefined;
    b.gems.unshift(moved, noted);
    for (let i = 0; i < 60; i++) tick();
    assertSame(player, state);
  });

  it('R8, R14: an entity that is a part of another one is hidden, its holder has it, and it is seen when it is none', () => {
    const { state, a, join, tick } = setUp();
    const player = join();
    const found = item('found');
    a.gems.push(found);
    tick();
    state.ground.set('g', found);
    found.name = 'lost';
    tick();
    assert.equal(player.state.ground.size, 0);
    assert.equal(player.state.units.get('a')!.gems[1]!.name, 'lost');
    found.name = 'lost again';
    tick();
    assert.equal(player.state.units.get('a')!.gems[1]!.name, 'lost again');
    a.gems.push(found);
    tick();
    a.gems.splice(1, 2);
    tick();
    assertSame(player, state);
    assert.equal(player.state.ground.get('g')!.name, 'lost again');
  });

  it('R8: who missed the ticks in which an entity was in two places has all its changes when it is in one', () => {
    const { state, a, join, tick } = setUp();
    const slow = join();
    join();
    tick();
    slow.reads = false;
    state.units.set('twice', a);
    tick();
    a.n = 7;
    a.bag.set('new', item('new'));
    tick();
    state.units.delete('twice');
    tick();
    slow.reads = true;
    tick();
    assertSame(slow, state);
  });

  it('R13: the same instance out and in again in one step is another entity, and complete', () => {
    const { state, a, join, tick } = setUp();
    const player = join();
    tick();
    a.name = 'somebody';
    tick();
    state.units.delete('a');
    a.name = undefined;
    a.bag.delete('first');
    state.units.set('a', a);
    tick();
    assertSame(player, state);
  });

  it('R15: an element that is gone from its array says nothing any more', () => {
    const { state, a, join, tick } = setUp();
    const player = join();
    a.gems.push(item('1'), item('2'));
    tick();
    const gone = a.gems[1]!;
    a.gems.splice(1, 1);
    a.gems.unshift(item('0'));
    gone.name = 'said by one who is gone';
    tick();
    assertSame(player, state);
  });

  it('R14: a part that left its collection and came back under another key still belongs to it', () => {
    const { state, a, join, tick } = setUp();
    const player = join();
    tick();
    const first = a.bag.get('first')!;
    a.bag.delete('first');
    a.bag.set('x', item('x'));
    a.bag.set('y', first);
    tick();
    first.name = 'still here';
    tick();
    assertSame(player, state);
  });
});
