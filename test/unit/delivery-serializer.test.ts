import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { type Client, ClientState, SchemaSerializer } from '@colyseus/core';
import { type Schema, type SchemaType, StateView, schema, t } from '@colyseus/schema';
import fc from 'fast-check';
import { SkippingSerializer, skipping } from '../../src/delivery/colyseus-skipping-serializer.ts';
import { GameClient, type Lines } from '../../src/delivery/ws-game-client.ts';
import { noMeter } from '../../src/kernel/ports.ts';
import { createRandom, type Random } from '../../src/kernel/random.ts';
import { countingNonces } from '../support/fake-player.ts';
import { FakeSocket } from '../support/fake-socket.ts';
import { plain, StateMirror } from '../support/state-mirror.ts';

const Inner = schema({ depth: t.uint8().default(0), note: t.string().optional() }, 'DeliveryInner');
const Unit = schema(
  {
    x: t.number().default(0),
    name: t.string().optional(),
    inner: t.ref(Inner).optional(),
    items: t.array('uint8'),
    secret: t.string().view().optional(),
  },
  'DeliveryUnit',
);
const State = schema(
  {
    n: t.uint32().default(0),
    word: t.string().optional(),
    boss: t.ref(Unit).optional(),
    units: t.map(Unit),
    list: t.array(Unit),
    numbers: t.map('uint16'),
    tags: t.set('string'),
    hidden: t.map(Unit).view(),
  },
  'DeliveryState',
);
const StreamState = schema({ drops: t.stream(Unit) }, 'DeliveryStreamState');
type StreamState = SchemaType<typeof StreamState>;
type State = SchemaType<typeof State>;
type Unit = SchemaType<typeof Unit>;

const RUNS = 60;
/** Of the rooms; printed on failure, with the number of the room that failed. */
const SEED = 13;

/** A client over a line, with what its player makes of it. */
class Player {
  readonly socket = new FakeSocket();
  readonly client: GameClient;
  readonly mirror: StateMirror;
  #taken = 0;
  reads = true;

  /** With the state that they had before, of a player who comes back. */
  constructor(id: string, serializer: SkippingSerializer<Schema>, lines: Lines, before?: StateMirror) {
    this.client = new GameClient(id, this.socket.asWebSocket, lines, {}, before !== undefined);
    this.client.state = ClientState.JOINED;
    this.mirror = before ?? new StateMirror(serializer.handshake());
  }

  take(): void {
    if (!this.reads) return;
    this.socket.read();
    const { messages } = this.socket.player;
    for (; this.#taken < messages.length; this.#taken++) this.mirror.take(messages[this.#taken]!);
  }
}

function setUp(own?: Schema) {
  const clock = { ms: 0, now: () => clock.ms };
  const lines: Lines = {
    deps: { clock, meter: noMeter, nonces: countingNonces() },
    options: { maxInFlightBytes: 1500, maxQueuedBytes: 10_000, congestedTimeoutMs: 1e9 },
  };
  const state = new State();
  const serializer = new SkippingSerializer<Schema>();
  serializer.reset(own ?? state);
  const players: Player[] = [];
  const join = (id: string, view?: StateView, timing?: { sNow: number }): Player => {
    const player = new Player(id, serializer, lines);
    if (view !== undefined) player.client.view = view;
    player.client.raw(serializer.getFullState(player.client, timing));
    players.push(player);
    player.take();
    return player;
  };
  const patch = (timing?: { sNow: number }): void => {
    clock.ms += 50;
    serializer.applyPatches(
      players.map(({ client }) => client as Client),
      state,
      timing,
    );
    for (const player of players) player.take();
  };
  const grow = (): void => {
    state.word = `${state.n++}`.padEnd(400, '#');
  };
  /** A player stops reading, and patches come until no more are sent to them. */
  const congest = (player: Player): void => {
    player.reads = false;
    for (let i = 0; i < 8; i++) {
      grow();
      patch();
    }
    assert.equal(player.client.line.state, 'congested');
  };
  return { clock, lines, state, serializer, players, join, patch, grow, congest };
}

describe('SkippingSerializer', () => {
  it("takes the place of Colyseus's own serializer, and of no other", () => {
    assert.ok(skipping(new SchemaSerializer()) instanceof SkippingSerializer);
    class Own extends SchemaSerializer<Schema> {}
    const own = new Own();
    assert.equal(skipping(own), own);
  });

  it('D16: encodes and frames a patch once: every player gets the very same bytes', () => {
    const { state, join, patch } = setUp();
    const all = ['a', 'b', 'c'].map((id) => join(id));
    patch();
    state.n = 7;
    patch();
    const last = all.map(({ socket }) => socket.player.messages.at(-1)!);
    assert.deepEqual(last[0], last[1]);
    assert.equal(last[0]!.buffer, last[1]!.buffer, 'one buffer');
    assert.equal(last[1]!.buffer, last[2]!.buffer);
  });

  it('D10: what was handed to a socket is never written to again', () => {
    const { state, join, patch, grow } = setUp();
    const player = join('a');
    for (let i = 0; i < 3; i++) {
      grow();
      patch();
    }
    join('b', undefined);
    const before = player.socket.player.messages.map((message) => message.toString('hex'));
    for (let i = 0; i < 5; i++) {
      state.units.set(`u${i}`, new Unit().assign({ x: i }));
      patch();
    }
    const after = player.socket.player.messages.map((message) => message.toString('hex'));
    assert.deepEqual(after.slice(0, before.length), before);
  });

  it('D13: who missed patches gets the whole state in place, right after a patch, once', () => {
    const { state, join, patch, congest } = setUp();
    const [slow, other] = [join('slow'), join('other')];
    state.units.set('gone', new Unit());
    state.boss = new Unit().assign({ x: 1 });
    patch();
    congest(slow);
    const written = slow.socket.player.messages.length;
    state.units.delete('gone');
    state.boss = undefined;
    state.units.set('new', new Unit().assign({ name: 'n' }));
    state.word = undefined;
    for (let i = 0; i < 3; i++) patch();
    assert.equal(slow.socket.player.messages.length, written, 'nothing while it is congested');
    slow.reads = true;
    slow.take();
    patch();
    patch();
    state.n = 99;
    patch();
    assert.deepEqual([slow.mirror.wholeStates, other.mirror.wholeStates], [2, 1]);
    assert.deepEqual(plain(slow.mirror.state), shared(state));
    assert.deepEqual(plain(other.mirror.state), shared(state));
    assert.equal(slow.client.line.state, 'live');
  });

  it('D13: a field that lost its value meanwhile has none in place either', () => {
    const { state, join, patch, congest } = setUp();
    const slow = join('slow');
    state.boss = new Unit().assign({ name: 'b', inner: new Inner().assign({ note: 'x' }) });
    state.units.set('u', new Unit().assign({ name: 'u' }));
    patch();
    congest(slow);
    state.boss!.inner!.note = undefined as never;
    state.units.get('u')!.name = undefined as never;
    state.word = undefined as never;
    patch();
    slow.reads = true;
    slow.take();
    patch();
    const mirror = slow.mirror.state as unknown as State;
    assert.deepEqual(
      [mirror.boss?.inner?.note, mirror.units.get('u')?.name, mirror.word],
      [undefined, undefined, undefined],
    );
  });

  it('D13: what a view hid or showed meanwhile is hidden or shown in place', () => {
    const { state, join, patch, congest } = setUp();
    const view = new StateView();
    const slow = join('slow', view);
    const [first, second] = [new Unit().assign({ secret: 'one' }), new Unit().assign({ secret: 'two' })];
    state.units.set('first', first);
    state.units.set('second', second);
    state.hidden.set('third', new Unit().assign({ x: 3 }));
    view.add(first);
    view.add(state.hidden.get('third')!);
    patch();
    const mirror = slow.mirror.state as unknown as State;
    assert.deepEqual([mirror.units.get('first')!.secret, mirror.hidden.get('third')!.x], ['one', 3]);
    congest(slow);
    view.remove(first);
    view.add(second);
    view.remove(state.hidden.get('third')!);
    patch();
    slow.reads = true;
    slow.take();
    for (let i = 0; i < 3; i++) patch();
    assert.equal(slow.mirror.wholeStates, 2);
    assert.deepEqual([mirror.units.get('first')!.secret, mirror.units.get('second')!.secret], [undefined, 'two']);
    assert.equal(mirror.hidden.get('third'), undefined);
  });

  it('D13: what a view hid and showed again without a value meanwhile keeps the value it got since', () => {
    const { state, join, patch, congest } = setUp();
    const view = new StateView();
    const slow = join('slow', view);
    const unit = withSecret(state, view);
    patch();
    congest(slow);
    hideAndShow(unit, view, patch);
    slow.reads = true;
    slow.take();
    for (let i = 0; i < 3; i++) patch();
    assert.equal(slow.mirror.wholeStates, 2);
    assert.equal((slow.mirror.state as unknown as State).units.get('u')!.secret, 'new');
  });

  it('D18: so does what it hid and showed again while its player was away', () => {
    const { state, lines, serializer, players, join, patch } = setUp();
    const view = new StateView();
    const away = join('away', view);
    const unit = withSecret(state, view);
    patch();
    players.length = 0;
    hideAndShow(unit, view, patch);
    const back = new Player('back', serializer, lines, away.mirror);
    back.client.view = view;
    back.client.raw(serializer.getFullState(back.client));
    players.push(back);
    for (let i = 0; i < 2; i++) patch();
    assert.equal(back.mirror.wholeStates, 2);
    assert.equal((back.mirror.state as unknown as State).units.get('u')!.secret, 'new');
  });

  it('D13, D15: in a room with streams, of which a whole state holds nothing, patches wait in order', () => {
    const state = new StreamState();
    const { players, join, patch } = setUp(state);
    const [slow, other] = [join('slow'), join('other')];
    patch();
    slow.reads = false;
    for (let i = 0; i < 12; i++) {
      state.drops.add(new Unit().assign({ x: i, name: 'n'.repeat(300) }));
      patch();
    }
    assert.equal(slow.client.line.state, 'congested');
    slow.reads = true;
    for (let i = 0; i < 5; i++) patch();
    assert.deepEqual(
      players.map(({ mirror }) => mirror.wholeStates),
      [1, 1],
    );
    assert.equal((slow.mirror.state as unknown as StreamState).drops.size, 12);
    assert.deepEqual(plain(slow.mirror.state), plain(other.mirror.state));
  });

  it('D13: a player who comes back, and so has state, is told what has no value too', () => {
    const { lines, state, serializer } = setUp();
    const back = new GameClient('b', new FakeSocket().asWebSocket, lines, {}, true);
    assert.ok(serializer.getFullState(back).length > serializer.getFullState().length);
    assert.equal(state.word, undefined);
  });

  it('D14: every state frame tells the time and the last input, changes or not', () => {
    const { state, join, patch, grow } = setUp();
    const slow = join('slow', undefined, { sNow: 1 });
    Object.assign(slow.client, { _inputBuffer: { ackSeq: 42 } });
    assert.deepEqual(slow.mirror.told, { timeMs: 1, inputSeq: 0 });
    patch({ sNow: 50 });
    assert.deepEqual(slow.mirror.told, { timeMs: 50, inputSeq: 42 });
    slow.reads = false;
    for (let i = 0; i < 8; i++) {
      grow();
      patch({ sNow: 100 + i });
    }
    state.boss = new Unit();
    slow.reads = true;
    slow.take();
    patch({ sNow: 200 });
    assert.deepEqual(slow.mirror.told, { timeMs: 200, inputSeq: 42 });
    assert.deepEqual(plain(slow.mirror.state), shared(state));
    patch({ sNow: 250 });
    assert.deepEqual(slow.mirror.told, { timeMs: 250, inputSeq: 42 });
  });

  it('forgets who is gone, and lets go of changes when nobody is there', () => {
    const { state, players, join, patch, grow, serializer, congest } = setUp();
    const slow = join('slow');
    congest(slow);
    slow.socket.close(1000);
    patch();
    players.length = 0;
    grow();
    patch();
    assert.equal(serializer.applyPatches([], state), false);
    const late = join('late');
    assert.deepEqual(plain(late.mirror.state), shared(state));
  });

  /**
   * Random rooms, with and without views, some players stalling now and then. At the end everybody equals their twin, who
   * has the same view and never stalled: not the room itself, because of what stock Colyseus gets wrong with views. Runs
   * in which it does (the twin does not equal somebody who joins now) say nothing about players with views.
   */
  it('D13: whoever stalled equals their twin who never did, over any sequence, views included', () => {
    let compared = 0;
    const run = (seed: number): void => {
      const random = createRandom(seed);
      const { state, join, patch } = setUp();
      const pairs = [false, false, true, true].map((viewed, i) => {
        const views = viewed ? [new StateView(), new StateView()] : [];
        return { views, slow: join(`slow${i}`, views[0]), twin: join(`twin${i}`, views[1]) };
      });
      for (let i = 0; i < 60; i++) {
        for (let n = random.int(4); n > 0; n--) change(state, random);
        for (const { views, slow } of pairs) {
          if (views.length > 0 && random.int(3) === 0) look(state, views, random);
          if (random.int(8) === 0) slow.reads = !slow.reads;
        }
        patch();
      }
      for (const { slow } of pairs) slow.reads = true;
      for (let i = 0; i < 4; i++) patch();
      state.n++;
      patch();
      for (const { slow, twin, views } of pairs) {
        assert.equal(slow.client.line.state, 'live');
        const truth = plain(twin.mirror.state);
        if (views.length > 0 && !isDeepStrictEqual(truth, plain(join('new', views[1]).mirror.state))) continue;
        compared++;
        assert.deepEqual(plain(slow.mirror.state), truth, `seed ${seed}`);
      }
    };
    const restore = silence();
    try {
      fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 31 }), run), {
        numRuns: RUNS,
        seed: SEED,
        // A view's old delete that came after the whole state.
        examples: [[1637268141]],
      });
    } finally {
      restore();
    }
    assert.ok(compared > 3 * RUNS);
  });
});

/** A unit `u` whose secret the view shows. */
function withSecret(state: State, view: StateView): Unit {
  const unit = new Unit().assign({ secret: 'old' });
  state.units.set('u', unit);
  view.add(unit);
  return unit;
}

function hideAndShow(unit: Unit, view: StateView, patch: () => void): void {
  unit.secret = undefined as never;
  view.remove(unit);
  patch();
  view.add(unit);
  patch();
  unit.secret = 'new';
  patch();
}

/** The decoder tells the console what stock gets wrong. Returns what undoes it. */
function silence(): () => void {
  const { error, warn } = console;
  console.error = () => {};
  console.warn = () => {};
  return () => Object.assign(console, { error, warn });
}

/** What a player without a view has of it. */
function shared(state: State): unknown {
  const { hidden: _, ...rest } = plain(state) as { hidden: unknown };
  return rest;
}

function change(state: State, random: Random): void {
  const key = `k${random.int(8)}`;
  const unit = (): Unit =>
    new Unit().assign({
      x: random.int(1000),
      ...(random.int(2) === 0 ? { name: 'n'.repeat(random.int(60)) } : {}),
      ...(random.int(3) === 0 ? { inner: new Inner().assign({ depth: random.int(9) }) } : {}),
      ...(random.int(2) === 0 ? { secret: `s${random.int(9)}` } : {}),
    });
  const some = state.units.get(key) ?? state.hidden.get(key) ?? state.boss;
  switch (random.int(14)) {
    case 0:
    case 1:
      state.units.set(key, unit());
      break;
    case 2:
      state.units.delete(key);
      break;
    case 3:
      if (random.int(6) === 0) state.units.clear();
      break;
    case 4:
      if (state.list.length < 8) state.list.push(unit());
      break;
    case 5:
      state.list.pop();
      break;
    case 6:
      state.boss = random.int(2) === 0 ? unit() : (undefined as never);
      break;
    case 7:
      state.word = random.int(3) === 0 ? (undefined as never) : 'w'.repeat(random.int(500));
      break;
    case 8:
      state.numbers.set(key, random.int(65_536));
      break;
    case 9:
      state.numbers.delete(key);
      break;
    case 10:
      if (random.int(2) === 0) state.tags.add(key);
      else state.tags.delete(key);
      break;
    case 11:
      if (random.int(3) === 0) state.hidden.delete(key);
      else state.hidden.set(key, unit());
      break;
    case 12:
      if (some === undefined) break;
      some.x = random.int(1000);
      some.name = random.int(2) === 0 ? (undefined as never) : 'm';
      some.secret = random.int(2) === 0 ? (undefined as never) : 'hush';
      break;
    case 13:
      if (some === undefined) break;
      if (some.inner === undefined) some.inner = new Inner();
      else if (random.int(2) === 0) some.inner.note = random.int(2) === 0 ? 'note' : (undefined as never);
      else some.inner = undefined as never;
      some.items.push(random.int(200));
      break;
  }
}

/** The same is shown to, or hidden from, both views of a pair. */
function look(state: State, views: readonly StateView[], random: Random): void {
  const units = [...state.units.values(), ...state.hidden.values()];
  if (units.length === 0) return;
  const unit = random.pick(units);
  const show = random.int(3) > 0;
  for (const view of views) {
    if (show) view.add(unit);
    else view.remove(unit);
  }
}
