import assert from 'node:assert/strict';
import type { NetNumbers } from '../../clients/web/meter.ts';
import { checkPage, summarizePage } from '../../loadtest/bench/page-figures.ts';
import type { PageRound } from '../../loadtest/bench/page-round.ts';

const NUMBERS: NetNumbers = {
  pingMs: 1,
  answerMs: 30,
  jitterMs: 1,
  patchesPerSecond: 30,
  patchIntervalMs: 33,
  bytesInPerSecond: 9000,
  bytesOutPerSecond: 900,
  corrections: 2,
  lastCorrection: 3,
  largestCorrection: 4,
  reconciles: 10,
  hitsSeen: 0,
  hitsGiven: 0,
  pendingInputs: 1,
  delayMs: 66,
  serverTick: 100,
  frameP50Ms: 99,
  frameP95Ms: 99,
  framesPerSecond: 60,
  frames: 100,
};

/** Twenty frames in a second, of which so many took 20 ms. */
function round(slow: number, different: Partial<PageRound> = {}): PageRound {
  return {
    seconds: 1,
    frames: Array.from({ length: 20 }, (_, i) => (i < slow ? 20 : 2)),
    before: NUMBERS,
    after: { ...NUMBERS, corrections: 3, reconciles: 40 },
    pageBytes: 100_000,
    machine: { busy: 0.5, otherCores: 0.1, stolenCores: 0 },
    ...different,
  };
}

describe('bench page: figures and checks', () => {
  it('takes the median of the rounds, each over its own frames', () => {
    const figures = summarizePage([round(1), round(20), round(0)]);
    assert.deepEqual([figures.scriptP50, figures.scriptP95, figures.scriptMax], [2, 2, 20]);
    assert.deepEqual([figures.framesPerSecond, figures.corrections, figures.reconciles], [20, 1, 30]);
    assert.deepEqual([figures.pageBytes, figures.machine], [100_000, { busy: 0.5, otherCores: 0.1, stolenCores: 0 }]);
  });

  it('misses the check when more than 5 of 100 frames are slow', () => {
    assert.equal(checkPage(summarizePage([round(1)]))[0]?.ok, true);
    assert.equal(checkPage(summarizePage([round(2)]))[0]?.ok, false);
  });

  it('does not know of other programs where a process of the round could not be seen', () => {
    const unseen = round(0, { machine: { busy: 0.5, otherCores: undefined, stolenCores: 0 } });
    assert.equal(summarizePage([unseen]).machine.otherCores, undefined);
    assert.equal(summarizePage([unseen, round(0)]).machine.otherCores, 0.1);
  });
});
