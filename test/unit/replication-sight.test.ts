/** Who sees what, and in which order a frame tells of it: the rules one by one, read with the stock decoder. */
import assert from 'node:assert/strict';
import { type Decoder, Encoder, type MapSchema, Reflection, type SchemaType, schema, t } from '@colyseus/schema';
import { noMeter } from '../../src/kernel/ports.ts';
import { type Observer, Replicator } from '../../src/replication/colyseus-replicator.ts';
import { area, owner, type Policy } from '../../src/replication/policies.ts';

const Unit = schema({ x: t.number().default(0), y: t.number().default(0), name: t.string().default('') }, 'SUnit');
const State = schema({ round: t.uint32().default(0), units: t.map(Unit).view(), bags: t.map(Unit).view() }, 'SState');
type Unit = SchemaType<typeof Unit>;
type State = SchemaType<typeof State>;

const HEAD = Buffer.of(15);

const unit = (x: number, y = 0, name = ''): Unit => new Unit().assign({ x, y, name }) as Unit;

class Room {
  readonly state = new State();
  readonly #encoder = new Encoder(this.state);
  readonly replicator = new Replicator(this.#encoder, { meter: noMeter, labels: {} });
  readonly #handshake = Reflection.encode(this.#encoder);
  readonly players: Player[] = [];
  #now = 0;

  join(sessionId: string): Player {
    const player = new Player(this.replicator, this.#handshake, sessionId);
    this.players.push(player);
    return player;
  }

  /** One step and its patch; returns what each player was sent. */
  tick(): (Buffer | undefined)[] {
    this.#now += 50;
    this.replicator.encode(this.#now);
    const frames = this.players.map((player) => player.take());
    this.replicator.finish();
    return frames;
  }
}

class Player {
  readonly #replicator: Replicator;
  readonly #observer: Observer;
  readonly #decoder: Decoder<State>;
  snapshots = 0;

  constructor(replicator: Replicator, handshake: Uint8Array, sessionId: string) {
    this.#replicator = replicator;
    this.#decoder = Reflection.decode<State>(handshake);
    this.#observer = replicator.addObserver({ sessionId });
  }

  take(): Buffer | undefined {
    if (this.#replicator.needsSnapshot(this.#observer)) {
      const whole = this.#replicator.snapshot(this.#observer, HEAD);
      this.snapshots++;
      this.#decoder.decodeResync(whole, { offset: 1 });
      return whole;
    }
    const patch = this.#replicator.patch(this.#observer, HEAD);
    if (patch !== undefined) this.#decoder.decode(patch, { offset: 1 });
    return patch;
  }

  sees(map: 'units' | 'bags' = 'units'): string[] {
    return [...((this.#decoder.state[map] as MapSchema<Unit> | undefined)?.keys() ?? [])].toSorted();
  }

  get round(): number {
    return this.#decoder.state.round;
  }
}

function roomWith(policy: Policy<Unit>): Room {
  const room = new Room();
  room.replicator.replicate<Unit>(room.state.units, policy);
  return room;
}

describe('who sees an entity', () => {
  it('R4: is decided once a tick, after the step, for each collection by itself', () => {
    const room = roomWith(area({ radius: 10 }));
    room.replicator.replicate<Unit>(room.state.bags, owner());
    room.state.units.set('me', unit(0)).set('far', unit(100));
    room.state.bags.set('me', unit(0)).set('far', unit(0));
    const me = room.join('me');
    room.tick();
    assert.deepEqual([me.sees(), me.sees('bags')], [['me'], ['me']]);
    // There and back within a step: nobody hears of it.
    const far = room.state.units.get('far')!;
    far.x = 5;
    far.x = 100;
    room.tick();
    assert.deepEqual(me.sees(), ['me']);
    far.x = 5;
    room.tick();
    assert.deepEqual([me.sees(), me.sees('bags')], [['far', 'me'], ['me']]);
  });

  it('R5: by area, from the radius on, and until it is farther than the radius to leave', () => {
    const room = roomWith(area({ radius: 10, leaveRadius: 15 }));
    const other = unit(10.5);
    room.state.units.set('me', unit(0)).set('other', other);
    const me = room.join('me');
    const seenAt = (x: number): boolean => {
      other.x = x;
      room.tick();
      return me.sees().includes('other');
    };
    assert.deepEqual([10.5, 10, 15, 15.5, 15, 10].map(seenAt), [false, true, true, false, false, true]);
  });

  it('R5: from where its own entity is, from another collection, from a point, or from nowhere', () => {
    const room = new Room();
    const { units, bags } = room.state;
    room.replicator.replicate<Unit>(units, area({ radius: 10 }));
    room.replicator.replicate<Unit>(bags, area({ radius: 10, center: units }));
    units.set('me', unit(50));
    bags.set('here', unit(55)).set('there', unit(0));
    const [me, nobody] = [room.join('me'), room.join('nobody')];
    room.tick();
    assert.deepEqual([me.sees('bags'), nobody.sees(), nobody.sees('bags')], [['here'], [], []]);
    units.get('me')!.x = 5;
    room.tick();
    assert.deepEqual(me.sees('bags'), ['there']);

    const pointed = roomWith(area({ radius: 10, center: ({ sessionId }) => ({ x: Number(sessionId), y: 0 }) }));
    pointed.state.units.set('a', unit(0)).set('b', unit(100));
    const [left, right] = [pointed.join('1'), pointed.join('99')];
    pointed.tick();
    assert.deepEqual([left.sees(), right.sees()], [['a'], ['b']]);
  });

  it('R6, R9: its owner alone, of whom others hear not a byte', () => {
    const room = roomWith(owner({ of: ({ name }) => name.split(' ')[0]! }));
    room.state.units.set('x', unit(0, 0, 'anna secret')).set('y', unit(0, 0, 'ben'));
    const [anna, ben] = [room.join('anna'), room.join('ben')];
    const [, first] = room.tick();
    assert.deepEqual([anna.sees(), ben.sees()], [['x'], ['y']]);
    assert.doesNotMatch(first!.toString('latin1'), /secret/);
    room.state.units.get('x')!.name = 'anna another secret';
    assert.deepEqual(
      room.tick().map((frame) => frame !== undefined),
      [true, false],
    );
    room.state.units.get('x')!.name = 'ben has it';
    room.tick();
    assert.deepEqual([anna.sees(), ben.sees()], [[], ['x', 'y']]);
  });

  it('R7: those for whom the function returns true, and nothing that is only like it', () => {
    const answers: Record<string, unknown> = { yes: true, one: 1, text: 'true', no: false, nothing: undefined };
    const room = roomWith(({ sessionId }) => answers[sessionId] as boolean);
    room.state.units.set('u', unit(0));
    const players = Object.keys(answers).map((sessionId) => room.join(sessionId));
    room.tick();
    assert.deepEqual(
      players.map((player) => player.sees().length),
      [1, 0, 0, 0, 0],
    );
  });
});

describe('what a frame holds', () => {
  it('R10, R12: the shared part, removals, additions, then wholes and changes', () => {
    const room = roomWith(owner({ of: () => 'me' }));
    room.state.units.set('gone', unit(0)).set('stays', unit(0));
    const me = room.join('me');
    room.tick();
    room.state.round = 7;
    room.state.units.delete('gone');
    room.state.units.set('new', unit(1, 0, 'NEW'));
    room.state.units.get('stays')!.name = 'CHANGED';
    const [frame] = room.tick();
    const text = frame!.toString('latin1');
    const order = ['\x80\x07', '\x40', 'new'].map((part) => text.indexOf(part));
    assert.ok(order[0]! > 0 && order[0]! < order[1]! && order[1]! < order[2]!, `${order} of ${frame!.toString('hex')}`);
    for (const part of ['NEW', 'CHANGED']) assert.ok(text.indexOf(part) > order[2]!, part);
    assert.deepEqual(me.sees(), ['new', 'stays']);
  });

  it('R17: everything, at first and when the shared part changed while nothing was sent', () => {
    const room = roomWith(owner({ of: () => 'me' }));
    room.state.units.set('a', unit(0)).set('b', unit(0));
    const me = room.join('me');
    room.tick();
    assert.equal(me.snapshots, 1);
    room.players.length = 0;
    room.state.units.delete('b');
    room.tick();
    room.players.push(me);
    room.tick();
    assert.deepEqual([me.snapshots, me.sees()], [1, ['a']], 'entities alone are told of in a patch');
    room.players.length = 0;
    room.state.round = 9;
    room.tick();
    room.players.push(me);
    room.tick();
    assert.deepEqual([me.snapshots, me.sees(), me.round], [2, ['a'], 9]);
  });
});
