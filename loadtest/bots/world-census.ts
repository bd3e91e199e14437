/**
 * Compares what a client decoded with what the server says it should know (rooms/world/census.ts). Between the radius of
 * sight and the one of leaving an entity may be known or not; all else must be equal, and nobody else's bag may be there.
 */
import { type Census, type CensusEntry, VIEW_RADIUS } from '../../rooms/world/rules.ts';
import type { WorldState } from '../../rooms/world/state.ts';

/** What came of it, of one client or of many. */
export interface CensusTally {
  /** Clients that were compared at least once, and all that should be. */
  compared: number;
  clients: number;
  equal: number;
  different: number;
  /** Answers that came with another patch than the one they describe: the line was congested. */
  stale: number;
  /** The first difference, in words. */
  firstDifference?: string;
  /** The first and the newest tick heard of, and the room's clock at them, in milliseconds. */
  firstTick?: number;
  firstAt?: number;
  lastTick?: number;
  lastAt?: number;
}

export function newTally(): CensusTally {
  return { compared: 0, clients: 0, equal: 0, different: 0, stale: 0 };
}

/** Adds `more` to `sum`. */
export function addTally(sum: CensusTally, more: CensusTally): void {
  for (const field of ['compared', 'clients', 'equal', 'different', 'stale'] as const) sum[field] += more[field];
  sum.firstDifference ??= more.firstDifference;
  if (more.firstTick !== undefined && (sum.firstTick === undefined || more.firstTick < sum.firstTick)) {
    sum.firstTick = more.firstTick;
    sum.firstAt = more.firstAt;
  }
  if (more.lastTick !== undefined && (sum.lastTick === undefined || more.lastTick > sum.lastTick)) {
    sum.lastTick = more.lastTick;
    sum.lastAt = more.lastAt;
  }
}

/** Steps a second of the room between the first and the newest answer; undefined with fewer than two. */
export function stepsPerSecond({ firstTick, firstAt, lastTick, lastAt }: CensusTally): number | undefined {
  if (firstTick === undefined || firstAt === undefined || lastTick === undefined || lastAt === undefined)
    return undefined;
  return lastAt > firstAt ? ((lastTick - firstTick) * 1000) / (lastAt - firstAt) : undefined;
}

/** The first difference between a client and the census, in words; undefined when there is none. */
export function difference(state: WorldState, selfId: string, census: Census): string | undefined {
  const self = census.units.find(([key]) => key === selfId);
  if (self === undefined) return 'the server does not know this client';
  return (
    compareTable('unit', state.units, census.units, self) ??
    compareTable('item', state.items, census.items, self) ??
    compareBags(state.bags, selfId, census.bag)
  );
}

interface Known {
  readonly size: number;
  get(key: string): { readonly x: number; readonly y: number; readonly kind: number } | undefined;
  keys(): Iterable<string>;
}

function compareTable(
  what: string,
  known: Known,
  entries: readonly CensusEntry[],
  [, selfX, selfY]: CensusEntry,
): string | undefined {
  const allowed = new Set<string>();
  for (const [key, x, y, kind] of entries) {
    allowed.add(key);
    const entity = known.get(key);
    const [dx, dy] = [x - selfX, y - selfY];
    if (entity === undefined) {
      if (dx * dx + dy * dy <= VIEW_RADIUS * VIEW_RADIUS) return `${what} ${key} at ${x}, ${y} is not known`;
    } else if (entity.x !== x || entity.y !== y || entity.kind !== kind) {
      return `${what} ${key} is known as ${describe(entity)} and is ${describe({ x, y, kind })}`;
    }
  }
  for (const key of known.keys()) if (!allowed.has(key)) return `${what} ${key} is known and should not be`;
  return undefined;
}

function compareBags(
  bags: WorldState['bags'],
  selfId: string,
  should: Readonly<Record<string, number>>,
): string | undefined {
  for (const key of bags.keys()) if (key !== selfId) return `the bag of ${key} is known`;
  const counts = bags.get(selfId)?.counts;
  if (counts === undefined) return 'the own bag is not known';
  const kinds = new Set([...counts.keys(), ...Object.keys(should)]);
  for (const kind of kinds) {
    if (counts.get(kind) !== should[kind]) return `of ${kind} ${counts.get(kind)} are known, there are ${should[kind]}`;
  }
  return undefined;
}

function describe({ x, y, kind }: { x: number; y: number; kind: number }): string {
  return `kind ${kind} at ${x}, ${y}`;
}
