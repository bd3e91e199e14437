/** Closes that cannot fail, whatever a game closes with. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { boundedReason, sendableCode } from '../../src/isolation/close-reason.ts';

describe('boundedReason', () => {
  it('F9: leaves what fits and cuts the rest to at most 123 bytes, between characters', () => {
    assert.equal(boundedReason('a'.repeat(123)), 'a'.repeat(123));
    for (const reason of [
      'a'.repeat(124),
      'é'.repeat(80),
      '🏛'.repeat(40),
      `a${'🏛'.repeat(31)}`,
      `\ufeff${'é'.repeat(80)}`,
    ]) {
      const bounded = boundedReason(reason);
      assert.ok(Buffer.byteLength(bounded) <= 123);
      assert.ok(bounded.endsWith('…') && reason.startsWith(bounded.slice(0, -1)));
    }
  });

  it('F9: takes bytes for UTF-8, numbers for their digits, and everything else for no reason at all', () => {
    assert.equal(boundedReason(Buffer.from('gone')), 'gone');
    assert.ok(Buffer.byteLength(boundedReason(Buffer.alloc(400, 0xff))) <= 123);
    assert.deepEqual([boundedReason(42), boundedReason(true)], ['42', 'true']);
    for (const none of [undefined, null, {}, ['a'], { length: 5 }, Symbol('a'), () => 'a'])
      assert.equal(boundedReason(none), '');
  });

  it('F9: what comes of any text, cut surrogates included, fits and is UTF-8', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 300 }));
    fc.assert(
      fc.property(text, (reason) => {
        const bounded = Buffer.from(boundedReason(reason));
        assert.ok(bounded.length <= 123 && Buffer.from(bounded.toString()).equals(bounded));
      }),
    );
  });
});

describe('sendableCode', () => {
  it('F9: keeps codes that may be sent, and takes 4002 for those that may not', () => {
    for (const code of [1000, 1001, 1003, 1011, 1014, 3000, 4000, 4218, 4999]) assert.equal(sendableCode(code), code);
    for (const code of [0, 99, 999, 1004, 1005, 1006, 1015, 2000, 5000, 4000.5, Number.NaN, '4000', {}])
      assert.equal(sendableCode(code), 4002);
    assert.equal(sendableCode(undefined), undefined);
  });
});
