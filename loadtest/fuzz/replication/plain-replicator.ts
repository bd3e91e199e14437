/**
 * Replication as plain as it gets: in every tick each observer is sent the whole state that it may see, written field
 * by field. Slow, and a reference: a client of it must end every tick with what a client of the real one has.
 */
import {
  $refId,
  ArraySchema,
  type Encoder,
  encode,
  type Iterator,
  MapSchema,
  Schema,
  SetSchema,
} from '@colyseus/schema';
import { Chronicle, REPLICATED_FIELDS } from './chronicle.ts';
import { type Claims, ObserverModel } from './model.ts';
import { fieldsOf, fieldValue } from './plain.ts';
import type { StateReplicator } from './replicator.ts';
import type { World } from './world.ts';

const SWITCH = 255;
const TYPE_ID = 213;
const ADD = 128;
const DELETE = 64;
const FRAME_BYTES = 1 << 20;

type Entries = [string | number, unknown][];

interface Observing {
  readonly model: ObserverModel;
}

export function createPlainReplicator(encoder: Encoder, world: World): StateReplicator<Observing> {
  const chronicle = new Chronicle(0);
  return {
    replicate() {},
    addObserver: (viewer) => ({ model: new ObserverModel(viewer.sessionId, undefined) }),
    removeObserver() {},
    encode: (now) => chronicle.write(world, now),
    needsSnapshot: () => true,
    patch: () => undefined,
    snapshot({ model }, head) {
      const claims = model.claims(world, chronicle);
      model.remember(claims.keys());
      return new Snapshot(encoder, claims).write(world.state, head);
    },
    finish: () => encoder.discardChanges(),
  };
}

class Snapshot {
  readonly #encoder: Encoder;
  readonly #claims: Claims;
  readonly #bytes = Buffer.alloc(FRAME_BYTES);
  readonly #it: Iterator = { offset: 0 };

  constructor(encoder: Encoder, claims: Claims) {
    this.#encoder = encoder;
    this.#claims = claims;
  }

  write(state: Schema, head: Uint8Array): Buffer {
    this.#bytes.set(head);
    this.#it.offset = head.length;
    this.#instance(state);
    return Buffer.from(this.#bytes.subarray(0, this.#it.offset));
  }

  /** An instance's own fields or items first, then what they refer to. */
  #instance(value: unknown, type?: unknown, entries?: Entries): void {
    this.#byte(SWITCH);
    this.#number(refIdOf(value));
    const children = value instanceof Schema ? this.#fields(value) : this.#items(value, type, entries);
    for (const [child, childType, childEntries] of children) this.#instance(child, childType, childEntries);
  }

  #fields(schema: Schema): [unknown, unknown, Entries | undefined][] {
    const children: [unknown, unknown, Entries | undefined][] = [];
    for (const field of fieldsOf(schema)) {
      const value = fieldValue(schema, field);
      const entries = REPLICATED_FIELDS.has(field.name) ? this.#visible(value) : undefined;
      if (field.name === 'vault') continue;
      this.#byte((value === undefined ? DELETE : ADD) | field.index);
      if (value === undefined) continue;
      this.#value(value, field.type);
      if (isInstance(value)) children.push([value, field.type, entries]);
    }
    return children;
  }

  #items(value: unknown, type: unknown, entries = entriesOf(value)): [unknown, unknown, undefined][] {
    const itemType = Object.values(type as object)[0] as unknown;
    entries.forEach(([key, item], index) => {
      this.#byte(ADD);
      this.#number(typeof key === 'number' ? key : index);
      if (typeof key === 'string') encode.string(this.#bytes, key, this.#it);
      this.#value(item, itemType);
    });
    return entries.filter(([, item]) => isInstance(item)).map(([, item]) => [item, itemType, undefined]);
  }

  #visible(collection: unknown): Entries {
    const { state } = this.#encoder;
    const visible = [...this.#claims.keys()].filter((stay) => stay.collection.of(state) === collection);
    return visible.map(({ key, entity }) => [key, entity]);
  }

  #value(value: unknown, type: unknown): void {
    if (isInstance(value)) {
      this.#number(refIdOf(value));
      if (value instanceof Schema && value.constructor !== type) {
        this.#byte(TYPE_ID);
        this.#number(this.#encoder.context.getTypeId(value.constructor as typeof Schema));
      }
    } else if (typeof type === 'string') {
      const write = encode[type as 'string'] as (bytes: Uint8Array, value: unknown, it: Iterator) => void;
      write(this.#bytes, value, this.#it);
    } else {
      // The one quantized field: an angle in 16 bits.
      encode.uint16(this.#bytes, Math.round((Number(value) / (Math.PI * 2)) * 65_536) & 0xffff, this.#it);
    }
  }

  #byte(value: number): void {
    this.#bytes[this.#it.offset++] = value;
  }

  #number(value: number): void {
    encode.number(this.#bytes, value, this.#it);
  }
}

/** Items with the key of a map's, the index of an array's, and the number that a set's has on the wire. */
function entriesOf(collection: unknown): Entries {
  if (collection instanceof MapSchema || collection instanceof ArraySchema) return [...collection.entries()];
  if (collection instanceof SetSchema) return [...collection.entries()] as unknown as [number, unknown][];
  throw new Error('not a collection');
}

function isInstance(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function refIdOf(value: unknown): number {
  return (value as { [$refId]: number })[$refId];
}
