import assert from 'node:assert/strict';
import { createCounters } from '../../src/observability/counters.ts';
import { createPinoLogger, type LogOptions } from '../../src/observability/pino-logger.ts';
import { SteppedTime } from '../support/stepped-time.ts';

interface Line {
  readonly level: string;
  readonly time: string;
  readonly msg: string;
  readonly err?: { readonly type: string; readonly message: string; readonly stack: readonly string[] };
  readonly [field: string]: unknown;
}

function setUp(options: Partial<LogOptions> = {}) {
  const time = new SteppedTime();
  const meter = createCounters();
  const written: string[] = [];
  const reader = { reads: true };
  const log = createPinoLogger(
    { level: 'info', format: 'json', linesPerKind: 10, bytesPerSecond: 1e6, ...options },
    {
      destination: { write: (line) => reader.reads && written.push(line) > 0 },
      now: () => time.now(),
      timers: time,
      meter,
    },
  );
  const lines = () => written.map((line) => JSON.parse(line) as Line);
  return { time, meter, written, reader, log, lines };
}

describe('the log', () => {
  it('as JSON: one record a line, with level, time, message, fields and the cause', () => {
    const { log, written, lines } = setUp();
    log.info('Redis is back', { room: 'arena', ms: 5, absent: undefined });
    log.error('a route failed', { path: '/x?token=1' }, new TypeError('why'));
    assert.ok(written.every((line) => line.endsWith('\n') && line.indexOf('\n') === line.length - 1));
    const [first, second] = lines();
    assert.deepEqual(first, {
      ...{ level: 'info', time: '1970-01-01T00:00:01.000Z', pid: process.pid },
      ...{ room: 'arena', ms: 5, msg: 'Redis is back' },
    });
    assert.deepEqual([second!.path, second!.err!.type, second!.err!.message], ['/x?…', 'TypeError', 'why']);
    assert.match(second!.err!.stack[0]!, /^at .*pino-logger\.test\.ts/);
  });

  it('for people: time of day, level, message, fields, the cause below', () => {
    const { log, written } = setUp({ format: 'pretty' });
    log.info('Redis is back', { room: 'arena', ms: 5 });
    log.warn('x', { name: 'a "b"=c\nfake line' });
    log.warn('x', { name: 'a\\" b=c \\' });
    log.error('shown', {}, new Error('why', { cause: 'that' }));
    assert.equal(written[0], '00:00:01.000 info  Redis is back room=arena ms=5\n');
    assert.equal(written[1], '00:00:01.000 warn  x name="a \\"b\\"=c\\nfake line"\n');
    assert.equal(written[2], '00:00:01.000 warn  x name="a\\\\\\" b=c \\\\"\n');
    assert.match(written[3]!, /^00:00:01.000 error shown\n {2}Error: why\n {6}at .*\n(.*\n)* {2}because of: that\n$/);
  });

  it('leaves out what is not serious enough, and everything when it is silent', () => {
    const { log, written } = setUp();
    log.debug('hidden');
    assert.equal(written.length, 0);
    const silent = setUp({ level: 'silent' });
    silent.log.error('hidden', {}, new Error('x'));
    assert.equal(silent.written.length, 0);
  });

  it('P1: of each kind a few in ten seconds, and then how many more there were', async () => {
    const { log, lines, time, meter } = setUp();
    for (let i = 0; i < 4221; i++) log.warn('a frame cannot be read', { bytes: i });
    log.warn('something else');
    assert.equal(lines().length, 11);
    await time.pass(9000);
    assert.equal(lines().length, 11);
    await time.pass(2000);
    const last = lines().at(-1)!;
    assert.deepEqual([last.level, last.msg], ['warn', 'a frame cannot be read ... and 4,211 more']);
    assert.equal(meter.total('hypogeum_log_lines_lost_total', { why: 'too many' }), 4211);
    log.warn('a frame cannot be read');
    assert.equal(lines().at(-1)!.msg, 'a frame cannot be read', 'and after that it may be said again');
    assert.equal(time.timers, 0);
  });

  it('P1: what varies in a message makes no kind of its own; room and callback do', async () => {
    const { log, lines, time } = setUp({ linesPerKind: 1 });
    for (let i = 0; i < 100; i++) log.info(`player ${i} fell`);
    for (let i = 0; i < 100; i++) log.error('it failed', { room: `r${i % 2}`, callback: 'step' });
    assert.equal(lines().length, 3);
    await time.pass(12_000);
    assert.deepEqual(
      lines()
        .slice(3)
        .map(({ msg, room }) => [msg, room]),
      [
        ['player 1 fell ... and 99 more', undefined],
        ['it failed ... and 49 more', 'r0'],
        ['it failed ... and 49 more', 'r1'],
      ],
    );
  });

  it('P1: kinds that somebody makes up are 200 at most', async () => {
    const { log, lines, time } = setUp({ linesPerKind: 1 });
    const word = (i: number) => [...String(i)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
    for (let i = 0; i < 5000; i++) log.info(word(i));
    assert.ok(lines().length <= 202, `${lines().length}`);
    await time.pass(12_000);
    assert.match(lines().at(-1)!.msg, / \.\.\. and 4,79\d more$/);
  });

  it('P2: all together stay under the bytes a second, and nothing is forgotten', async () => {
    const { log, written, lines, time } = setUp({ linesPerKind: 1e6, bytesPerSecond: 1000 });
    const bytes = () => written.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
    let said = 0;
    for (let second = 0; second < 30; second++) {
      for (let i = 0; i < 200; i++, said++) log.info('flood', { filler: 'x'.repeat(100) });
      await time.pass(1000);
    }
    assert.ok(bytes() <= 8000 + 31 * 1000 + 1000, `${bytes()} bytes in 30 s`);
    await time.pass(20_000);
    const more = lines().map(({ msg }) => Number((/and ([\d,]+) more/.exec(msg)?.[1] ?? '0').replaceAll(',', '')));
    const plain = lines().filter(({ msg }) => msg === 'flood').length;
    assert.equal(plain + more.reduce((sum, one) => sum + one, 0), said);
  });

  it('P2: lines that nobody reads are counted, and told when somebody reads again', async () => {
    const { log, lines, time, reader, meter } = setUp();
    reader.reads = false;
    for (let i = 0; i < 5; i++) log.info('said to nobody');
    await time.pass(3000);
    assert.equal(lines().length, 0);
    reader.reads = true;
    await time.pass(1500);
    assert.deepEqual(
      lines().map(({ msg, lines: lost }) => [msg, lost]),
      [['log lines were lost: whoever reads them is slow', 5]],
    );
    assert.ok(meter.total('hypogeum_log_lines_lost_total', { why: 'nobody reads' }) >= 5);
    assert.equal(time.timers, 0);
  });

  it('P1: at the end of a process it says what it still owes', () => {
    const { log, lines } = setUp({ linesPerKind: 1 });
    for (let i = 0; i < 3; i++) log.info('again');
    log.settle();
    assert.equal(lines().at(-1)!.msg, 'again ... and 2 more');
  });
});
