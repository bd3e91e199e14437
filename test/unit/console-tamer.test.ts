import assert from 'node:assert/strict';
import { tameConsole } from '../../src/isolation/console-tamer.ts';
import { FaultLog } from '../../src/isolation/fault-log.ts';
import { createCounters } from '../../src/observability/counters.ts';
import { type LogLine, recordingLogger } from '../support/recording-logger.ts';

describe('the console in a server process', () => {
  it("keeps a game's own words and turns the decoder's complaints into one line a minute", () => {
    const written: unknown[][] = [];
    const lines: LogLine[] = [];
    const write = (...args: unknown[]): void => void written.push(args);
    const console = { warn: write, error: write };
    const meter = createCounters();
    const restore = tameConsole(
      console,
      new FaultLog({ clock: { now: () => 0 }, meter, logger: recordingLogger(lines) }),
    );
    console.warn('low on arrows', { left: 2 });
    console.error(new Error('of the game'));
    for (let i = 0; i < 50; i++) {
      console.warn('@colyseus/schema: definition mismatch');
      console.error('"refId" not found: 7', { previousRefId: 0 });
      console.error('decode.utf8Read(): Invalid byte 145 at offset 5. Skip to end of string: 6');
    }
    assert.equal(written.length, 2);
    assert.equal(lines.length, 1);
    assert.equal(meter.total('hypogeum_room_faults_total', { room: 'schema' }), 150);
    restore();
    console.warn('@colyseus/schema: again');
    assert.equal(written.length, 3);
  });
});
