/** What every trouble of `chaos -- matchmaking` happens on: three processes, players who stay, and an eye on the listings. */
import type { Random } from '../../src/kernel/random.ts';
import { ARENA } from './matchmaking-arena.ts';
import { Cluster, type Member } from './matchmaking-cluster.ts';
import { JoinStream } from './matchmaking-joins.ts';
import { ListingWatch } from './matchmaking-listings.ts';
import { Residents } from './matchmaking-residents.ts';
import type { Setting } from './matchmaking-setting.ts';

export interface Stage {
  readonly cluster: Cluster;
  readonly residents: Residents;
  readonly watch: ListingWatch;
}

/** Trials that are drawn by lot. */
export interface DrawnPlan {
  readonly trials: number;
  readonly random: Random;
}

export interface StageOrder {
  /** Rooms of residents that each process has at least. */
  readonly roomsEach: number;
  /** Who comes through nginx: those who join, or residents as well, who otherwise go to the process that has their room. */
  readonly front?: 'joiners' | 'all';
}

export const PROCESSES = 3;

/** One trial for each of `troubles`, on a stage that is taken down in every case. */
export async function onStage<Trouble, Trial>(
  { roomsEach, front }: StageOrder,
  troubles: readonly Trouble[],
  setting: Setting,
  meet: (stage: Stage, trouble: Trouble, number: number) => Promise<Trial>,
): Promise<Trial[]> {
  await using cluster = await setting.race(Cluster.start({ processes: PROCESSES, ...ARENA }));
  const address = front === undefined ? undefined : await setting.race(cluster.startFront());
  const endpoint = front === 'all' && address !== undefined ? { endpoint: address } : {};
  const residents = new Residents(cluster, { room: ARENA.room, roomsEach, ...endpoint });
  const watch = new ListingWatch(cluster.store);
  const trials: Trial[] = [];
  try {
    for (const [i, trouble] of troubles.entries())
      trials.push(await meet({ cluster, residents, watch }, trouble, i + 1));
    return trials;
  } finally {
    watch.stop();
  }
}

/** The residents are in their rooms, and what was seen before is forgotten. */
export async function settle({ residents, watch }: Stage, setting: Setting): Promise<void> {
  await setting.race(residents.settle());
  watch.take();
}

/** Players who come to the one public address, and so to any process. */
export function joinFront({ cluster }: Stage, perSecond: number): JoinStream {
  return new JoinStream({ room: ARENA.room, perSecond, endpoints: [cluster.front!] });
}

/** Players who come to all processes but one. */
export function joinOthers({ cluster }: Stage, one: Member, perSecond: number): JoinStream {
  const others = cluster.members.filter((member) => member !== one).map(({ endpoint }) => endpoint);
  return new JoinStream({ room: ARENA.room, perSecond, endpoints: others });
}
