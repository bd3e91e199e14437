/** Input frames whose lengths would keep Colyseus's decoder busy for ever are told from those an SDK sends. */
import assert from 'node:assert/strict';
import { Protocol, ProtocolModifier } from '@colyseus/core';
import { encode } from '@colyseus/schema';
import { InputDecoder, InputEncoder } from '@colyseus/schema/input';
import { ArenaInput } from '../../rooms/arena/state.ts';
import { isReadableInput } from '../../src/isolation/colyseus-input-frame.ts';
import { createRandom } from '../../src/kernel/random.ts';

const PLAIN = { _timelineMode: () => undefined };
const SNAPSHOT = { _timelineMode: () => ({ snapshot: true, reckon: false }) };
const BOTH = { _timelineMode: () => ({ snapshot: true, reckon: true }) };

const UNRELIABLE = Protocol.ROOM_INPUT_UNRELIABLE;
const STAMPED = UNRELIABLE | ProtocolModifier.TIMED;

/** A packet as the SDK builds it: the stamp block of `stamps` inputs, then the encoder's ring. */
function packet(encoder: InputEncoder, stamps: number, both: boolean): Uint8Array {
  const bytes = new Uint8Array(200);
  const at = { offset: 0 };
  bytes[at.offset++] = stamps > 0 ? STAMPED : UNRELIABLE;
  const series = (newest: () => void): void => {
    newest();
    for (let i = 1; i < stamps; i++) encode.number(bytes, 33, at);
  };
  const ring = encoder.encode();
  if (stamps > 0) {
    encode.number(bytes, stamps, at);
    series(() => encode.uint32(bytes, 123_456, at));
    if (both) series(() => encode.uint16(bytes, 90, at));
  }
  bytes.set(ring, at.offset);
  return bytes.subarray(0, at.offset + ring.length);
}

describe('input frames of the unreliable channel', () => {
  for (const [name, room, stamped] of [
    ['without stamps', PLAIN, false],
    ['with stamps', SNAPSHOT, true],
    ['with stamps of both timelines', BOTH, true],
  ] as const) {
    it(`${name} pass as an SDK sends them`, () => {
      const input = new ArenaInput();
      const encoder = new InputEncoder(input, { mode: 'unreliable', historySize: 5 });
      for (let sent = 1; sent <= 300; sent++) {
        input.moveX = (sent % 255) - 127;
        input.buttons = sent % 8;
        const frame = packet(encoder, stamped ? Math.min(sent, 5) : 0, room === BOTH);
        assert.equal(isReadableInput(frame, room), true, `packet ${sent}: ${frame}`);
      }
    });
  }

  it('do not pass with a length below zero, which the decoder would follow back to itself', () => {
    assert.equal(isReadableInput(Uint8Array.of(UNRELIABLE, 1, 255), PLAIN), false);
    assert.equal(
      isReadableInput(Uint8Array.of(UNRELIABLE, 1, 0xd3, 255, 255, 255, 255, 255, 255, 255, 255), PLAIN),
      false,
    );
  });

  it('nor with more stamps than anybody sends, a body that ends beyond the frame, or a length that is no number', () => {
    for (const frame of [
      Uint8Array.of(STAMPED, 0xce, 0, 0, 0, 255, 0, 0, 0, 0, 1),
      Uint8Array.of(UNRELIABLE, 1, 5, 0, 0),
      Uint8Array.of(UNRELIABLE, 1, 0xca, 0, 0, 192, 127),
      Uint8Array.of(UNRELIABLE, 1, 0xc1),
      Uint8Array.of(STAMPED),
    ]) {
      assert.equal(isReadableInput(frame, SNAPSHOT), false, String(frame));
    }
  });

  /** The decoder writes lines to the terminal for every body that it cannot read. */
  const { warn, error } = console;
  const quiet = (): void => {};
  afterEach(() => Object.assign(console, { warn, error }));

  it('that pass are decoded in as many inputs as they have bytes at most: 50,000 random frames', () => {
    Object.assign(console, { warn: quiet, error: quiet });
    const random = createRandom(4);
    const decoder = new InputDecoder(new ArenaInput());
    let passed = 0;
    for (let i = 0; i < 50_000; i++) {
      const frame = Uint8Array.from({ length: 2 + random.int(10) }, () =>
        random.next() < 0.5 ? random.int(4) : random.int(256),
      );
      frame[0] = UNRELIABLE;
      if (!isReadableInput(frame, PLAIN)) continue;
      passed++;
      let inputs = 0;
      try {
        decoder.decodeAll(frame.subarray(1), () => {
          assert.ok(++inputs <= frame.length);
        });
      } catch (thrown) {
        assert.ok(!(thrown instanceof assert.AssertionError), String(frame));
      }
    }
    assert.ok(passed > 1000, `${passed} passed`);
  });

  it('of other kinds are not looked at', () => {
    assert.equal(isReadableInput(Uint8Array.of(Protocol.ROOM_INPUT_RELIABLE, 255, 255), PLAIN), true);
    assert.equal(isReadableInput(new Uint8Array(0), PLAIN), true);
  });
});
