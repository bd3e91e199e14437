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
  readonly pendingFilterRefresh: readonly ChangeTree[];
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

/**
 * Makes a tree's links to its holders right. Colyseus keeps links of places that the tree was moved away from, and enters a
 * place in a link for another one when a tree comes back; it throws when it looks into that place.
 */
export function settleParents(tree: ChangeTree): void {
  if (tree.parentRef === undefined) return;
  for (const { ref, index } of tree.getAllParents()) {
    const place = placeIn(treeOf(ref), tree, index);
    if (place === undefined) tree.removeParent(ref);
    else if (place !== index) tree.setParentIndex(ref, place);
  }
}

/** The same of all that hangs on it. */
export function settlePlaces(tree: ChangeTree): void {
  settleParents(tree);
  tree.forEachChild(settlePlaces);
}

/** The collections and schemas that hold a tree now. */
export function liveParentsOf(tree: ChangeTree): ChangeTree[] {
  settleParents(tree);
  return tree.getAllParents().map(({ ref }) => treeOf(ref));
}

/** In how many places an instance is. Colyseus's count stays too high after a holder had it twice, or came and went in one step. */
export function placesOf(tree: ChangeTree): number {
  let places = 0;
  for (const parent of liveParentsOf(tree))
    parent.forEachChild((held) => {
      if (held === tree) places++;
    });
  return places;
}

/** The parent of a tree with one link. After several operations on an array in one tick, elements that are gone keep theirs. */
export function onlyParentOf(tree: ChangeTree): ChangeTree | undefined {
  if (tree.parentRef === undefined) return undefined;
  const parent = treeOf(tree.parentRef);
  return !parent.isArray || itemsOf(parent).includes(tree.ref) ? parent : undefined;
}

/** Of a part that stayed in the state while one of its holders was out of it Colyseus forgets that holder. */
export function restoreParent(child: ChangeTree, holder: ChangeTree, index: number): void {
  if (!child.getAllParents().some(({ ref }) => treeOf(ref) === holder)) child.addParent(holder.ref, index);
}

/** Where a schema or collection holds a tree: at `index`, or where else; undefined where it does not. */
function placeIn(parent: ChangeTree, child: ChangeTree, index: number): number | undefined {
  if (parent.isArray) return indexIn(itemsOf(parent), child.ref, index);
  if (!parent._isSchema && parent.getValue(index) === child.ref) return index;
  let found: number | undefined;
  parent.forEachChild((held, at: number) => {
    if (held === child && found !== index) found = at;
  });
  return found;
}

function indexIn(items: readonly unknown[], item: unknown, index: number): number | undefined {
  const at = items[index] === item ? index : items.indexOf(item);
  return at < 0 ? undefined : at;
}
