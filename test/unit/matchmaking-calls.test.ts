import assert from 'node:assert/strict';
import { type Answer, CallError, Calls, type CallTransport, ERROR, SUCCESS } from '../../src/matchmaking/calls.ts';
import { createCounters } from '../../src/observability/counters.ts';
import { type LogLine, recordingLogger } from '../support/recording-logger.ts';
import { SteppedTime, settled } from '../support/stepped-time.ts';

interface Sent {
  readonly channel: string;
  readonly method: string | undefined;
  readonly args: readonly unknown[] | undefined;
  readonly answered: (answer: Answer) => void;
  readonly heard: PromiseWithResolvers<number>;
  forgotten: boolean;
}

function setUp() {
  const sent: Sent[] = [];
  const transport: CallTransport = {
    send(channel, method, args, answered) {
      const heard = Promise.withResolvers<number>();
      const one: Sent = { channel, method, args, answered, heard, forgotten: false };
      sent.push(one);
      const forget = (): void => {
        one.forgotten = true;
      };
      return { heard: heard.promise, forget };
    },
  };
  const time = new SteppedTime();
  const meter = createCounters();
  const lines: LogLine[] = [];
  const calls = new Calls({ transport, timers: time, logger: recordingLogger(lines), meter });
  /** Calls `other`, and says what became of it. */
  const start = (timeoutMs = 2000, processId = 'other') => {
    const outcome = calls.call({ processId }, 'healthcheck', [], { timeoutMs }).then(
      (value) => ({ value, error: undefined }),
      (error: CallError) => ({ value: undefined, error }),
    );
    return { outcome, call: sent.at(-1)! };
  };
  const total = (outcome: string) => meter.total('hypogeum_match_calls_total', { outcome });
  return { time, lines, calls, sent, start, total };
}

describe('Calls', () => {
  it('go to the channels of processes and rooms, with method and arguments', () => {
    const { calls, sent } = setUp();
    void calls.call({ processId: 'p1' }, 'create', ['arena', {}, 'r1'], { timeoutMs: 1 }).catch(() => {});
    void calls.call({ processId: 'p1', roomId: 'r1' }, 'clients', undefined, { timeoutMs: 1 }).catch(() => {});
    assert.deepEqual(
      sent.map(({ channel, method, args }) => [channel, method, args]),
      [
        ['hypogeum:p1', 'create', ['arena', {}, 'r1']],
        ['$r1', 'clients', undefined],
      ],
    );
  });

  it('C2: fail as dead soon when the process goes while they are not answered', async () => {
    const { start, time, sent } = setUp();
    const { outcome, call } = start(2000);
    call.heard.resolve(1);
    await time.pass(250);
    assert.deepEqual([sent.length, sent[1]!.channel, sent[1]!.forgotten], [2, 'hypogeum:other', true]);
    sent[1]!.heard.resolve(1);
    await settled();
    await time.pass(250);
    sent[2]!.heard.resolve(0);
    assert.equal((await outcome).error?.failure, 'dead');
    await time.pass(5000);
    assert.equal(sent.length, 3, 'nobody asks any more');
  });

  it('C2: calls of one process that wait together ask together whether it is there', async () => {
    const { start, time, sent } = setUp();
    const calls = [start(5000), start(5000), start(5000)];
    for (const { call } of calls) call.heard.resolve(1);
    await time.pass(250);
    assert.equal(sent.length, 4);
    sent[3]!.heard.resolve(1);
    await settled();
    await time.pass(250);
    assert.equal(sent.length, 5);
    sent[4]!.heard.resolve(0);
    for (const { outcome } of calls) assert.equal((await outcome).error?.failure, 'dead');
  });

  it('O2: fail as away within a second when Redis is silent while they are not answered', async () => {
    const { start, time, total, lines } = setUp();
    const { outcome, call } = start(5000);
    call.heard.resolve(1);
    await time.pass(1000);
    assert.equal((await outcome).error?.failure, 'away');
    assert.deepEqual([total('away'), lines.length, time.timers], [1, 0, 0]);
    const next = start(5000);
    next.call.heard.resolve(1);
    await time.pass(250);
    assert.equal(next.call.forgotten, false);
    await time.pass(750);
    assert.equal((await next.outcome).error?.failure, 'away');
  });

  it('O2: nor do they wait when it is known that Redis went', async () => {
    const { start, time, sent } = setUp();
    const { outcome, call } = start(5000);
    call.heard.resolve(1);
    await time.pass(250);
    sent[1]!.heard.reject(new Error('Redis is away'));
    assert.equal((await outcome).error?.failure, 'away');
  });

  it('resolve with the answer, also if it comes before it is known who heard', async () => {
    const { start, total, time } = setUp();
    const { outcome, call } = start();
    call.answered([SUCCESS, { clients: 3 }]);
    call.heard.resolve(1);
    assert.deepEqual((await outcome).value, { clients: 3 });
    assert.equal(total('ok'), 1);
    assert.ok(call.forgotten);
    assert.equal(time.timers, 0);
  });

  it('C2: fail at once, as dead, when nobody hears', async () => {
    const { start, total, lines } = setUp();
    const { outcome, call } = start();
    call.heard.resolve(0);
    const { error } = await outcome;
    assert.deepEqual([error?.failure, error?.retryable, total('dead')], ['dead', true, 1]);
    assert.deepEqual([lines.length, lines[0]?.fields.processId], [1, 'other']);
  });

  it('C2: fail as a timeout when they were heard and not answered in time, with the process named', async () => {
    const { start, total, lines, time } = setUp();
    const { outcome, call } = start(700);
    call.heard.resolve(1);
    await time.pass(699);
    assert.equal(total('timeout'), 0);
    await time.pass(1);
    const { error } = await outcome;
    assert.deepEqual([error?.failure, error?.retryable, total('timeout')], ['timeout', true, 1]);
    assert.deepEqual(
      [lines[0]?.level, lines[0]?.fields.processId, lines[0]?.fields.failure],
      ['warn', 'other', 'timeout'],
    );
    assert.ok(call.forgotten);
  });

  it('C2: fail as away, not naming the process, when they cannot be sent or nobody says whether they were', async () => {
    const { start, total, lines, time } = setUp();
    const refused = start();
    refused.call.heard.reject(new Error('away'));
    assert.equal((await refused.outcome).error?.failure, 'away');
    const silent = start(700);
    await time.pass(700);
    assert.equal((await silent.outcome).error?.failure, 'away');
    assert.deepEqual([total('away'), lines.length], [2, 0]);
  });

  it('C2: a process that many call in vain is named once in five seconds, each process and failure for itself', async () => {
    const { start, lines, time } = setUp();
    const dead = async (processId: string): Promise<void> => {
      const { outcome, call } = start(2000, processId);
      call.heard.resolve(0);
      await outcome;
    };
    for (let n = 0; n < 50; n++) await dead('a');
    await dead('b');
    assert.equal(lines.length, 2);
    await time.pass(5000);
    await dead('a');
    assert.equal(lines.length, 3);
  });

  it('C3: an answer that comes too late, or twice, changes nothing', async () => {
    const { start, total, time } = setUp();
    const twice = start();
    twice.call.answered([SUCCESS, 1]);
    twice.call.answered([ERROR, '"no"']);
    assert.equal((await twice.outcome).value, 1);
    const late = start(10);
    late.call.heard.resolve(1);
    await settled();
    await time.pass(10);
    late.call.answered([SUCCESS, 1]);
    assert.equal((await late.outcome).error?.failure, 'timeout');
    assert.deepEqual([total('ok'), total('timeout'), total('refused')], [1, 1, 0]);
  });

  it("fail with the callee's own message and code, in each form that stock responders have", async () => {
    const { start, total } = setUp();
    const told: [unknown, string, number | string | undefined][] = [
      [JSON.stringify({ code: 526, message: 'the room failed' }), 'the room failed', 526],
      [JSON.stringify('thrown at once'), 'thrown at once', undefined],
      ['a promise was rejected', 'a promise was rejected', undefined],
      [{ code: 'E', message: 'as it is' }, 'as it is', 'E'],
      [null, 'no reason', undefined],
      ['', '', undefined],
      ['12', '12', undefined],
    ];
    for (const [data, message, code] of told) {
      const { outcome, call } = start();
      call.answered([ERROR, data]);
      const { error } = await outcome;
      assert.ok(error instanceof CallError);
      assert.deepEqual([error.failure, error.message, error.code, error.retryable], ['refused', message, code, false]);
    }
    assert.equal(total('refused'), told.length);
  });
});
