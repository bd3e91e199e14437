import assert from 'node:assert/strict';
import fc from 'fast-check';
import { clusterKey } from '../../src/gateway/node-cluster-key.ts';
import { sign, VALID_MS, verify } from '../../src/gateway/signature.ts';

const KEY = 'secret';
const NOW = 1_750_000_000_000;
const TARGET = '/process/room?sessionId=abc';
const WORD = sign({ address: '203.0.113.7', target: TARGET }, { key: KEY, now: NOW });

describe('the word of a process about a forwarded socket (G2)', () => {
  const at = (now: number) => ({ key: KEY, now });

  it('tells any address for any target, in characters that a header may hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (address, target) => {
        const word = sign({ address, target }, at(NOW));
        assert.match(word, /^[\w.-]+$/);
        assert.equal(verify(word, target, at(NOW)), address);
      }),
    );
  });

  it('is good for 10 s, by a clock that may be as far off', () => {
    assert.equal(VALID_MS, 10_000);
    for (const later of [0, 1, VALID_MS, -VALID_MS]) assert.equal(verify(WORD, TARGET, at(NOW + later)), '203.0.113.7');
    for (const later of [VALID_MS + 1, -VALID_MS - 1, 3_600_000]) {
      assert.equal(verify(WORD, TARGET, at(NOW + later)), undefined);
    }
  });

  it('is good for its target only', () => {
    for (const other of ['/process/room', '/process/room2?sessionId=abc', '/process/room?sessionId=abd', '']) {
      assert.equal(verify(WORD, other, at(NOW)), undefined);
    }
  });

  it('is good with its key only', () => {
    assert.equal(verify(WORD, TARGET, { key: 'Secret', now: NOW }), undefined);
    assert.equal(verify(WORD, TARGET, { key: '', now: NOW }), undefined);
  });

  it('is not good with any part of it changed', () => {
    const [time, address, signature] = WORD.split('.') as [string, string, string];
    const elsewhere = Buffer.from('203.0.113.8').toString('base64url');
    const forged = [
      [String(NOW + 1), address, signature],
      [time, elsewhere, signature],
      [time, '', signature],
      [time, address, `A${signature.slice(1)}`],
      [time, address, signature.slice(0, -4)],
      [time, address, ''],
      [time, address, signature, signature],
      ['', address, signature],
      ['NaN', address, signature],
      ['1e99', address, signature],
      [time + address, signature],
    ];
    for (const parts of forged) assert.equal(verify(parts.join('.'), TARGET, at(NOW)), undefined, parts.join('.'));
  });

  it('is never found in what anybody else writes', () => {
    fc.assert(fc.property(fc.string(), (value) => verify(value, TARGET, at(NOW)) === undefined));
  });
});

describe('the key of the processes (G2)', () => {
  it('is the one they were given', async () => {
    const agree = () => assert.fail('nothing to agree on');
    assert.equal(await clusterKey('given', agree), 'given');
  });

  it('else is made once, and is the same for all', async () => {
    let kept: string | undefined;
    const agree = async (proposal: string) => {
      kept ??= proposal;
      return kept;
    };
    const keys = [await clusterKey('', agree), await clusterKey('', agree)];
    assert.equal(keys[0], keys[1]);
    assert.equal(Buffer.from(keys[0]!, 'base64url').length, 32);
  });
});
