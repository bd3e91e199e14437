/**
 * Schemas as plain values that can be compared: the server's instances and a client's decoded ones come out equal when
 * they say the same. Map order is dropped, sets are sorted, numbers are as their wire type leaves them.
 */
import { $numFields, ArraySchema, MapSchema, type Metadata, Schema, SetSchema } from '@colyseus/schema';
import { describeNumber } from './canary.ts';

export type Plain = string | number | boolean | Plain[] | { [key: string]: Plain };

export interface Field {
  readonly index: number;
  readonly name: string;
  readonly type: unknown;
  /** Set for `.view()` fields; a client's classes do not know it. */
  readonly tag?: number;
}

const fieldsByClass = new Map<unknown, readonly Field[]>();

/** The fields of an instance's class, inherited ones first. */
export function fieldsOf(schema: Schema): readonly Field[] {
  const known = fieldsByClass.get(schema.constructor);
  if (known !== undefined) return known;
  const fields = readFields(schema);
  // A client's classes are made anew for each client.
  if (fieldsByClass.size > MOST_CLASSES) fieldsByClass.clear();
  fieldsByClass.set(schema.constructor, fields);
  return fields;
}

const MOST_CLASSES = 1000;

function readFields(schema: Schema): Field[] {
  const metadata = (schema.constructor as typeof Schema)[Symbol.metadata] as Metadata & { [$numFields]?: number };
  const fields: Field[] = [];
  for (let index = 0; index <= (metadata[$numFields] ?? -1); index++) {
    const field = metadata[index];
    if (field !== undefined) fields.push({ index, name: field.name, type: field.type, tag: field.tag });
  }
  return fields;
}

export function fieldValue(schema: Schema, field: Field): unknown {
  return (schema as unknown as Record<string, unknown>)[field.name];
}

/** `skip` names fields that are left out at every depth: the collections that are compared one by one. */
export function plainOf(value: unknown, type?: unknown, skip?: ReadonlySet<string>): Plain {
  if (value instanceof Schema) return plainSchema(value, skip);
  const child = type !== null && typeof type === 'object' ? Object.values(type)[0] : undefined;
  if (value instanceof MapSchema)
    return Object.fromEntries([...value.entries()].sort(byKey).map(([key, item]) => [key, plainOf(item, child, skip)]));
  if (value instanceof ArraySchema) return [...value].map((item) => plainOf(item, child, skip));
  if (value instanceof SetSchema) return [...value.values()].map((item) => plainOf(item, child, skip)).sort();
  if (typeof value === 'number') return describeNumber(type === 'float32' ? Math.fround(value) : value);
  if (typeof value === 'bigint') return describeNumber(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return `a strange value: ${value === null ? 'null' : typeof value}`;
}

function plainSchema(schema: Schema, skip: ReadonlySet<string> | undefined): Plain {
  const plain: { [key: string]: Plain } = {};
  for (const field of fieldsOf(schema)) {
    const value = fieldValue(schema, field);
    if (value !== undefined && skip?.has(field.name) !== true) plain[field.name] = plainOf(value, field.type, skip);
  }
  return plain;
}

/** All instances that hang on one, once for each place. */
export function partsOf(value: unknown): object[] {
  const held: unknown[] = value instanceof Schema ? fieldsOf(value).map((field) => fieldValue(value, field)) : [];
  if (value instanceof MapSchema || value instanceof ArraySchema) held.push(...value.values());
  const parts = held.filter((part) => typeof part === 'object' && part !== null);
  return parts.flatMap((part) => [part, ...partsOf(part)]);
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
