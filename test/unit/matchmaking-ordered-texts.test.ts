import assert from 'node:assert/strict';
import fc from 'fast-check';
import { OrderedTexts } from '../../src/matchmaking/ordered-texts.ts';

/** As a sorted array, with nothing clever. */
function inOrder(texts: OrderedTexts): string[] {
  const all: string[] = [];
  for (let text = texts.first(); text !== undefined; text = texts.first(text)) all.push(text);
  return all;
}

describe('ordered texts', () => {
  it('are what a sorted array of them is, whatever comes and goes', () => {
    const step = fc.record({ add: fc.boolean(), number: fc.nat(50) });
    const holds = fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const [texts, plain] = [new OrderedTexts(), new Set<string>()];
      for (const { add, number } of steps) {
        const text = `t${number}`;
        if (add) texts.add(text);
        else texts.delete(text);
        if (add) plain.add(text);
        else plain.delete(text);
        assert.equal(texts.isEmpty, plain.size === 0);
      }
      assert.deepEqual(inOrder(texts), [...plain].sort());
      for (const after of ['', 't20', 't205', 't3', 'u'])
        assert.equal(
          texts.first(after),
          [...plain].sort().find((text) => text > after),
        );
    });
    fc.assert(holds);
  });

  it('are so too where there are many, in any order', () => {
    for (const factor of [1, -1, 7919]) {
      const texts = new OrderedTexts();
      const all = Array.from({ length: 5000 }, (_, i) => String((i * factor + 5_000_000) % 5003).padStart(5, '0'));
      for (const text of all) texts.add(text);
      assert.deepEqual(inOrder(texts), all.toSorted());
      for (const [i, text] of all.entries()) if (i % 3 > 0) texts.delete(text);
      assert.deepEqual(inOrder(texts), all.filter((_, i) => i % 3 === 0).toSorted());
      for (const text of all) texts.delete(text);
      assert.ok(texts.isEmpty);
    }
  });
});
