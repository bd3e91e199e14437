/** `kills` of `chaos -- matchmaking`: one of three processes is killed (-9) while players join the others, and started again. */
import type { Random } from '../../src/kernel/random.ts';
import { ARENA } from './matchmaking-arena.ts';
import { Cluster } from './matchmaking-cluster.ts';
import { type Join, JoinStream, type JoinTally, largest, tally } from './matchmaking-joins.ts';
import { ListingWatch, type Sight } from './matchmaking-listings.ts';
import { Residents } from './matchmaking-residents.ts';
import type { Setting } from './matchmaking-setting.ts';

export interface KillTrial {
  readonly process: number;
  readonly joins: JoinTally;
  /** Seats that were given before the process ended, and could not be taken any more. */
  readonly died: number;
  /** How long after the kill a seat of the dead process was still offered, and a room of it listed. */
  readonly lastOfferMs: number;
  readonly lastListedMs: number;
  /** Rooms that it had. */
  readonly rooms: number;
  /** Connections of players who were there before, on other processes. */
  readonly lost: number;
}

export interface KillPlan {
  readonly trials: number;
  readonly random: Random;
}

const PROCESSES = 3;
const JOINS_PER_SECOND = 50;
const ROOMS_EACH = 2;
const BEFORE_MS = 1000;
const AFTER_MS = 7000;
/** An answer that was given before the kill is read by then. */
const IN_FLIGHT_MS = 50;

export async function runKills({ trials, random }: KillPlan, setting: Setting): Promise<KillTrial[]> {
  await using cluster = await setting.race(Cluster.start({ processes: PROCESSES, ...ARENA }));
  const residents = new Residents(cluster, { room: ARENA.room, roomsEach: ROOMS_EACH });
  const watch = new ListingWatch(cluster.store);
  const done: KillTrial[] = [];
  try {
    for (let trial = 1; trial <= trials; trial++) {
      const process = random.int(PROCESSES);
      setting.say(`kills: ${trial} of ${trials}, process ${process}`);
      done.push(await kill({ cluster, residents, watch, process }, setting));
    }
    return done;
  } finally {
    watch.stop();
  }
}

interface Stage {
  readonly cluster: Cluster;
  readonly residents: Residents;
  readonly watch: ListingWatch;
  readonly process: number;
}

async function kill({ cluster, residents, watch, process }: Stage, setting: Setting): Promise<KillTrial> {
  await setting.race(residents.settle());
  watch.take();
  const victim = cluster.members[process]!;
  const dead = victim.processId;
  const others = cluster.members.filter((member) => member !== victim).map(({ endpoint }) => endpoint);
  const stream = new JoinStream({ room: ARENA.room, perSecond: JOINS_PER_SECOND, endpoints: others });
  try {
    await setting.wait(BEFORE_MS);
    const killedAt = performance.now();
    await setting.race(victim.kill());
    await setting.wait(AFTER_MS);
    const lost = residents.lost(dead);
    const joins = await setting.race(stream.stop());
    const sights = watch.take();
    const died = joins.filter((join) => diedWith(join, dead, killedAt));
    const had = sights.findLast(({ at }) => at < killedAt)?.listed.values() ?? [];
    const trial = {
      process,
      joins: tally(
        joins.filter((join) => !died.includes(join)),
        killedAt,
      ),
      died: died.length,
      lastOfferMs: lastOffer(joins, dead, killedAt),
      lastListedMs: lastListed(sights, dead, killedAt),
      rooms: [...had].filter((home) => home === dead).length,
      lost,
    };
    await setting.race(cluster.startMember(victim));
    return trial;
  } finally {
    void stream.stop();
  }
}

/** A seat on the process, given while it lived, that was not taken. */
export function diedWith({ answer, answeredAt, entry }: Join, dead: string, killedAt: number): boolean {
  if (answer.kind !== 'seat' || answer.seat.processId !== dead) return false;
  return answeredAt < killedAt + IN_FLIGHT_MS && entry?.kind === 'out';
}

export function lastOffer(joins: readonly Join[], dead: string, killedAt: number): number {
  const offers = joins.filter(({ answer }) => answer.kind === 'seat' && answer.seat.processId === dead);
  return largest(offers.map(({ answeredAt }) => answeredAt - killedAt));
}

export function lastListed(sights: readonly Sight[], dead: string, killedAt: number): number {
  const seen = sights.filter(({ listed }) => [...listed.values()].includes(dead));
  return largest(seen.map(({ at }) => at - killedAt));
}
