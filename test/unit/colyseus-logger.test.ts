import assert from 'node:assert/strict';
import { colyseusLogger } from '../../src/isolation/colyseus-logger.ts';
import type { Labels } from '../../src/kernel/ports.ts';
import { noMeter } from '../../src/kernel/ports.ts';
import { createRandom } from '../../src/kernel/random.ts';
import { type LogLine, recordingLogger } from '../support/recording-logger.ts';

function setUp() {
  const lines: LogLine[] = [];
  const kinds = new Set<string>();
  const meter = {
    ...noMeter,
    count: (_: string, __?: number, labels?: Labels) => void kinds.add(String(labels?.callback)),
  };
  return { lines, kinds, log: colyseusLogger({ clock: { now: () => 0 }, meter, logger: recordingLogger(lines) }) };
}

/** As msgpackr words it: the payload, cut after 100 characters. */
function endOfBuffer(payload: unknown): string {
  return `Error: Data read, but end of buffer not reached ${JSON.stringify(payload).slice(0, 100)}\n    at unpack (x.js:1:2)`;
}

describe("Colyseus's log lines", () => {
  it('that differ by what a client sent are one kind, whatever it was', () => {
    const { log, kinds, lines } = setUp();
    const random = createRandom(5);
    const letter = (): string => String.fromCharCode(97 + random.int(26));
    for (let i = 0; i < 500; i++) {
      const word = Array.from({ length: 120 }, letter).join('');
      const payload = random.pick([word, [[random.int(2) === 0, null]], { [word]: 1 }, random.int(1e9), [true, word]]);
      log.error(endOfBuffer(payload));
    }
    assert.deepEqual([...kinds], ['Error: Data read, but end of buffer not reached']);
    assert.equal(lines.length, 1);
  });

  it('of different kinds stay apart, and notices are debug lines', () => {
    const { log, kinds, lines } = setUp();
    log.error('hall (roomId: AbC), no decoder');
    log.error('hall (roomId: XyZ), no decoder');
    log.warn('RedisPresence: sub connection error:', 'connect ECONNREFUSED 127.0.0.1:6379');
    log.info('hello', 'you');
    assert.equal(kinds.size, 2);
    assert.deepEqual(
      lines.map(({ level }) => level),
      ['warn', 'warn', 'debug'],
    );
  });
});
