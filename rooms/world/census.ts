/**
 * What the server says a client must know: looked up one by one, without the grid and the memory that the replication
 * has, so that it may be compared with. For tests and load tests; few enough a tick to be always on.
 */
import { type Census, type CensusEntry, LEAVE_RADIUS } from './rules.ts';
import type { Being, Table, World } from './world.ts';

type Placed = Pick<Being, 'x' | 'y' | 'kind'>;

/** `at`: the room clock of the patch that shows the world as it is now. */
export function takeCensus(world: World, id: string, at: number, tick: number): Census {
  const center = world.units.get(id);
  const bag = Object.fromEntries(world.bags.get(id)?.counts ?? []);
  return { at, tick, units: near(world.units, center), items: near(world.items, center), bag };
}

function near(table: Table<Placed>, center: Placed | undefined): CensusEntry[] {
  const found: CensusEntry[] = [];
  if (center === undefined) return found;
  const { x, y } = center;
  table.forEach((placed, key) => {
    const offX = placed.x - x;
    const offY = placed.y - y;
    if (offX * offX + offY * offY > LEAVE_RADIUS * LEAVE_RADIUS) return;
    found.push([key, placed.x, placed.y, placed.kind]);
  });
  return found;
}
