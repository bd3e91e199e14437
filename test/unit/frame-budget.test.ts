/** What one client may send, with time stepped by hand. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FrameBudget, type FrameLimits, OFFENCE_COST, type Verdict } from '../../src/security/frame-budget.ts';
import { TokenBucket } from '../../src/security/token-bucket.ts';

const LIMITS: FrameLimits = {
  maxMessagesPerSecond: 60,
  maxPingsPerSecond: 60,
  maxBytesPerSecond: 65_536,
  burstSeconds: 2,
  maxInputsPerTick: 2,
  inputBurstSeconds: 10,
  maxMessageBytes: 4096,
};
const TICK_RATE = 30;

const times = (count: number, ask: (i: number) => Verdict): Verdict[] =>
  Array.from({ length: count }, (_, i) => ask(i));
const count = (verdicts: readonly Verdict[], of: Verdict): number => verdicts.filter((one) => one === of).length;

describe('TokenBucket', () => {
  const gaps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 500 })), { maxLength: 400 });
  const rate = fc.integer({ min: 1, max: 1000 });
  const burst = fc.integer({ min: 1, max: 300 });

  it('F1: lets no more than rate * t + burst through, whatever comes when', () => {
    fc.assert(
      fc.property(rate, burst, gaps, (perSecond, size, between) => {
        const bucket = new TokenBucket(perSecond, size, 0);
        const passed: number[] = [];
        let now = 0;
        for (const gap of between) {
          now += gap;
          if (bucket.take(1, now)) passed.push(now);
        }
        passed.forEach((from, i) => {
          for (let j = i; j < passed.length; j++) {
            const most = (perSecond * (passed[j]! - from)) / 1000 + size;
            assert.ok(j - i + 1 <= most, `${j - i + 1} in ${passed[j]! - from} ms`);
          }
        });
      }),
    );
  });

  it('F1: refuses nobody within their rate, however a line delays and bunches what they send', () => {
    const delays = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 500 });
    fc.assert(
      fc.property(rate, burst, delays, (perSecond, size, shares) => {
        const bucket = new TokenBucket(perSecond, size, 0);
        const everyMs = Math.ceil(1000 / perSecond);
        const mostDelayedMs = (size - 1) * everyMs;
        let now = 0;
        shares.forEach((share, i) => {
          now = Math.max(now, i * everyMs + Math.floor(share * mostDelayedMs));
          assert.ok(bucket.take(1, now), `message ${i} at ${now}`);
        });
      }),
    );
  });

  it('gives nothing for a clock that runs backwards, and all or nothing of what is asked', () => {
    const bucket = new TokenBucket(1, 5, 1000);
    assert.ok(bucket.take(5, 1000));
    assert.ok(!bucket.take(1, 0));
    assert.ok(!bucket.take(2, 2000));
    assert.ok(bucket.has(1, 2000) && bucket.take(1, 2000));
  });
});

describe('FrameBudget', () => {
  const KINDS: [string, (budget: FrameBudget, now: number) => Verdict, number][] = [
    ['messages', (budget, now) => budget.message(10, now), 120],
    ['pings', (budget, now) => budget.ping(now), 120],
    ['inputs', (budget, now) => budget.input(10, TICK_RATE, now), 10 * TICK_RATE],
  ];
  for (const [what, ask, burst] of KINDS) {
    it(`F1, F5: ${what}: a burst passes, what follows is dropped, and then the client is to be closed for good`, () => {
      const budget = new FrameBudget(LIMITS, 0);
      const verdicts = times(burst + 200, () => ask(budget, 0));
      assert.deepEqual([...new Set(verdicts)], ['pass', 'drop', 'close'], 'in this order');
      assert.deepEqual([count(verdicts, 'pass'), count(verdicts, 'drop')], [burst, 120]);
      for (const late of [0, 1000, 1e6]) assert.equal(ask(budget, late), 'close');
    });

    it(`F5: ${what} a little above the rate are dropped, and the client stays`, () => {
      const budget = new FrameBudget(LIMITS, 0);
      const verdicts = times(6600, (i) => ask(budget, Math.floor((i * 100_000) / 6600)));
      assert.equal(count(verdicts, 'close'), 0);
    });
  }

  it('F5: twice the rate ends before a minute is over', () => {
    const budget = new FrameBudget(LIMITS, 0);
    const verdicts = times(7200, (i) => budget.message(1, Math.floor(i * (1000 / 120))));
    assert.equal(verdicts.at(-1), 'close');
  });

  it("F2: inputs at the room's rate never bite, through a line that stands still for 2 s again and again", () => {
    const budget = new FrameBudget(LIMITS, 0);
    const verdicts = times(TICK_RATE * 600, (i) => {
      const sentAt = Math.floor((i * 1000) / TICK_RATE);
      const stalledFrom = Math.floor(sentAt / 3000) * 3000;
      return budget.input(20, TICK_RATE, sentAt - stalledFrom < 2000 ? stalledFrom + 2000 : sentAt);
    });
    assert.equal(count(verdicts, 'pass'), verdicts.length);
  });

  it('F2: inputs of 10 s at once pass: a process that stood still does not punish its players', () => {
    const budget = new FrameBudget(LIMITS, 0);
    assert.equal(
      count(
        times(10 * TICK_RATE, () => budget.input(20, TICK_RATE, 60_000)),
        'pass',
      ),
      10 * TICK_RATE,
    );
  });

  it('F2: a room that ticks faster is sent more; one that does not say counts as 60 ticks a second', () => {
    const fast = new FrameBudget(LIMITS, 0);
    assert.equal(
      count(
        times(2000, () => fast.input(1, 120, 0)),
        'pass',
      ),
      1200,
    );
    const silent = new FrameBudget(LIMITS, 0);
    assert.equal(
      count(
        times(2000, () => silent.input(1, undefined, 0)),
        'pass',
      ),
      600,
    );
  });

  it('F3: bytes of messages and inputs have one bucket, and a largest message always fits it', () => {
    const budget = new FrameBudget(LIMITS, 0);
    const verdicts = times(40, (i) => (i % 2 ? budget.message(4096, 0) : budget.input(4096, TICK_RATE, 0)));
    assert.equal(count(verdicts, 'pass'), (65_536 * 2) / 4096);
    const thin = new FrameBudget({ ...LIMITS, maxBytesPerSecond: 256 }, 0);
    assert.equal(thin.message(4096, 0), 'pass');
    assert.equal(thin.message(1, 0), 'drop');
  });

  it('F4: what cannot be read counts for ten', () => {
    const budget = new FrameBudget(LIMITS, 0);
    const verdicts = times(300, () => {
      const first = budget.message(10, 0);
      return first === 'pass' ? budget.offence(0) : first;
    });
    assert.equal(count(verdicts, 'pass'), 120 / OFFENCE_COST);
    assert.deepEqual([...new Set(verdicts)], ['pass', 'drop', 'close']);
  });
});
