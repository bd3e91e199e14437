/**
 * Ways around the walls for AI players: a graph of waypoints at the walls' corners, the spawns and the pickups, joined
 * where a body can walk straight from one to the other, with the shortest ways between all of them worked out once
 * at load. The plan never changes, so this is a constant like the plan itself.
 */
import { canSee, clamp, length } from './geometry.ts';
import { HEIGHT, PICKUPS, type Point, SPAWNS, WALLS, WIDTH } from './map.ts';
import { BODY_RADIUS } from './rules.ts';

/** Room that a way between waypoints has on both sides: a body, and a little for not walking as on rails. */
const ROOM = BODY_RADIUS + 3;
/**
 * Room asked for from where a body stands, which may be tight at a wall or at its corner: the half side of the square
 * in a body's circle, so that no free body is ever too close to a wall to go anywhere. Bodies slide past the rest.
 */
const TIGHT_ROOM = BODY_RADIUS * Math.SQRT1_2 - 0.5;
/** How far off a corner its waypoint lies. */
const OFF_CORNER = BODY_RADIUS + 14;

export const WAYPOINTS: readonly Point[] = [...SPAWNS, ...PICKUPS, ...corners()].filter(hasRoom);

const COUNT = WAYPOINTS.length;

/** Between any two waypoints `i` and `j`, at `i * COUNT + j`. */
interface Ways {
  /** Length of the shortest way; Infinity when there is none. */
  readonly distances: Float64Array;
  /** The waypoint after `i` on it; -1 when there is none. */
  readonly hops: Int16Array;
}
const ways = shortestWays(straightWays());

/** Whether a body can walk straight from one place to the other. */
export function canWalk(x: number, y: number, toX: number, toY: number): boolean {
  return canSee(x, y, toX, toY, TIGHT_ROOM);
}

/** The waypoint to go to first on the way to waypoint `goal`, or -1 where no waypoint can be walked to. */
export function firstHop(x: number, y: number, goal: number): number {
  let best = -1;
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < COUNT; i++) {
    const place = WAYPOINTS[i]!;
    const total = length(place.x - x, place.y - y) + ways.distances[i * COUNT + goal]!;
    if (total >= shortest || !canWalk(x, y, place.x, place.y)) continue;
    shortest = total;
    best = i;
  }
  return best;
}

/** The waypoint after `at` on the way to `goal`; -1 when there is none. */
export function nextHop(at: number, goal: number): number {
  return ways.hops[at * COUNT + goal]!;
}

/** The waypoint nearest to a place, as the crow flies: good enough to name a destination. */
export function nearestWaypoint(x: number, y: number): number {
  let best = 0;
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < COUNT; i++) {
    const distance = length(WAYPOINTS[i]!.x - x, WAYPOINTS[i]!.y - y);
    if (distance >= shortest) continue;
    shortest = distance;
    best = i;
  }
  return best;
}

function corners(): Point[] {
  return WALLS.flatMap(({ x, y, w, h }) => [
    { x: x - OFF_CORNER, y: y - OFF_CORNER },
    { x: x + w + OFF_CORNER, y: y - OFF_CORNER },
    { x: x - OFF_CORNER, y: y + h + OFF_CORNER },
    { x: x + w + OFF_CORNER, y: y + h + OFF_CORNER },
  ]);
}

/** Whether a body stands free at a place. */
function hasRoom({ x, y }: Point): boolean {
  if (x !== clamp(x, ROOM, WIDTH - ROOM) || y !== clamp(y, ROOM, HEIGHT - ROOM)) return false;
  return WALLS.every((wall) => {
    const aside = x - clamp(x, wall.x, wall.x + wall.w);
    const above = y - clamp(y, wall.y, wall.y + wall.h);
    return length(aside, above) > ROOM;
  });
}

/** Only what a body can walk in a straight line. */
function straightWays(): Ways {
  const distances = new Float64Array(COUNT * COUNT).fill(Number.POSITIVE_INFINITY);
  const hops = new Int16Array(COUNT * COUNT).fill(-1);
  for (const [i, from] of WAYPOINTS.entries()) {
    for (const [j, to] of WAYPOINTS.entries()) {
      if (!canSee(from.x, from.y, to.x, to.y, ROOM)) continue;
      distances[i * COUNT + j] = length(to.x - from.x, to.y - from.y);
      hops[i * COUNT + j] = j;
    }
  }
  return { distances, hops };
}

/** Floyd and Warshall: lets every waypoint in turn be a stop on the way between all others. In place. */
function shortestWays({ distances, hops }: Ways): Ways {
  for (let via = 0; via < COUNT; via++) {
    for (let i = 0; i < COUNT; i++) {
      for (let j = 0; j < COUNT; j++) {
        const detour = distances[i * COUNT + via]! + distances[via * COUNT + j]!;
        if (detour >= distances[i * COUNT + j]!) continue;
        distances[i * COUNT + j] = detour;
        hops[i * COUNT + j] = hops[i * COUNT + via]!;
      }
    }
  }
  return { distances, hops };
}
