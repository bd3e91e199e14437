/** What may be replicated: the checks of `replicate`, and how a client learns of a collection. */
import {
  type ChangeTree,
  type Encoder,
  encode,
  MapSchema,
  type Metadata,
  OPERATION,
  type Schema,
} from '@colyseus/schema';
import type { ByteArena } from './byte-arena.ts';
import type { Collection } from './colyseus-collection.ts';
import { writeSwitch } from './colyseus-fields.ts';
import { childTypeOf, refIdOf, treeOf } from './colyseus-schema-internals.ts';

export class ReplicationError extends Error {
  override readonly name = 'ReplicationError';
}

/** @throws ReplicationError saying what is wrong and what to write instead. */
export function checkCollection(map: MapSchema<Schema>, encoder: Encoder, declared: readonly Collection[]): void {
  if (!(map instanceof MapSchema)) throw new ReplicationError('replicate: only maps of schemas can be replicated');
  const tree = treeOf(map);
  if (tree.root !== encoder.root)
    throw new ReplicationError('replicate: the collection is not in the state of this room');
  const name = nameOf(tree);
  if (typeof childTypeOf(map) !== 'function')
    throw new ReplicationError(`replicate: ${name} holds no schemas; only maps of schemas can be replicated`);
  const owner = treeOf(tree.parentRef!);
  if (!tree.isFiltered || !owner._isSchema || owner.isFiltered)
    throw new ReplicationError(`replicate: declare ${name} with .view(), in a schema that everybody may see`);
  if (declared.some((collection) => collection.tree === tree))
    throw new ReplicationError(`replicate: ${name} is replicated already`);
  checkClass(childTypeOf(map) as typeof Schema, encoder, name);
}

/** Who sees a part of an entity is decided with the entity: it cannot hide fields from those who see it. */
function checkClass(Class: typeof Schema, encoder: Encoder, name: string, seen = new Set<unknown>()): void {
  if (seen.has(Class)) return;
  seen.add(Class);
  const metadata = Class[Symbol.metadata] as Metadata | undefined;
  if (metadata === undefined) return;
  for (const index in metadata) {
    const field = metadata[index as unknown as number];
    if (field?.name === undefined) continue;
    const { tag, type, stream } = field as { tag?: number; type: unknown; stream?: boolean };
    if (tag !== undefined || stream)
      throw new ReplicationError(
        `replicate: ${name}: a field of its entities, ${field.name}, must not be .view() or .stream()`,
      );
    const inner = classIn(type);
    if (inner !== undefined) checkClass(inner, encoder, name, seen);
  }
}

/** The schema class in a field's type, bare or in a collection. */
function classIn(type: unknown): typeof Schema | undefined {
  if (typeof type === 'function') return type as typeof Schema;
  if (typeof type !== 'object' || type === null) return undefined;
  const value: unknown = Object.values(type)[0];
  return typeof value === 'function' ? (value as typeof Schema) : undefined;
}

function nameOf(tree: ChangeTree): string {
  const owner = tree.parentRef && treeOf(tree.parentRef);
  return (owner?._isSchema && owner.encDescriptor.names[tree.parentIndex!]) || 'the collection';
}

/** `255 ownerRefId 128|field mapRefId`: the field that holds the collection. */
export function fieldHeader(arena: ByteArena, tree: ChangeTree): void {
  const { bytes, cursor } = arena;
  writeSwitch(arena, refIdOf(treeOf(tree.parentRef!)));
  bytes[cursor.offset++] = tree.parentIndex! | OPERATION.ADD;
  encode.number(bytes, refIdOf(tree), cursor);
}
