/**
 * Whatever comes over a socket: the parsers that can be called alone, and a real server. The same cases in every run;
 * `npm run fuzz -- wire` makes others, and more of them.
 */
import assert from 'node:assert/strict';
import { makeCase } from '../../loadtest/fuzz/wire/cases.ts';
import { fuzzParsers } from '../../loadtest/fuzz/wire/pure.ts';
import { LIMITS } from '../../loadtest/fuzz/wire/sentinel.ts';
import { fuzzServer, shrink } from '../../loadtest/fuzz/wire/session.ts';
import type { WireCase } from '../../loadtest/fuzz/wire/wire-case.ts';

const SEED = 20_261_122;
const RUNS = 4000;
/** Cases begin until these seconds are over; a quick machine gets further down the same list. */
const SECONDS = 20;
const LANES = 64;
/** The machine runs other tests' servers too: only a server that stands still waits as long as this. */
const WAIT_MS = 5000;

describe('fuzz wire', function () {
  this.timeout(120_000);

  it(`${RUNS} inputs and more for each parser: none throws, hangs, or believes what was not signed`, async () => {
    const results = await fuzzParsers(SEED, RUNS);
    const failures = results.flatMap(({ parser, failure }) => (failure === undefined ? [] : [`${parser}: ${failure}`]));
    assert.deepEqual(failures, []);
    assert.ok(results.every(({ cases }) => cases >= RUNS));
  });

  it(`${SECONDS} s of requests, upgrades and frames: the server lives, answers, writes little, and a player plays on`, async () => {
    const limits = { ...LIMITS, waitMs: WAIT_MS };
    const caseOf = (index: number): WireCase => makeCase(SEED, index);
    const { broken, done, outcomes } = await fuzzServer({ caseOf, seconds: SECONDS, lanes: LANES, limits });
    assert.equal(broken?.what, undefined, `${JSON.stringify(broken?.cases.slice(-20), undefined, 2)}`);
    assert.ok(done > 500, `only ${done} cases were done`);
    assert.ok((outcomes['frames, joined: answered'] ?? 0) > 0, 'no frame reached a room');
  });

  it('makes the same cases from the same seed, and others from another', () => {
    const some = (seed: number): WireCase[] => Array.from({ length: 300 }, (_, index) => makeCase(seed, index));
    assert.deepEqual(some(7), some(7));
    assert.notDeepEqual(some(7), some(8));
    const kinds = new Set(some(7).map(({ kind }) => kind));
    assert.deepEqual([...kinds].sort(), ['frames, joined', 'frames, joining', 'http', 'upgrade']);
    assert.deepEqual(JSON.parse(JSON.stringify(some(7))), some(7), 'a case can be written down');
  });

  it('finds the few cases among many that break a promise together', async () => {
    const cases = Array.from({ length: 60 }, (_, index) => makeCase(1, index));
    const guilty = [cases[17]!, cases[44]!];
    const shrunk = await shrink(cases, async (some) => guilty.every((one) => some.includes(one)));
    assert.deepEqual(shrunk, { cases: guilty, again: true });
    const innocent = await shrink(cases, async () => false);
    assert.deepEqual(innocent, { cases, again: false });
  });
});
