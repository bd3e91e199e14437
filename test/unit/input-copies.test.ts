/** Copies of inputs, against those that Colyseus makes of the same. */
import assert from 'node:assert/strict';
import { Schema, schema, t } from '@colyseus/schema';
import { InputDecoder, InputEncoder } from '@colyseus/schema/input';
import fc from 'fast-check';
import { copyInputsLightly } from '../../src/isolation/colyseus-input-copies.ts';

const Stick = schema(
  {
    x: t.int8().default(0),
    y: t.float32(),
    held: t.boolean().default(false),
    words: t.string(),
  },
  'CopiedStick',
);
const Aim = schema({ at: Stick, power: t.uint8() }, 'CopiedAim');
class Own extends Stick {
  override clone(): this {
    return this;
  }
}

/** An input as a room has it for a client. */
function inputOf<T extends Schema>(Class: new () => T): T {
  const client: { _input?: T } = {};
  const controller = {
    allocate: (joining: { _input?: unknown }) => {
      joining._input = new Class();
    },
  };
  copyInputsLightly(controller);
  controller.allocate(client);
  return client._input!;
}

describe('copies of inputs', () => {
  const fields = fc.record(
    {
      x: fc.integer({ min: -128, max: 127 }),
      y: fc.float({ noNaN: true }),
      held: fc.boolean(),
      words: fc.string({ maxLength: 20 }),
    },
    { requiredKeys: [] },
  );

  it("hold what Colyseus's copies hold, however the input came to it", () => {
    fc.assert(
      fc.property(fc.array(fields, { minLength: 1, maxLength: 5 }), (sent) => {
        const input = inputOf(Stick);
        const sender = new Stick();
        const encoder = new InputEncoder(sender);
        const decoder = new InputDecoder(input);
        for (const values of sent) {
          sender.assign(values);
          decoder.decode(encoder.encode());
          const copy = input.clone();
          const stock = Schema.prototype.clone.call(input) as InstanceType<typeof Stick>;
          assert.deepEqual(copy.toJSON(), stock.toJSON());
          assert.ok(copy instanceof Stick);
        }
      }),
    );
  });

  it('are nobody else’s: either side may be written', () => {
    const input = inputOf(Stick);
    input.x = 7;
    const copy = input.clone();
    input.x = 8;
    copy.y = 2;
    copy.x += 1;
    assert.deepEqual([input.x, input.y, copy.x, copy.y], [8, undefined, 8, 2]);
    assert.equal(copy.clone().y, 2);
  });

  it('go as deep as the input', () => {
    const input = inputOf(Aim);
    input.at = new Stick().assign({ x: 3 });
    const copy = input.clone();
    input.at.x = 4;
    assert.equal(copy.at.x, 3);
  });

  it('are left to an input that copies itself', () => {
    const input = inputOf(Own);
    assert.equal(input.clone(), input);
  });
});
