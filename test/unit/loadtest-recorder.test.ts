import assert from 'node:assert/strict';
import { BotMeter, Recorder } from '../../loadtest/recorder.ts';

function near(measured: number, expected: number): void {
  assert.ok(Math.abs(measured - expected) <= expected / 500 + 0.01, `${measured} is not about ${expected}`);
}

describe('load test: recorder', () => {
  it('measures a round trip from the intended time, not from the sending', () => {
    const recorder = new Recorder();
    recorder.open(0);
    const meter = new BotMeter(recorder, 0);
    meter.sent(1, 100, 160);
    meter.patch(180, 1);
    near(recorder.roundTrip.summary.max, 80);
    near(recorder.sendDelay.summary.max, 60);
  });

  it('lets one patch acknowledge several inputs, and none twice', () => {
    const recorder = new Recorder();
    recorder.open(0);
    const meter = new BotMeter(recorder, 0);
    for (const seq of [1, 2, 3]) meter.sent(seq, seq * 10, seq * 10);
    meter.patch(40, 2);
    meter.patch(50, 2);
    assert.equal(recorder.acknowledged, 2);
    meter.patch(60, 3);
    assert.equal(recorder.acknowledged, 3);
    assert.deepEqual([recorder.inputs, recorder.patches], [3, 3]);
  });

  it('records patch intervals, bytes and inputs only while the window is open', () => {
    const recorder = new Recorder();
    const meter = new BotMeter(recorder, 0);
    meter.sent(1, 10, 10);
    meter.bytesIn(100);
    meter.bytesOut(9);
    meter.patch(33, 1);
    assert.deepEqual([recorder.patches, recorder.inputs, recorder.bytesIn, recorder.bytesOut], [0, 0, 0, 0]);
    assert.equal(recorder.roundTrip.count, 0);
    recorder.open(50);
    meter.patch(66, 1);
    meter.bytesIn(100);
    meter.bytesOut(9);
    near(recorder.patchInterval.summary.max, 33);
    assert.deepEqual([recorder.patches, recorder.bytesIn, recorder.bytesOut], [1, 100, 9]);
  });

  it('does not forget what never came: overdue patches and acknowledgements count at the end', () => {
    const recorder = new Recorder();
    recorder.open(0);
    const meter = new BotMeter(recorder, 0);
    meter.patch(30, 0);
    meter.sent(1, 40, 40);
    meter.sent(2, 4990, 4990);
    meter.close(5000);
    near(recorder.patchInterval.summary.max, 4970);
    near(recorder.roundTrip.summary.max, 4960);
    assert.equal(recorder.overdue, 1);
  });

  it('keeps counting when far more inputs are under way than it remembers', () => {
    const recorder = new Recorder();
    recorder.open(0);
    const meter = new BotMeter(recorder, 0);
    for (let seq = 1; seq <= 1000; seq++) meter.sent(seq, seq, seq);
    meter.patch(1000, 1000);
    assert.equal(recorder.acknowledged, 256);
  });
});
