import assert from 'node:assert/strict';
import { createCounters } from '../../src/observability/counters.ts';
import { Overload, type Vitals } from '../../src/security/overload.ts';
import { type LogLine, recordingLogger } from '../support/recording-logger.ts';
import { SteppedTime } from '../support/stepped-time.ts';

const LIMITS = {
  ...{ maxRssBytes: 1000, maxHeapBytes: 500, maxLagMs: 100 },
  ...{ endRssBytes: 2000, endHeapBytes: 600, maxDescriptors: 100 },
};

function setUp() {
  const time = new SteppedTime();
  const meter = createCounters();
  const lines: LogLine[] = [];
  const reasons: string[] = [];
  const vitals = { rssBytes: 100, heapBytes: 50, lagMs: 0, outOfDescriptors: false };
  const machine = { connections: 0, unreadable: false };
  const overload = new Overload(
    {
      read: (): Vitals => (machine.unreadable ? assert.fail('unreadable') : { ...vitals }),
      connections: () => machine.connections,
      timers: time,
      logger: recordingLogger(lines),
      meter,
      unsound: (reason) => reasons.push(reason),
    },
    LIMITS,
  );
  overload.start();
  const after = async (seconds: number, change: Partial<Vitals>): Promise<string | undefined> => {
    Object.assign(vitals, change);
    await time.pass(seconds * 1000);
    return overload.reason;
  };
  return { time, meter, lines, reasons, machine, overload, after };
}

describe('overload', () => {
  it('P10: above the watermark of memory no rooms, from the next second on; below nine tenths of it again', async () => {
    const { after, meter } = setUp();
    assert.equal(await after(1, { rssBytes: 1000 }), undefined);
    assert.equal(await after(1, { rssBytes: 1001 }), 'memory');
    assert.equal(meter.total('hypogeum_process_overloaded'), 1);
    assert.equal(await after(1, { rssBytes: 901 }), 'memory');
    assert.equal(await after(1, { rssBytes: 900 }), undefined);
    assert.equal(await after(1, { rssBytes: 950 }), undefined, 'between the marks it stays what it was');
    assert.equal(await after(1, { heapBytes: 501 }), 'memory', "V8's heap has its own");
    assert.equal(await after(1, { heapBytes: 449, rssBytes: 901 }), 'memory');
    assert.equal(await after(1, { rssBytes: 100 }), undefined);
    assert.equal(meter.total('hypogeum_process_overloaded'), 0);
    assert.equal(meter.total('hypogeum_process_overloads_total', { reason: 'memory' }), 2);
  });

  it('P10: memory is looked at before the first second too', () => {
    const { overload, after } = setUp();
    void after(0, { rssBytes: 5000 });
    overload.stop();
    overload.start();
    assert.equal(overload.reason, 'memory');
  });

  it('P11: lag in each of three seconds, and three calm ones to be over', async () => {
    const { after } = setUp();
    assert.equal(await after(2, { lagMs: 101 }), undefined);
    assert.equal(await after(1, { lagMs: 0 }), undefined);
    assert.equal(await after(2, { lagMs: 101 }), undefined, 'in a row');
    assert.equal(await after(1, { lagMs: 5000 }), 'lag');
    assert.equal(await after(5, { lagMs: 51 }), 'lag');
    assert.equal(await after(2, { lagMs: 50 }), 'lag');
    assert.equal(await after(1, { lagMs: 0 }), undefined);
  });

  it('P12: no rooms while no file can be opened', async () => {
    const { after } = setUp();
    assert.equal(await after(1, { outOfDescriptors: true }), 'descriptors');
    assert.equal(await after(1, { outOfDescriptors: false }), undefined);
  });

  it('each change is one line', async () => {
    const { after, lines } = setUp();
    await after(60, { rssBytes: 1500 });
    await after(60, { rssBytes: 100 });
    assert.deepEqual(
      lines.map(({ level, message, fields }) => [level, message, fields.reason]),
      [
        ['warn', 'no rooms are made here now', 'memory'],
        ['info', 'rooms can be made here again', undefined],
      ],
    );
  });

  it('P13: near what the system or V8 ends it at for ten seconds, the process is unsound', async () => {
    for (const near of [{ rssBytes: 1901 }, { heapBytes: 571 }]) {
      const { after, reasons } = setUp();
      await after(9, near);
      await after(1, { rssBytes: 100, heapBytes: 50 });
      await after(9, near);
      assert.deepEqual(reasons, []);
      await after(1, {});
      assert.deepEqual(reasons, ['memory runs out']);
    }
  });

  it('P14: a minute without descriptors is a leak, unless others have half of them', async () => {
    const { after, reasons, machine } = setUp();
    machine.connections = 50;
    await after(200, { outOfDescriptors: true });
    assert.deepEqual(reasons, [], 'a crowd ends nobody');
    machine.connections = 49;
    await after(59, {});
    assert.deepEqual(reasons, []);
    await after(1, {});
    assert.deepEqual(reasons, ['file descriptors leak']);
  });

  it('goes on looking when something could not be read', async () => {
    const { after, machine } = setUp();
    machine.unreadable = true;
    await assert.rejects(after(1, { rssBytes: 5000 }), /unreadable/);
    machine.unreadable = false;
    assert.equal(await after(1, {}), 'memory');
  });

  it('stops looking when it is stopped', () => {
    const { overload, time } = setUp();
    overload.stop();
    overload.stop();
    assert.equal(time.timers, 0);
  });
});
