import assert from 'node:assert/strict';
import { FaultLog } from '../../src/isolation/fault-log.ts';
import { createCounters } from '../../src/observability/counters.ts';
import { type LogLine, recordingLogger } from '../support/recording-logger.ts';

function setUp() {
  const lines: LogLine[] = [];
  const meter = createCounters();
  const clock = { time: 0, now: () => clock.time };
  return { lines, meter, clock, faults: new FaultLog({ clock, meter, logger: recordingLogger(lines) }) };
}

describe('FaultLog', () => {
  it('counts every fault and logs each kind once, with its cause', () => {
    const { faults, lines, meter } = setUp();
    const first = new Error('first');
    faults.report('arena', 'step', first);
    for (let i = 0; i < 100; i++) faults.report('arena', 'step', new Error(`number ${i}`));
    faults.report('arena', 'onJoin', new Error('another callback'));
    faults.report('arena', 'step', new TypeError('another class'));
    assert.equal(meter.total('hypogeum_room_faults_total'), 103);
    assert.equal(meter.total('hypogeum_room_faults_total', { callback: 'step' }), 102);
    assert.deepEqual(
      lines.map((line) => line.fields.callback),
      ['step', 'onJoin', 'step'],
    );
    assert.equal(lines[0]!.cause, first);
  });

  it('says again after a minute how often it happened meanwhile', () => {
    const { faults, lines, clock } = setUp();
    for (let i = 0; i < 10; i++) faults.report('arena', 'step', new Error('x'));
    clock.time = 61_000;
    faults.report('arena', 'step', new Error('last'));
    assert.equal(lines.length, 2);
    assert.deepEqual([lines[1]!.fields.times, lines[1]!.fields.last], [10, 'last']);
  });

  it('takes whatever can be thrown', () => {
    const { faults, lines } = setUp();
    const nameless = Object.create(null) as object;
    for (const thrown of [undefined, null, 'text', 7, Symbol('s'), nameless, { toString: () => assert.fail() }]) {
      faults.report('arena', `thrown ${typeof thrown}`, thrown);
    }
    assert.ok(lines.length >= 5);
  });

  it('does not grow without bound when a room throws ever new classes', () => {
    const { faults, lines } = setUp();
    for (let i = 0; i < 5000; i++) faults.report('arena', `callback ${i}`, new Error('x'));
    assert.equal(lines.length, 5000);
  });
});
