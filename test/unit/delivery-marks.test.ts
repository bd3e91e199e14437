import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  frame,
  frameApart,
  frameTimed,
  IN_PLACE,
  isState,
  isWholeState,
  messageOf,
  PING_BYTES,
  writePing,
} from '../../src/delivery/frames.ts';
import { InFlightWindow } from '../../src/delivery/in-flight-window.ts';
import { Latency } from '../../src/delivery/latency.ts';
import { MAX_OPEN_MARKS, Marks } from '../../src/delivery/marks.ts';
import { MessageQueue } from '../../src/delivery/message-queue.ts';
import { createNonces } from '../../src/delivery/node-nonces.ts';
import { countingNonces, parseFrames } from '../support/fake-player.ts';

describe('frames', () => {
  for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 100_000]) {
    it(`of ${length} bytes are what RFC 6455 says, and give the message back`, () => {
      const message = Buffer.alloc(length, 7);
      const standing = Buffer.concat([Buffer.alloc(IN_PLACE.room, 1), message, Buffer.of(1)]);
      const inPlace = IN_PLACE.wrap(standing, IN_PLACE.room, IN_PLACE.room + length);
      assert.equal(standing.at(-1), 1);
      for (const framed of [frame(message), frameApart(message), inPlace]) {
        assert.deepEqual(parseFrames(framed), [{ ping: false, body: message }]);
        assert.deepEqual(messageOf(framed), message);
      }
    });
  }

  it('with the time carry the bit, time and input before the rest', () => {
    const framed = frameTimed(Uint8Array.of(15, 1, 2), 0x01020304, 5);
    assert.deepEqual([...messageOf(framed)], [15 | 0x80, 4, 3, 2, 1, 5, 0, 0, 0, 1, 2]);
    assert.deepEqual([...messageOf(frameTimed(Uint8Array.of(15), 2 ** 32 + 1, 0))], [143, 1, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('tell state from messages whatever modifiers the code has', () => {
    for (const code of [14, 15, 14 | 0x80, 15 | 0x80, 15 | 0x40]) assert.ok(isState(Uint8Array.of(code)), `${code}`);
    for (const code of [10, 11, 13, 16, 17, 18]) assert.ok(!isState(Uint8Array.of(code)), `${code}`);
    assert.ok(!isState(new Uint8Array(0)));
    assert.ok(isWholeState(Uint8Array.of(14 | 0x80)) && !isWholeState(Uint8Array.of(15)));
  });
});

describe('Marks', () => {
  const place = (marks: Marks, nowMs: number): Buffer => {
    const ping = Buffer.alloc(PING_BYTES);
    marks.place(ping, writePing(ping, 0), nowMs);
    return ping.subarray(2);
  };

  it('D2: an answer acknowledges what was sent before its mark, and all earlier marks', () => {
    const marks = new Marks(countingNonces());
    marks.sent(100);
    const first = place(marks, 1);
    marks.sent(50);
    const second = place(marks, 4);
    marks.sent(7);
    assert.deepEqual([marks.underWay, marks.unmarked, marks.open], [157, 7, 2]);
    assert.equal(marks.acknowledge(second, 10), 6);
    assert.deepEqual([marks.underWay, marks.unmarked, marks.open], [7, 7, 0]);
    assert.equal(marks.acknowledge(first, 11), undefined, 'it is no longer open');
    assert.equal(marks.underWay, 7);
  });

  it('D2: what is no answer to an open mark acknowledges nothing', () => {
    const marks = new Marks(countingNonces());
    marks.sent(100);
    const nonce = place(marks, 0);
    const wrong = [Buffer.alloc(0), Buffer.alloc(8), nonce.subarray(0, 7), Buffer.concat([nonce, nonce])];
    for (const payload of wrong) assert.equal(marks.acknowledge(payload, 1), undefined);
    assert.equal(marks.underWay, 100);
    assert.equal(marks.acknowledge(nonce, 1), 1);
    assert.equal(marks.acknowledge(nonce, 2), undefined, 'twice');
  });

  it('D2: with all open, the newest gives way, and its successor acknowledges for both', () => {
    const marks = new Marks(countingNonces());
    const nonces = Array.from({ length: MAX_OPEN_MARKS + 3 }, (_, i) => {
      marks.sent(10);
      return place(marks, i);
    });
    assert.equal(marks.open, MAX_OPEN_MARKS);
    assert.equal(marks.acknowledge(nonces[MAX_OPEN_MARKS]!, 50), undefined);
    assert.equal(marks.acknowledge(nonces[0]!, 50), 50);
    assert.equal(marks.acknowledge(nonces.at(-1)!, 50), 50 - (MAX_OPEN_MARKS + 2));
    assert.deepEqual([marks.underWay, marks.open], [0, 0]);
  });

  it('tells since when an answer is owed', () => {
    const marks = new Marks(countingNonces());
    assert.equal(marks.owedSinceMs, undefined);
    const first = place(marks, 5);
    place(marks, 9);
    assert.equal(marks.owedSinceMs, 5);
    marks.acknowledge(first, 30);
    assert.equal(marks.owedSinceMs, 30, 'it answered late, but it answers');
  });

  it('agrees with a plain list of marks over any sequence', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('send' as const), bytes: fc.integer({ min: 1, max: 1000 }) }),
      fc.record({ kind: fc.constant('mark' as const) }),
      fc.record({ kind: fc.constant('answer' as const), which: fc.nat(40) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const marks = new Marks(countingNonces());
        let sent = 0;
        let acknowledged = 0;
        const all: { nonce: Buffer; upTo: number; open: boolean }[] = [];
        for (const one of steps) {
          if (one.kind === 'send') {
            marks.sent(one.bytes);
            sent += one.bytes;
          } else if (one.kind === 'mark') {
            const open = all.filter((mark) => mark.open);
            if (open.length === MAX_OPEN_MARKS) open.at(-1)!.open = false;
            all.push({ nonce: place(marks, 0), upTo: sent, open: true });
          } else if (one.which < all.length) {
            const mark = all[one.which]!;
            assert.equal(marks.acknowledge(mark.nonce, 0) !== undefined, mark.open);
            if (!mark.open) continue;
            acknowledged = mark.upTo;
            for (const earlier of all.slice(0, one.which + 1)) earlier.open = false;
          }
          assert.equal(marks.underWay, sent - acknowledged);
          assert.equal(marks.open, all.filter((mark) => mark.open).length);
        }
      }),
    );
  });
});

describe('what a line keeps', () => {
  it('D12: the round trip is the lowest of late, the delivery the newest without its way back', () => {
    const latency = new Latency();
    assert.deepEqual([latency.roundTripMs, latency.deliveryMs], [undefined, undefined]);
    latency.add(40);
    assert.deepEqual([latency.roundTripMs, latency.deliveryMs], [40, 20]);
    latency.add(900);
    assert.deepEqual([latency.roundTripMs, latency.deliveryMs], [40, 880]);
    for (let i = 0; i < 16; i++) latency.add(70);
    assert.deepEqual([latency.roundTripMs, latency.deliveryMs], [70, 35], 'a line may get longer');
  });

  it('D3: the window holds two of the largest frames of late', () => {
    const window = new InFlightWindow(1000);
    assert.equal(window.bytes, 1000);
    window.sent(300);
    assert.equal(window.bytes, 1000);
    window.sent(5000);
    assert.equal(window.bytes, 10_000);
    for (let i = 0; i < 63; i++) window.sent(10);
    assert.equal(window.bytes, 10_000);
    for (let i = 0; i < 128; i++) window.sent(10);
    assert.equal(window.bytes, 1000, 'long ago');
  });

  it('D7: a queue counts small messages for what they cost to keep', () => {
    const queue = new MessageQueue();
    const push = (bytes: number, isState = false) =>
      queue.push({ framed: frame(Buffer.alloc(bytes)), isState, done: undefined });
    push(1);
    assert.equal(queue.bytes, 128);
    push(998, true);
    push(2);
    assert.equal(queue.bytes, 128 + 1002 + 128);
    queue.dropState();
    assert.equal(queue.bytes, 256);
    assert.deepEqual([queue.shift()?.framed.length, queue.shift()?.framed.length], [3, 4]);
    assert.deepEqual([queue.shift(), queue.bytes, queue.isEmpty], [undefined, 0, true]);
  });

  it('draws nonces that do not repeat', () => {
    const nonces = createNonces();
    const seen = new Set<bigint>();
    const target = Buffer.alloc(16);
    for (let i = 0; i < 5000; i++) {
      nonces.write(target, 4);
      seen.add(target.readBigUInt64LE(4));
    }
    assert.equal(seen.size, 5000);
    assert.equal(target.readUInt32LE(0) + target.readUInt32LE(12), 0, 'and writes nowhere else');
  });
});
