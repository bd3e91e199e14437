import assert from 'node:assert/strict';
import { tameConsole } from '../../src/isolation/console-tamer.ts';
import { FaultLog } from '../../src/isolation/fault-log.ts';
import { createCounters } from '../../src/observability/counters.ts';
import { type LogLine, recordingLogger } from '../support/recording-logger.ts';

function setUp() {
  const lines: LogLine[] = [];
  const written: unknown[] = [];
  const write = (...args: unknown[]): void => void written.push(args);
  const console = { ...{ debug: write, log: write, info: write }, warn: write, error: write, trace: write, dir: write };
  const meter = createCounters();
  const logger = recordingLogger(lines);
  const restore = tameConsole(console, logger, new FaultLog({ clock: { now: () => 0 }, meter, logger }));
  return { lines, written, console, meter, restore };
}

describe('the console in a server process', () => {
  it('P3: what is written there are log lines, each one line, by its level', () => {
    const { console, lines, written } = setUp();
    console.log('low on %s', 'arrows', { left: 2, bow: { string: ['worn'] } });
    console.warn('careful');
    console.error('it failed:', new Error('of the game'));
    console.debug('hm');
    console.dir({ a: 1 });
    assert.deepEqual(
      lines.map(({ level, message }) => [level, message]),
      [
        ['info', "low on arrows { left: 2, bow: { string: [ 'worn' ] } }"],
        ['warn', 'careful'],
        ['error', 'it failed: Error: of the game'],
        ['debug', 'hm'],
        ['info', '{ a: 1 }'],
      ],
    );
    assert.deepEqual(written, []);
  });

  it('survives what cannot be looked at, and is soon done with what is large', () => {
    const { console, lines } = setUp();
    const trap = {
      get [Symbol.toStringTag](): string {
        return assert.fail();
      },
    };
    console.log(trap);
    console.log(Array.from({ length: 1e5 }, () => 'x'.repeat(1000)));
    assert.equal(lines.length, 2);
    assert.ok(lines[1]!.message.length < 10_000);
  });

  it("turns the decoder's complaints into one line a minute, without a stack", () => {
    const { console, lines, meter, restore, written } = setUp();
    for (let i = 0; i < 50; i++) {
      console.warn('@colyseus/schema: definition mismatch');
      console.error('"refId" not found: 7', { previousRefId: 0 });
      console.error('decode.utf8Read(): Invalid byte 145 at offset 5. Skip to end of string: 6');
    }
    assert.deepEqual(
      lines.map(({ level, cause }) => [level, cause]),
      [['warn', undefined]],
    );
    assert.equal(meter.total('hypogeum_room_faults_total', { room: 'schema' }), 150);
    restore();
    console.warn('@colyseus/schema: again');
    assert.equal(written.length, 1);
  });
});
