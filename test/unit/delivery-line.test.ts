import assert from 'node:assert/strict';
import fc from 'fast-check';
import { frame } from '../../src/delivery/frames.ts';
import { Line, type LineOptions, MARK_EVERY_MS } from '../../src/delivery/line.ts';
import { MAX_OPEN_MARKS } from '../../src/delivery/marks.ts';
import { CloseCodes } from '../../src/kernel/errors.ts';
import { createCounters } from '../../src/observability/counters.ts';
import { countingNonces, FakePlayer } from '../support/fake-player.ts';

const OPTIONS: LineOptions = { maxInFlightBytes: 1000, maxQueuedBytes: 2000, congestedTimeoutMs: 5000 };

function setUp(options: Partial<LineOptions> = {}) {
  const clock = { ms: 0, now: () => clock.ms };
  const player = new FakePlayer();
  const meter = createCounters();
  const deps = { clock, meter, nonces: countingNonces() };
  const line = new Line(player, deps, { ...OPTIONS, ...options }, { room: 'test' });
  const read = (count?: number): void => {
    for (const nonce of player.read(count)) line.pong(nonce);
  };
  return { clock, player, meter, line, read };
}

const state = (bytes: number, fill = 0): Buffer => Buffer.alloc(bytes, fill);
const message = (text: string, bytes = 0) => frame(Buffer.from(text.padEnd(bytes, '.')));
const texts = (player: FakePlayer): string[] => player.messages.map((body) => body.toString().replace(/\.+$/, ''));

/** Sends state until the line does not take more. */
function fill(line: Line, bytes = 100): number {
  let frames = 0;
  while (line.ready()) {
    line.sendState(state(bytes));
    if (++frames > 100) throw new Error('it never fills');
  }
  return frames;
}

describe('Line', () => {
  it('D1: a live line sends state and messages at once, as they come', () => {
    const { line, player } = setUp();
    line.sendMessage(message('a'));
    assert.ok(line.ready());
    line.sendState(Buffer.from('s'));
    line.sendMessage(message('b'));
    assert.deepEqual(texts(player), ['a', 's', 'b']);
    assert.equal(player.writes, 3, 'a write each, pings included');
  });

  it('D4: places a mark with the first frame, after a quarter of the window while answers are owed, and after a time', () => {
    const { line, player, clock, read } = setUp();
    const pings = () => player.frames.filter(({ ping }) => ping).length;
    const send = (bytes: number): number => {
      line.sendState(state(bytes));
      return pings();
    };
    assert.equal(send(10), 1);
    assert.equal(send(200), 1);
    assert.equal(send(60), 2, 'a quarter, and the first is not answered');
    read();
    clock.ms = MARK_EVERY_MS - 1;
    assert.equal(send(1), 2);
    clock.ms++;
    assert.equal(send(1), 3);
    assert.equal(player.writes, player.messages.length, 'no ping has a write of its own');
  });

  /** Bytes between the first mark and the next, sent at so many a millisecond; the first is answered in `answerMs`. */
  function sentUntilMarked(bytesPerMs: number, answerMs: number): number {
    const { line, player, clock, read } = setUp();
    const send = (): number => {
      line.sendState(state(6)); // 8 with its header
      return player.frames.filter(({ ping }) => ping).length;
    };
    send();
    for (let sent = 8; ; sent += 8) {
      clock.ms += 8 / bytesPerMs;
      if (clock.ms >= answerMs) read();
      if (send() === 2) return sent;
    }
  }

  it('D4: while all was answered, places a mark as late as its answer comes in time', () => {
    assert.equal(sentUntilMarked(8, 0), 504, 'fast: at half the window of 1000');
    assert.equal(sentUntilMarked(1.6, 10), 648, '352 bytes are left: what goes out in 200 ms and two round trips');
    assert.equal(sentUntilMarked(0.5, 1), 752, 'slow: at three quarters');
  });

  it('D4: has 16 marks open at most, and asks a quiet player at a beat', () => {
    const { line, player, clock } = setUp({ congestedTimeoutMs: 1e9 });
    for (let i = 0; i < 40; i++) {
      clock.ms += MARK_EVERY_MS;
      line.beat();
      line.beat();
    }
    assert.equal(player.frames.filter(({ ping }) => ping).length, MAX_OPEN_MARKS);
  });

  it('D4: sends a large frame and its ping without copying it', () => {
    const { line, player } = setUp();
    line.sendState(state(50_000));
    assert.deepEqual(
      player.frames.map(({ ping, body }) => [ping, body.length]),
      [
        [false, 50_000],
        [true, 8],
      ],
    );
  });

  it('D5: is congested past its window: no state, however often it is asked, until half of it was read', () => {
    const { line, player, read, meter } = setUp();
    fill(line);
    assert.equal(line.state, 'congested');
    assert.equal(meter.total('hypogeum_line_congested_total', { room: 'test' }), 1);
    const sent = player.messages.length;
    for (let i = 0; i < 5; i++) {
      assert.ok(!line.ready());
      line.sendState(state(100));
    }
    assert.equal(player.messages.length, sent, 'also if somebody does not ask');
    while (line.underWayBytes > 500) {
      assert.equal(line.state, 'congested');
      read(1);
    }
    assert.equal(line.state, 'resyncing');
  });

  it('D5: sees a player who does not read whatever pongs they make up', () => {
    const { line, player } = setUp();
    fill(line);
    for (let i = 0; i < 100; i++) line.pong(Buffer.alloc(8, i));
    line.pong(Buffer.alloc(0));
    assert.equal(line.state, 'congested');
    assert.equal(line.underWayBytes, player.unreadBytes);
  });

  it('D6: messages wait for the state that brings the player up to date, and follow it', () => {
    const { line, player, read } = setUp();
    fill(line);
    line.sendMessage(message('one'));
    read();
    line.sendMessage(message('two'));
    assert.equal(line.state, 'resyncing');
    assert.ok(line.ready());
    line.sendState(Buffer.from('state'));
    line.sendMessage(message('three'));
    assert.equal(line.state, 'live');
    assert.deepEqual(texts(player).slice(-4), ['state', 'one', 'two', 'three']);
  });

  it('D6: a line that missed nothing is live as soon as it is free', () => {
    const { line, player, read, clock } = setUp();
    line.sendMessage(message('big', 3000));
    line.sendMessage(message('next'));
    assert.equal(line.state, 'congested');
    clock.ms = 10;
    read();
    assert.equal(line.state, 'live');
    assert.deepEqual(texts(player), ['big', 'next']);
  });

  it('D6: with nothing to tell at its patch it is live at the next', () => {
    const { line, player, read } = setUp();
    fill(line);
    line.sendMessage(message('waits'));
    read();
    assert.ok(line.ready());
    assert.equal(line.state, 'resyncing');
    assert.ok(line.ready());
    assert.equal(line.state, 'live');
    assert.equal(texts(player).at(-1), 'waits');
  });

  it('D6: resync() makes messages wait for the next state frame', () => {
    const { line, player } = setUp();
    line.resync();
    line.sendMessage(message('hello'));
    assert.deepEqual([line.state, player.messages.length], ['resyncing', 0]);
    line.sendState(Buffer.from('whole'));
    assert.deepEqual(texts(player), ['whole', 'hello']);
  });

  it('D5: resync() of a line that is full sends nothing either', () => {
    const { line, player, read } = setUp();
    line.sendMessage(message('big', 3000));
    line.resync();
    assert.deepEqual([line.ready(), line.state], [false, 'congested']);
    read();
    assert.equal(line.state, 'resyncing');
    assert.equal(player.messages.length, 1);
  });

  it('D4: is marked when it turns congested, so that an answer frees all of it', () => {
    const { line, player } = setUp();
    line.sendState(state(100));
    for (let i = 0; i < 8; i++) line.sendState(state(120));
    assert.ok(!line.ready());
    assert.equal(line.underWayBytes, player.unreadBytes);
    assert.ok(player.frames.at(-1)!.ping);
    line.pong(player.frames.at(-1)!.body);
    assert.equal(line.underWayBytes, 0);
  });

  it('D6: a line that has to resync and is full has to resync when it is free', () => {
    const { line, player, read } = setUp();
    line.sendMessage(message('big', 3000));
    line.resync();
    line.sendMessage(message('waits'));
    assert.equal(line.state, 'congested');
    read();
    assert.deepEqual([line.state, player.messages.length], ['resyncing', 1]);
  });

  it('D6: resync() of a congested line is remembered', () => {
    const { line, read } = setUp();
    line.sendMessage(message('big', 3000));
    line.sendMessage(message('next'));
    line.resync();
    read();
    assert.equal(line.state, 'resyncing');
  });

  it('D7: closes with a code to come back at when more waits than may', () => {
    const { line, player, meter } = setUp();
    fill(line);
    for (let i = 0; i < 4; i++) line.sendMessage(message('x', 450));
    assert.equal(player.closed, undefined);
    line.sendMessage(message('x', 450));
    assert.equal(player.closed!.code, CloseCodes.mayTryReconnect);
    assert.deepEqual([line.state, line.queuedBytes], ['gone', 0]);
    assert.equal(meter.total('hypogeum_line_closed_total', { why: 'queue' }), 1);
  });

  it('D7: a first message waits whatever its size, and then no other', () => {
    const { line, player, read } = setUp();
    line.sendMessage(message('big', 50_000));
    line.sendMessage(message('bigger', 60_000));
    assert.equal(line.state, 'congested');
    read();
    assert.deepEqual([line.state, texts(player).at(-1)], ['live', 'bigger']);
    line.sendMessage(message('again', 60_000));
    line.sendMessage(message('one more'));
    assert.ok(player.closed);
  });

  it('D7: a flood of one-byte messages is bounded too', () => {
    const { line, player } = setUp();
    fill(line);
    let sent = 0;
    while (player.closed === undefined) {
      line.sendMessage(message('x'));
      sent++;
    }
    assert.ok(sent <= 2000 / 128 + 1);
  });

  it('D8: drops what is volatile and counts it, but not when it is live', () => {
    const { line, player, read, meter } = setUp();
    line.sendMessage(message('live'), { volatile: true });
    fill(line);
    line.sendMessage(message('lost'), { volatile: true });
    line.sendMessage(message('kept'));
    read();
    line.sendMessage(message('lost too'), { volatile: true });
    assert.ok(line.ready());
    line.sendState(Buffer.from('state'));
    assert.deepEqual([texts(player)[0], ...texts(player).slice(-2)], ['live', 'state', 'kept']);
    assert.equal(meter.total('hypogeum_line_dropped_total'), 2);
  });

  it('D9: closes what stays congested too long, at a patch or at a beat', () => {
    for (const ask of ['ready', 'beat'] as const) {
      const { line, player, clock, meter } = setUp();
      clock.ms = 100;
      fill(line);
      clock.ms += OPTIONS.congestedTimeoutMs;
      line[ask]();
      assert.equal(player.closed, undefined);
      clock.ms += 1;
      line[ask]();
      assert.equal(player.closed!.code, CloseCodes.mayTryReconnect);
      assert.equal(meter.total('hypogeum_line_closed_total', { room: 'test', why: 'congested' }), 1, ask);
    }
  });

  it('D9: closes a quiet line that does not answer, and keeps one that does', () => {
    const { line, player, clock, read } = setUp();
    for (let i = 0; i < 30; i++) {
      clock.ms += 3000;
      read();
      line.beat();
    }
    assert.equal(player.closed, undefined);
    for (let i = 0; i < 2; i++) {
      clock.ms += 3000;
      line.beat();
    }
    assert.equal(player.closed!.code, CloseCodes.mayTryReconnect);
  });

  it('D11: sends what waited as far as the window goes, and the rest when that was read', () => {
    const { line, player, read } = setUp({ maxQueuedBytes: 10_000 });
    fill(line);
    for (let i = 0; i < 9; i++) line.sendMessage(message(`m${i}`, 400));
    read();
    assert.ok(line.ready());
    line.sendState(Buffer.from('state'));
    assert.equal(line.state, 'congested');
    assert.ok(line.underWayBytes < 1000 + 400 + 50);
    for (let i = 0; i < 9 && line.state === 'congested'; i++) read();
    assert.equal(line.state, 'live');
    assert.deepEqual(texts(player).slice(-10), ['state', ...Array.from({ length: 9 }, (_, i) => `m${i}`)]);
  });

  it('D11: flush() sends all that waits', () => {
    const { line, player } = setUp();
    fill(line);
    line.sendMessage(message('one', 900));
    line.sendMessage(message('two', 900));
    line.flush();
    assert.deepEqual(texts(player).slice(-2), ['one', 'two']);
  });

  it('D12: knows round trip and delivery from the first answer', () => {
    const { line, clock, read, meter } = setUp();
    line.sendState(state(10));
    assert.deepEqual([line.roundTripMs, line.deliveryMs], [undefined, undefined]);
    clock.ms = 30;
    read();
    assert.deepEqual([line.roundTripMs, line.deliveryMs], [30, 15]);
    clock.ms = MARK_EVERY_MS;
    line.sendState(state(10));
    clock.ms += 530;
    read();
    assert.deepEqual([line.roundTripMs, line.deliveryMs], [30, 515]);
    assert.equal(meter.total('hypogeum_line_round_trip_ms_count', { room: 'test' }), 2);
    assert.equal(meter.total('hypogeum_line_delivery_ms_sum'), 530);
  });

  it('D15: state frames of stock code wait in order, and a newer whole state makes them void', () => {
    for (const skipping of [false, true]) {
      const { line, player, read } = setUp();
      line.sendMessage(message('big', 3000));
      line.sendMessage(message('patch 1'), { isState: true });
      line.sendMessage(message('word'));
      line.sendMessage(message('patch 2'), { isState: true });
      if (skipping) line.ready();
      read();
      if (skipping) line.sendState(Buffer.from('whole'));
      assert.deepEqual(texts(player).slice(1), skipping ? ['whole', 'word'] : ['patch 1', 'word', 'patch 2']);
    }
  });

  it('D17: a line that is gone takes everything and sends nothing', () => {
    const { line, player } = setUp();
    fill(line);
    line.sendMessage(message('waits'), { done: (error) => assert.ok(error) });
    const written = player.frames.length;
    line.closed();
    line.closed();
    let told: Error | undefined;
    line.sendMessage(message('late'), {
      done(error) {
        told = error;
      },
    });
    line.sendState(state(10));
    line.resync();
    assert.equal(line.pong(Buffer.alloc(8)), false, 'it answers nothing, and is counted');
    line.beat();
    line.flush();
    assert.ok(told);
    assert.deepEqual([line.state, line.ready(), player.frames.length], ['gone', false, written]);
  });

  /**
   * The rules over any sequence. `version` stands for the room's state: a patch carries the newest, as a serializer that
   * skips does, so that what a player has read is the newest version they could know.
   */
  it('D1, D5, D7: in any sequence messages leave in order, none is lost, memory is bounded, no state while congested', () => {
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant('tick' as const), bytes: fc.integer({ min: 8, max: 700 }) }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('quiet tick' as const) }) },
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant('message' as const),
          bytes: fc.integer({ min: 8, max: 600 }),
          volatile: fc.boolean(),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant('read' as const), frames: fc.integer({ min: 1, max: 12 }) }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('forged pong' as const), byte: fc.nat(255) }) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 3000 }) }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('resync' as const) }) },
    );
    const run = (steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]): void => {
      const { line, player, clock, read } = setUp();
      let version = 0;
      let serial = 0;
      const reliable: string[] = [];
      const tick = (bytes: number): void => {
        version++;
        const ready = line.ready();
        const before = player.messages.length;
        line.sendState(Buffer.from(`S${version}`.padEnd(bytes, '.')));
        assert.equal(player.messages.length > before, ready, 'state leaves exactly when the line was ready');
      };
      for (const one of steps) {
        switch (one.kind) {
          case 'tick':
            tick(one.bytes);
            break;
          case 'quiet tick':
            line.ready();
            break;
          case 'message': {
            const text = `${one.volatile ? 'V' : 'M'}${++serial}`;
            if (!one.volatile) reliable.push(text);
            line.sendMessage(message(text, one.bytes), { volatile: one.volatile });
            break;
          }
          case 'read':
            read(one.frames);
            break;
          case 'forged pong':
            line.pong(Buffer.alloc(8, one.byte));
            break;
          case 'wait':
            clock.ms += one.ms;
            line.beat();
            break;
          case 'resync':
            line.resync();
            break;
        }
        assert.ok(line.underWayBytes <= 1400 + 720 + 20, 'the window, and one frame with its ping');
        assert.ok(line.underWayBytes >= player.unreadBytes, 'never thought to have read more than they have');
        assert.ok(line.queuedBytes <= OPTIONS.maxQueuedBytes);
      }
      // The player reads on, and the room goes on: all arrives.
      for (let i = 0; i < 40 && player.closed === undefined; i++) {
        read();
        tick(20);
      }
      const sent = texts(player);
      const messages = sent.filter((text) => text.startsWith('M'));
      const versions = sent.filter((text) => text.startsWith('S')).map((text) => Number(text.slice(1)));
      const serials = sent.filter((text) => /^[MV]/.test(text)).map((text) => Number(text.slice(1)));
      assert.deepEqual(
        versions,
        versions.toSorted((a, b) => a - b),
      );
      assert.deepEqual(
        serials,
        serials.toSorted((a, b) => a - b),
      );
      if (player.closed === undefined) {
        assert.equal(line.state, 'live');
        assert.deepEqual(messages, reliable);
        assert.equal(versions.at(-1), version, 'and the newest state');
      } else {
        assert.deepEqual(messages, reliable.slice(0, messages.length), 'none is left out before the end');
      }
    };
    fc.assert(fc.property(fc.array(step, { minLength: 1, maxLength: 120 }), run), { numRuns: 1000 });
  });
});
