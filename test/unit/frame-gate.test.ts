/** The gate of a socket, the log of limits, and wrong reconnection tokens, with time stepped by hand. */
import assert from 'node:assert/strict';
import { ERRORS, type ErrorKind } from '../../src/kernel/errors.ts';
import { createCounters } from '../../src/observability/counters.ts';
import { BudgetGate } from '../../src/security/frame-gate.ts';
import { LimitLog } from '../../src/security/limit-log.ts';
import { isSame, newToken } from '../../src/security/node-tokens.ts';
import { Reconnections } from '../../src/security/reconnections.ts';
import { WrongTries } from '../../src/security/wrong-tries.ts';
import { type LogLine, recordingLogger } from '../support/recording-logger.ts';
import { SteppedTime } from '../support/stepped-time.ts';

const LIMITS = {
  maxMessagesPerSecond: 1,
  maxPingsPerSecond: 1,
  maxBytesPerSecond: 1000,
  burstSeconds: 10,
  maxInputsPerTick: 1,
  inputBurstSeconds: 1,
  maxMessageBytes: 100,
};

function setUp() {
  const clock = new SteppedTime();
  const lines: LogLine[] = [];
  const meter = createCounters();
  const log = new LimitLog({ clock, logger: recordingLogger(lines), meter });
  const hits = (limit: string): number => meter.total('hypogeum_limit_hits_total', { limit });
  return { clock, lines, log, hits };
}

describe('BudgetGate', () => {
  it('F1, F5: counts what it drops, ends the connection once, and lets nothing through after that', () => {
    const { clock, log, hits } = setUp();
    const ejected: ErrorKind[] = [];
    const gate = new BudgetGate({ clock, log }, LIMITS, (why) => void ejected.push(why));
    const passed = Array.from({ length: 100 }, () => gate.message(5)).filter(Boolean);
    assert.equal(passed.length, 10);
    assert.deepEqual(ejected, [ERRORS.TOO_MANY_FRAMES]);
    assert.ok(gate.isShut);
    clock.stall(60_000);
    assert.deepEqual([gate.message(1), gate.input(1, 20), gate.ping(), gate.offence()], [false, false, false, false]);
    assert.deepEqual([hits('messages'), hits('frames'), ejected.length], [11, 1, 1]);
  });
});

describe('LimitLog', () => {
  it('F12: counts every time, and logs a kind once a minute with how often', () => {
    const { clock, lines, log, hits } = setUp();
    for (let i = 0; i < 5000; i++) log.bit('pings');
    log.bit('idle');
    clock.stall(60_000);
    log.bit('pings');
    assert.deepEqual(
      lines.map(({ level, fields }) => [level, fields.limit, fields.times]),
      [
        ['warn', 'pings', 1],
        ['warn', 'idle', 1],
        ['warn', 'pings', 5000],
      ],
    );
    assert.equal(hits('pings'), 5001);
  });
});

describe('wrong reconnection tokens', () => {
  it('F11: an address has so many tries a minute, and they come back; others have theirs', () => {
    const tries = new WrongTries({ perMinute: 3, maxAddresses: 10 });
    for (let i = 0; i < 3; i++) {
      assert.ok(!tries.isSpent('a', 0));
      tries.wrong('a', 0);
    }
    assert.ok(tries.isSpent('a', 0) && !tries.isSpent('b', 0));
    assert.ok(tries.isSpent('a', 19_000) && !tries.isSpent('a', 20_001));
  });

  it('F11: more addresses than are kept push out the oldest, never the one that tries on', () => {
    const tries = new WrongTries({ perMinute: 1, maxAddresses: 100 });
    for (let i = 0; i < 10_000; i++) {
      tries.wrong('busy', 0);
      tries.wrong(`one of many ${i}`, 0);
    }
    assert.ok(tries.isSpent('busy', 0) && !tries.isSpent('one of many 5', 0) && tries.isSpent('one of many 9999', 0));
  });

  it('F11: requests count when the token was wrong, and are refused without looking when there were too many', async () => {
    const { clock, log, hits } = setUp();
    const reconnections = new Reconnections({ clock, log }, { maxWrongTokensPerMinute: 2 });
    const fail = (code: number) => (): Promise<never> => Promise.reject(Object.assign(new Error('no'), { code }));
    for (const code of [ERRORS.ROOM_NOT_FOUND.code, ERRORS.SEAT_EXPIRED.code, ERRORS.SEAT_EXPIRED.code]) {
      await assert.rejects(reconnections.attempt('a', fail(code)), { code });
    }
    const right = (): Promise<string> => Promise.resolve('a seat');
    await assert.rejects(reconnections.attempt('a', right), { code: ERRORS.TOO_MANY_RECONNECTIONS.code });
    assert.equal(await reconnections.attempt('b', right), 'a seat');
    assert.equal(hits('reconnections'), 1);
    clock.stall(30_000);
    assert.equal(await reconnections.attempt('a', right), 'a seat');
  });

  it('F10: tokens have 192 bits, are never twice the same, and are compared as a whole', () => {
    const tokens = new Set(Array.from({ length: 1000 }, newToken));
    assert.equal(tokens.size, 1000);
    for (const token of tokens) assert.equal(Buffer.from(token, 'base64url').length, 24);
    const token = newToken();
    assert.ok(isSame(token, `${token}`));
    for (const other of ['', token.slice(1), `${token}a`, `${token.slice(0, -1)}!`, 'é'.repeat(16)])
      assert.ok(!isSame(token, other));
  });
});
