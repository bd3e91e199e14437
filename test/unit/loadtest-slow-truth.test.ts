import assert from 'node:assert/strict';
import { Protocol } from '@colyseus/core';
import { Encoder, type MapSchema, Reflection, schema, t } from '@colyseus/schema';
import { decodeHistories, ENDLESS, FrameStore } from '../../loadtest/chaos/history.ts';
import { differences } from '../../loadtest/chaos/slow-truth.ts';

describe('chaos slow: what a client should hold', () => {
  it('is all of it, in a broadcast room', () => {
    const truth = { kind: 'all', entities: { a: '1', b: '2' } } as const;
    const held = (entities: Record<string, string>): number =>
      differences(truth, 'me', new Map(Object.entries(entities)));
    assert.equal(held({ a: '1', b: '2' }), 0);
    assert.equal(held({ a: '1' }), 1);
    assert.equal(held({ a: '1', b: 'old' }), 1);
    assert.equal(held({ a: '1', b: '2', gone: '3' }), 1);
    assert.equal(held({}), 2);
  });

  it('is what is near, in a replicated world; between the radii both is right', () => {
    const at = (x: number) => ({ x, y: 0, text: `at ${x}` });
    const entities = { me: at(0), near: at(400), between: at(420), far: at(441) };
    const truth = { kind: 'near', entities } as const;
    const held = (...keys: (keyof typeof entities)[]): number =>
      differences(truth, 'me', new Map(keys.map((key) => [key, entities[key].text])));
    assert.equal(held('me', 'near'), 0);
    assert.equal(held('me', 'near', 'between'), 0);
    assert.equal(held('me'), 1);
    assert.equal(held('me', 'near', 'far'), 1);
    assert.equal(
      differences(
        truth,
        'me',
        new Map([
          ['me', 'at 0'],
          ['near', 'at 399'],
        ]),
      ),
      1,
    );
    assert.equal(
      differences(
        truth,
        'me',
        new Map([
          ['me', 'at 0'],
          ['near', 'at 400'],
          ['gone', 'x'],
        ]),
      ),
      1,
    );
    assert.equal(differences(truth, 'nobody', new Map()), 0);
  });
});

describe('chaos slow: decoding what arrived', () => {
  const Thing = schema({ value: t.uint32().default(0) }, 'Thing');
  const State = schema({ things: t.map(Thing) }, 'State');
  const frame = (code: number, ...parts: Uint8Array[]): Buffer => Buffer.concat([Buffer.of(code), ...parts]);

  /** The frames of somebody who joins, and then gets two patches. */
  function frames(token: string): Buffer[] {
    const state = new State();
    const encoder = new Encoder(state);
    const things = state.things as MapSchema<InstanceType<typeof Thing>>;
    things.set('a', new Thing());
    const reflection = Reflection.encode(encoder);
    const length = reflection.length < 128 ? [reflection.length] : [0xcc, reflection.length];
    assert.ok(reflection.length < 256);
    const names = Buffer.concat([Buffer.of(token.length), Buffer.from(token), Buffer.of(6), Buffer.from('schema')]);
    const all = [frame(Protocol.JOIN_ROOM, names, Buffer.from(length), reflection)];
    all.push(frame(Protocol.ROOM_STATE, encoder.encodeAll()));
    encoder.discardChanges();
    for (const value of [7, 8]) {
      things.get('a')!.value = value;
      all.push(frame(Protocol.ROOM_STATE_PATCH, encoder.encode()));
      encoder.discardChanges();
    }
    return all;
  }

  it('gives what the SDK would have', async () => {
    const [whole, part] = await decodeHistories([frames('one'), frames('two').slice(0, 3)]);
    assert.deepEqual([...whole!.held], [['a', '{"value":8}']]);
    assert.deepEqual([...part!.held], [['a', '{"value":7}']]);
    assert.deepEqual([whole!.complaints, part!.complaints], [0, 0]);
  });

  it('hears the decoder complain, and goes on', async () => {
    const broken = [...frames('one'), frame(Protocol.ROOM_STATE_PATCH, Buffer.from([255, 99, 128, 1]))];
    const [decoded] = await decodeHistories([broken]);
    assert.ok(decoded!.complaints > 0);
    assert.deepEqual([...decoded!.held], [['a', '{"value":8}']]);
  });

  it('tells of a state that holds itself, as a broken one may, and does not end of it', async () => {
    const itself = frame(Protocol.ROOM_STATE_PATCH, Buffer.from([255, 1, 128, 1, 0xa1, 'b'.charCodeAt(0), 1]));
    const [decoded] = await decodeHistories([[...frames('one'), itself]]);
    assert.deepEqual(
      [...decoded!.held],
      [
        ['a', '{"value":8}'],
        ['b', ENDLESS],
      ],
    );
  });

  it('keeps equal large frames once', () => {
    const store = new FrameStore();
    const large = store.keep(Buffer.alloc(5000, 1));
    assert.equal(store.keep(Buffer.alloc(5000, 1)), large);
    assert.notEqual(store.keep(Buffer.alloc(5000, 2)), large);
    const small = store.keep(Buffer.alloc(10));
    assert.notEqual(store.keep(Buffer.alloc(10)), small);
  });
});
