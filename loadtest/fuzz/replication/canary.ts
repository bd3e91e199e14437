/**
 * Values that betray their owner: every string, double and 64-bit integer in an entity carries an id that was given out
 * once. Found in a frame, they tell whose value travelled there.
 */

export interface Mint {
  text(): string;
  double(): number;
  long(): bigint;
}

const DOUBLE_MARK = 0x41c0feed;
const LONG_MARK = 0xfacade05;

export function createMint(): Mint {
  let last = 0;
  const words = new Uint32Array(2);
  const double = new Float64Array(words.buffer);
  return {
    text: () => inWords(++last),
    double() {
      words[0] = ++last;
      words[1] = DOUBLE_MARK;
      return double[0]!;
    },
    long: () => (BigInt(LONG_MARK) << 32n) | BigInt(++last),
  };
}

/** A number as text: canaries as their word, and what JSON does not know by name. */
export function describeNumber(value: number | bigint): string | number {
  const bits = typeof value === 'bigint' ? value : BigInt.asUintN(64, bitsOf(value));
  const mark = Number(bits >> 32n);
  if (mark === (typeof value === 'bigint' ? LONG_MARK : DOUBLE_MARK)) return inWords(Number(bits & 0xffffffffn));
  return typeof value === 'bigint' || !Number.isFinite(value) ? `${value}` : value;
}

/** The ids of all canaries in a text that holds them as words. */
export function canariesInText(text: string): string[] {
  return [...text.matchAll(/¤~([0-9a-z]+);/g)].map(([, id]) => id!);
}

/** The ids of all canaries in a frame, whichever form they have there. */
export function canariesInBytes(bytes: Buffer): string[] {
  const words = canariesInText(bytes.toString());
  return [...words, ...idsBefore(DOUBLE_MARK, bytes), ...idsBefore(LONG_MARK, bytes)];
}

/** Of a canary in 64 bits the mark comes last. */
function idsBefore(mark: number, bytes: Buffer): string[] {
  const sought = Buffer.alloc(4);
  sought.writeUInt32LE(mark);
  const ids: string[] = [];
  for (let at = bytes.indexOf(sought, 4); at >= 0; at = bytes.indexOf(sought, at + 1))
    ids.push(bytes.readUInt32LE(at - 4).toString(36));
  return ids;
}

function inWords(id: number): string {
  return `¤~${id.toString(36)};`;
}

const scratch = new DataView(new ArrayBuffer(8));
function bitsOf(value: number): bigint {
  scratch.setFloat64(0, value);
  return scratch.getBigUint64(0);
}
