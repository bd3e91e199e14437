/** Makes frames that are nearly right from such as are: what a fuzzer sends when it knows the protocol. Pure, and seeded. */
import type { Random } from '../../src/kernel/random.ts';

/** What parsers stumble over: ends of ranges, prefixes of msgpack and of Colyseus's numbers, signs. */
const AWKWARD = [
  0, 1, 2, 127, 128, 191, 192, 193, 196, 198, 199, 202, 203, 204, 206, 207, 208, 211, 217, 219, 220, 221, 223, 254, 255,
];
const MOST_CHANGES = 4;
const LONGEST = 1024;

type Change = (frame: Buffer, random: Random, all: readonly Buffer[]) => Buffer;

const CHANGES: readonly Change[] = [
  (frame, random) => put(frame, random.int(frame.length), random.int(256)),
  (frame, random) => put(frame, random.int(frame.length), random.pick(AWKWARD)),
  (frame, random) => put(frame, random.int(Math.min(3, frame.length)), random.pick(AWKWARD)),
  (frame, random) => {
    const at = random.int(frame.length);
    return put(frame, at, frame[at]! ^ (1 << random.int(8)));
  },
  (frame, random) => frame.subarray(0, 1 + random.int(frame.length)),
  (frame, random) => Buffer.concat([frame, randomBytes(random, 1 + random.int(16))]),
  (frame, random) => {
    const at = random.int(frame.length + 1);
    return Buffer.concat([frame.subarray(0, at), randomBytes(random, 1 + random.int(8)), frame.subarray(at)]);
  },
  (frame, random) => {
    const at = random.int(frame.length);
    return Buffer.concat([frame.subarray(0, at), frame.subarray(at + 1 + random.int(4))]);
  },
  (frame, random) => {
    const at = random.int(frame.length);
    return Buffer.concat([frame, frame.subarray(at)]);
  },
  /** The head of one and the tail of another. */
  (frame, random, all) => {
    const other = random.pick(all);
    return Buffer.concat([
      frame.subarray(0, 1 + random.int(frame.length)),
      other.subarray(random.int(other.length + 1)),
    ]);
  },
];

/** One in eight is random from end to end, one in ten is not changed at all; of the others each is changed up to four times. */
export function mutatedFrame(recorded: readonly Buffer[], random: Random): Buffer {
  if (recorded.length === 0 || random.int(8) === 0) return randomBytes(random, 1 + random.int(64));
  let frame: Buffer = Buffer.from(random.pick(recorded));
  const unchanged = random.int(10) === 0;
  for (let changes = unchanged ? 0 : 1 + random.int(MOST_CHANGES); changes > 0; changes--) {
    frame = random.pick(CHANGES)(frame, random, recorded);
    if (frame.length === 0) frame = randomBytes(random, 1);
  }
  return frame.length > LONGEST ? frame.subarray(0, LONGEST) : frame;
}

export function randomBytes(random: Random, count: number): Buffer {
  const bytes = Buffer.allocUnsafe(count);
  for (let i = 0; i < count; i++) bytes[i] = random.int(256);
  return bytes;
}

function put(frame: Buffer, at: number, byte: number): Buffer {
  frame[at] = byte;
  return frame;
}
