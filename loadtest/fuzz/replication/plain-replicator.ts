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
import { COLLECTIONS } from './collections.ts';
import { type Claims, ObserverModel } from './model.ts';
import { type Field, fieldsOf, fieldValue } from './plain.ts';
import type { StateReplicator } from './replicator.ts';
import type { World } from './world.ts';

const SWITCH = 255;
const TYPE_ID = 213;
const ADD = 128;
const DELETE = 64;
const CLEAR = 10;
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

  /** An instance's own fields or items first, then what they refer to. Those of an entity may have been elsewhere before. */
  #instance(value: unknown, type?: unknown, entries?: Entries, inEntity = false): void {
    this.#switchTo(value);
    if (value instanceof Schema) this.#fields(value, inEntity);
    else this.#items(value, type, entries, inEntity);
  }

  #fields(schema: Schema, inEntity: boolean): void {
    const fields = fieldsOf(schema).filter(({ name }) => name !== 'vault');
    for (const field of fields) if (!isCollection(fieldValue(schema, field))) this.#field(schema, field);
    for (const field of fields) {
      const value = fieldValue(schema, field);
      if (isCollection(value)) {
        // A decoder makes a copy of the collection for each place, and would take another one's contents for it.
        this.#switchTo(schema);
        if (inEntity) this.#byte(DELETE | field.index);
        this.#field(schema, field);
      }
      const entries = REPLICATED_FIELDS.has(field.name) ? this.#visible(value) : undefined;
      if (isInstance(value)) this.#instance(value, field.type, entries, inEntity || entries !== undefined);
    }
  }

  #field(schema: Schema, field: Field): void {
    const value = fieldValue(schema, field);
    this.#byte((value === undefined ? DELETE : ADD) | field.index);
    if (value !== undefined) this.#value(value, field.type);
  }

  #items(value: unknown, type: unknown, entries = entriesOf(value), inEntity: boolean): void {
    const itemType = Object.values(type as object)[0] as unknown;
    if (inEntity && !this.#isReplicated(value)) this.#byte(CLEAR);
    entries.forEach(([key, item], index) => {
      this.#byte(ADD);
      this.#number(typeof key === 'number' ? key : index);
      if (typeof key === 'string') encode.string(this.#bytes, key, this.#it);
      this.#value(item, itemType);
    });
    for (const [, item] of entries) if (isInstance(item)) this.#instance(item, itemType, undefined, inEntity);
  }

  #isReplicated(collection: unknown): boolean {
    return COLLECTIONS.some(({ of }) => of(this.#encoder.state) === collection);
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

  #switchTo(value: unknown): void {
    this.#byte(SWITCH);
    this.#number(refIdOf(value));
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

function isCollection(value: unknown): boolean {
  return isInstance(value) && !(value instanceof Schema);
}

function isInstance(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function refIdOf(value: unknown): number {
  return (value as { [$refId]: number })[$refId];
}
