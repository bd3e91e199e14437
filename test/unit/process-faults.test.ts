import assert from 'node:assert/strict';
import { FaultLog } from '../../src/isolation/fault-log.ts';
import { type Owner, Owners } from '../../src/isolation/node-owners.ts';
import { ProcessFaults } from '../../src/isolation/process-faults.ts';
import { createCounters } from '../../src/observability/counters.ts';
import { type LogLine, recordingLogger } from '../support/recording-logger.ts';

const LIMIT = 5;
const ROOM: Owner = { kind: 'room', name: 'arena' };
const REQUEST: Owner = { kind: 'request', name: 'request' };

function setUp() {
  const clock = { time: 0, now: () => clock.time };
  const meter = createCounters();
  const lines: LogLine[] = [];
  const reasons: string[] = [];
  const faults = new FaultLog({ clock, meter, logger: recordingLogger(lines) }, 'stray');
  const policy = new ProcessFaults({ clock, faults, unsound: (reason) => reasons.push(reason) }, LIMIT);
  return { clock, meter, lines, reasons, policy };
}

describe('exceptions that nobody caught', () => {
  it('P6: belong to whose code threw them, also when none of it runs any more', () => {
    const owners = new Owners();
    const thrown = new TypeError('x');
    const run = (): void => owners.run(REQUEST, () => owners.run(ROOM, () => assert.fail(thrown)));
    assert.throws(run, thrown);
    assert.deepEqual(
      [owners.current, owners.ownerOf(thrown), owners.ownerOf(new Error('y'))],
      [undefined, ROOM, undefined],
    );
    assert.equal(
      owners.run(REQUEST, () => owners.ownerOf('a text')),
      REQUEST,
    );
  });

  it('P6: of a room, a player or a request are counted and logged, however many', () => {
    const { policy, meter, lines, reasons } = setUp();
    for (let i = 0; i < 10_000; i++) policy.stray(new Error('x'), 'unhandledRejection', i % 2 === 0 ? ROOM : REQUEST);
    assert.deepEqual(reasons, []);
    assert.equal(meter.total('hypogeum_room_faults_total', { room: 'arena' }), 5000);
    assert.equal(lines.length, 2);
  });

  it('P7: of the process itself are survived up to the limit of a minute, in any minute', () => {
    const { policy, clock, reasons } = setUp();
    for (let i = 0; i < 100; i++) {
      policy.stray(new Error('x'), 'uncaughtException', undefined);
      clock.time += 60_000 / LIMIT;
    }
    assert.deepEqual(reasons, []);
  });

  it('P7: one more is a storm: the process is unsound, which is said once', () => {
    const { policy, clock, reasons } = setUp();
    clock.time = 123;
    for (let i = 0; i <= LIMIT; i++) policy.stray(new Error('x'), 'uncaughtException', undefined);
    assert.deepEqual(reasons, ['a storm of exceptions that nobody caught']);
    for (let i = 0; i < 50; i++) policy.stray(new Error('x'), 'uncaughtException', undefined);
    assert.equal(reasons.length, 1);
  });

  const broken: [string, Error][] = [
    ["Node's own assertion", Object.assign(new Error('x'), { code: 'ERR_INTERNAL_ASSERTION' })],
    ['memory that cannot be had', new RangeError('Array buffer allocation failed')],
  ];
  for (const [what, error] of broken) {
    it(`P8: ${what} makes the process unsound, whosever it is`, () => {
      const { policy, reasons } = setUp();
      policy.stray(error, 'uncaughtException', ROOM);
      assert.deepEqual(reasons, ['Node reports that its own state is broken']);
    });
  }

  it('P6: anything can be thrown', () => {
    const { policy, reasons } = setUp();
    for (const thrown of [undefined, null, 'x', Symbol('x'), { code: 'ERR_INTERNAL_ASSERTION' }])
      policy.stray(thrown, 'unhandledRejection', ROOM);
    assert.deepEqual(reasons, []);
  });
});
