/**
 * The inside of @colyseus/schema's encoder that replication reads, as of 5.0.34: every name once. TypeScript's
 * `protected` hides some; at run time they are ordinary properties. `test/unit/replicator.test.ts` fails
 * when an update renames or moves one.
 */
import {
  $changes,
  $childType,
  $refId,
  type ChangeTree,
  type Encoder,
  type MapSchema,
  type Schema,
} from '@colyseus/schema';

/** Anything with changes of its own: a schema, map, array, set. */
export type Ref = ChangeTree['ref'];

export interface RootInternals {
  /** Trees with changes, in the order in which a decoder must hear of them. */
  readonly changes: { next?: ChangeNode | undefined; tail?: ChangeNode | undefined };
  /** Instances whose places changed so that others may see them now; settled when a tick is encoded. */
  readonly pendingFilterRefresh: readonly unknown[];
  readonly streamTrees: ReadonlySet<unknown>;
  /** The next instance's refId. They are never used twice. */
  readonly nextUniqueId: number;
}

export interface ChangeNode {
  readonly changeTree: ChangeTree;
  next?: ChangeNode | undefined;
  prev?: ChangeNode | undefined;
}

export function rootOf(encoder: Encoder): RootInternals {
  return encoder.root as unknown as RootInternals;
}

/**
 * What changed in the part of the state that all see, by Colyseus's encoder. It would walk through the changes of every
 * entity of replicated collections only to skip them, so those are taken out of its list meanwhile, and put behind the others.
 */
export function encodeShared(encoder: Encoder): Uint8Array {
  const { changes: list, pendingFilterRefresh, streamTrees } = rootOf(encoder);
  // What may be seen by all is settled by the encoder first.
  if (pendingFilterRefresh.length > 0 || streamTrees.size > 0) return encoder.encode({ offset: 0 });
  const shared: ChangeNode = { changeTree: encoder.state[$changes] };
  const rest: ChangeNode = { changeTree: shared.changeTree };
  let sharedEnd = shared;
  let restEnd = rest;
  for (let node = list.next; node !== undefined; node = node.next) {
    if (node.changeTree.isFiltered) restEnd = follow(restEnd, node);
    else sharedEnd = follow(sharedEnd, node);
  }
  if (sharedEnd === shared && restEnd === rest) return NOTHING;
  restEnd.next = undefined;
  sharedEnd.next = undefined;
  link(list, shared.next, sharedEnd);
  const encoded = sharedEnd === shared ? NOTHING : encoder.encode({ offset: 0 });
  if (restEnd !== rest) {
    if (sharedEnd === shared) link(list, rest.next, restEnd);
    else {
      follow(sharedEnd, rest.next!);
      list.tail = restEnd;
    }
  }
  return encoded;
}

const NOTHING = new Uint8Array(0);

function follow(before: ChangeNode, node: ChangeNode): ChangeNode {
  before.next = node;
  node.prev = before;
  return node;
}

function link(list: RootInternals['changes'], first: ChangeNode | undefined, last: ChangeNode): void {
  if (first !== undefined) first.prev = undefined;
  list.next = first;
  list.tail = first && last;
}

export function treeOf(ref: object): ChangeTree {
  return (ref as { [$changes]: ChangeTree })[$changes];
}

export function refIdOf(tree: ChangeTree): number {
  return (tree.ref as { [$refId]: number })[$refId];
}

/** The class of a collection's values, or the name of a primitive type. */
export function childTypeOf(ref: object): typeof Schema | string | object {
  return (ref as { [$childType]: typeof Schema })[$childType];
}

/** An array's elements, without the proxy around it. */
export function itemsOf(tree: ChangeTree): readonly unknown[] {
  return (tree.refTarget as { readonly items: readonly unknown[] }).items;
}

/** Whether a class has fields that are no part of a whole: deprecated ones, and those that only patches carry. */
export function leavesOut(metadata: object): boolean {
  return FULL_SYNC_SKIPS in metadata;
}
const FULL_SYNC_SKIPS = '~__fullSyncSkipIndexes';

/** A map's keys by the index its changes are recorded under. */
export function keysOf(map: MapSchema): ReadonlyMap<number, string> {
  return (map as unknown as { readonly $indexes: ReadonlyMap<number, string> }).$indexes;
}

/** The collections and schemas that hold a tree now. Links of places it was moved away from linger, so each is looked at. */
export function liveParentsOf(tree: ChangeTree): ChangeTree[] {
  return tree
    .getAllParents()
    .filter(({ ref, index }) => holds(treeOf(ref), tree, index))
    .map(({ ref }) => treeOf(ref));
}

/** The parent of a tree with one link. After several operations on an array in one tick, elements that are gone keep theirs. */
export function onlyParentOf(tree: ChangeTree): ChangeTree | undefined {
  if (tree.parentRef === undefined) return undefined;
  const parent = treeOf(tree.parentRef);
  return !parent.isArray || holds(parent, tree, tree.parentIndex!) ? parent : undefined;
}

/** The recorded index is stale when an array was reordered, or the tree left the same collection and came back. */
function holds(parent: ChangeTree, child: ChangeTree, index: number): boolean {
  if (!parent.isArray && parent.getValue(index) === child.ref) return true;
  if (parent._isSchema) return false;
  for (const value of parent.refTarget.values()) if (value === child.ref) return true;
  return false;
}
