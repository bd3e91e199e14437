/** Fields of schemas and elements of collections, as the encoder sees them. */
import { $values, type ChangeTree, encode } from '@colyseus/schema';
import type { ByteArena } from './byte-arena.ts';
import { childTypeOf, leavesOut, treeOf } from './colyseus-schema-internals.ts';

const SWITCH_TO_STRUCTURE = 255;

/** `255 refId`: the operations behind it are that instance's. */
export function writeSwitch({ bytes, cursor }: ByteArena, refId: number): void {
  bytes[cursor.offset++] = SWITCH_TO_STRUCTURE;
  encode.number(bytes, refId, cursor);
}

/** Whether trees may hang on this one. */
export function hasChildren(tree: ChangeTree): boolean {
  if (!tree._isSchema) return typeof childTypeOf(tree.refTarget) !== 'string';
  const { types } = tree.encDescriptor;
  for (let index = 0; index < types.length; index++) if (mayHoldRef(tree, index)) return true;
  return false;
}

/** Primitive types are names. */
export function mayHoldRef(tree: ChangeTree, index: number): boolean {
  const type = tree._isSchema ? tree.encDescriptor.types[index] : childTypeOf(tree.refTarget);
  return type !== undefined && typeof type !== 'string';
}

/** Whether a value is an instance with changes of its own. */
export function isTracked(value: unknown): value is object {
  return typeof value === 'object' && value !== null && treeOf(value) !== undefined;
}

/** A field of a primitive type, past its accessor; as @colyseus/schema's own encoder reads it. */
export function primitiveOf(tree: ChangeTree, index: number): unknown {
  return (tree.ref as { readonly [$values]: readonly unknown[] })[$values][index] ?? fieldOf(tree, index);
}

export function fieldOf(tree: ChangeTree, index: number): unknown {
  return (tree.ref as { [name: string]: unknown })[tree.encDescriptor.names[index]!];
}

/** Schemas of primitive fields, all of them part of a whole: most entities, and written without asking for each field. */
export class PlainClasses {
  /** By what Colyseus knows of a class. */
  readonly #known = new Map<object, boolean>();

  has({ encDescriptor }: ChangeTree): boolean {
    let plain = this.#known.get(encDescriptor);
    if (plain === undefined) {
      const { encoders, isSchema, metadata } = encDescriptor;
      plain = isSchema && encoders.every((encoder) => encoder !== undefined) && !leavesOut(metadata);
      this.#known.set(encDescriptor, plain);
    }
    return plain;
  }
}
