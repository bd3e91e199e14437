/**
 * Reads state frames operation by operation, without decoding them: where each begins and ends, and on what. For breaking
 * frames on purpose, and for looking at those that are broken.
 */
import { decode, type Encoder, type Iterator, type Schema } from '@colyseus/schema';
import { fieldsOf } from './plain.ts';

const SWITCH = 255;
const TYPE_ID = 213;
const CLEAR = 10;
const REVERSE = 15;
const DELETE_BY_REFID = 33;
const [ADD, DELETE] = [128, 64];

export interface WireOperation {
  readonly start: number;
  readonly end: number;
  readonly operation: number;
  /** Of the field or item; -1 for the operations on a collection as a whole. */
  readonly index: number;
  /** The instance it adds, if it adds one. */
  readonly adds: number | undefined;
  readonly text: string;
}

/** A run of operations on one instance. */
export interface Section {
  readonly start: number;
  readonly end: number;
  readonly refId: number;
  readonly isSchema: boolean;
  readonly operations: readonly WireOperation[];
}

type ReadPrimitive = (bytes: Uint8Array, it: Iterator) => unknown;

/** Follows the frames of one client from its first: what a reference is was told when it was added. */
export class WireReader {
  readonly #encoder: Encoder;
  readonly #types: Map<number, unknown>;
  #frame: Buffer = Buffer.alloc(0);
  readonly #it: Iterator = { offset: 0 };

  constructor(encoder: Encoder) {
    this.#encoder = encoder;
    this.#types = new Map([[0, encoder.state.constructor]]);
  }

  /** @throws Error for a frame that makes no sense. */
  read(frame: Buffer, headBytes: number): Section[] {
    this.#frame = frame;
    this.#it.offset = headBytes;
    const sections: Section[] = [];
    while (this.#it.offset < frame.length) sections.push(this.#section());
    return sections;
  }

  #section(): Section {
    const start = this.#it.offset;
    let refId = 0;
    if (this.#frame[start] === SWITCH) {
      this.#it.offset++;
      refId = this.#number();
    }
    const type = this.#types.get(refId);
    if (type === undefined) throw new Error(`refId ${refId} at ${start} is unknown`);
    const isSchema = typeof type === 'function';
    const operations: WireOperation[] = [];
    while (this.#it.offset < this.#frame.length && this.#frame[this.#it.offset] !== SWITCH)
      operations.push(isSchema ? this.#onField(type as typeof Schema) : this.#onItem(type as object));
    return { start, end: this.#it.offset, refId, isSchema, operations };
  }

  #onField(type: typeof Schema): WireOperation {
    const start = this.#it.offset;
    const byte = this.#frame[this.#it.offset++]!;
    const operation = byte & (ADD | DELETE);
    const index = byte & ~(ADD | DELETE);
    const field = fieldsOf(Object.create(type.prototype)).find((one) => one.index === index);
    if (field === undefined) throw new Error(`no field ${index} at ${start}`);
    if (operation === DELETE) return this.#operation(start, operation, index, undefined, `delete .${field.name}`);
    const [adds, value] = this.#value(field.type, operation);
    return this.#operation(start, operation, index, adds, `.${field.name} = ${value}`);
  }

  #onItem(type: object): WireOperation {
    const start = this.#it.offset;
    const operation = this.#frame[this.#it.offset++]!;
    if (operation === CLEAR || operation === REVERSE)
      return this.#operation(start, operation, -1, undefined, operation === CLEAR ? 'clear' : 'reverse');
    const index = this.#number();
    if (operation === DELETE || operation === DELETE_BY_REFID)
      return this.#operation(start, operation, index, undefined, `delete ${index}`);
    const [[kind, itemType]] = Object.entries(type) as [[string, unknown]];
    const key = kind === 'map' && operation & ADD ? decode.string(this.#frame, this.#it) : '';
    const [adds, value] = this.#value(itemType, operation);
    return this.#operation(start, operation, index, adds, `${operation}: ${index} ${key} = ${value}`);
  }

  #operation(start: number, operation: number, index: number, adds: number | undefined, text: string): WireOperation {
    return { start, end: this.#it.offset, operation, index, adds, text };
  }

  #value(type: unknown, operation: number): [number | undefined, string] {
    if (typeof type === 'string') {
      const read = (decode as unknown as Record<string, ReadPrimitive>)[type]!;
      return [undefined, `${read(this.#frame, this.#it)}`];
    }
    if (typeof type === 'object' && type !== null && 'quantized' in type)
      return [undefined, `${decode.uint16(this.#frame, this.#it)} quantized`];
    const refId = this.#number();
    let actual = type;
    if (typeof type === 'function' && operation & ADD && this.#frame[this.#it.offset] === TYPE_ID) {
      this.#it.offset++;
      actual = this.#encoder.context.get(this.#number());
    }
    this.#types.set(refId, actual);
    return [refId, `#${refId}`];
  }

  #number(): number {
    return decode.number(this.#frame, this.#it);
  }
}

/** The sections as text, one a line. */
export function describeFrame(sections: readonly Section[]): string[] {
  return sections.map(({ refId, operations }) => `#${refId}: ${operations.map(({ text }) => text).join(', ')}`);
}
