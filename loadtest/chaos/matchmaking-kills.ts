/** `kills` of `chaos -- matchmaking`: one of three processes is killed (-9) while players join the others, and started again. */
import { type Join, type JoinTally, largest, tally } from './matchmaking-joins.ts';
import type { Sight } from './matchmaking-listings.ts';
import { type Offer, OfferWatch } from './matchmaking-offers.ts';
import type { Setting } from './matchmaking-setting.ts';
import { type DrawnPlan, joinOthers, onStage, PROCESSES, type Stage, settle } from './matchmaking-stage.ts';

export interface KillTrial {
  readonly process: number;
  readonly joins: JoinTally;
  /** Seats that were given before the process ended, and could not be taken any more. */
  readonly died: number;
  /**
   * How long after the kill the index still offered a seat of the dead process, and a room of it was listed. Infinite when
   * nobody could have seen it.
   */
  readonly lastOfferMs: number;
  readonly lastListedMs: number;
  /** Rooms that it had. */
  readonly rooms: number;
  /** Connections of players who were there before, on other processes. */
  readonly lost: number;
}

const JOINS_PER_SECOND = 50;
const ROOMS_EACH = 2;
const BEFORE_MS = 1000;
const AFTER_MS = 7000;
/** An answer that was given before the kill is read by then. */
const IN_FLIGHT_MS = 50;

export function runKills({ trials, random }: DrawnPlan, setting: Setting): Promise<KillTrial[]> {
  const processes = Array.from({ length: trials }, () => random.int(PROCESSES));
  return onStage({ roomsEach: ROOMS_EACH }, processes, setting, (stage, process, number) => {
    setting.say(`kills: ${number} of ${trials}, process ${process}`);
    return kill(stage, process, setting);
  });
}

async function kill(stage: Stage, process: number, setting: Setting): Promise<KillTrial> {
  const { cluster, residents, watch } = stage;
  await settle(stage, setting);
  const victim = cluster.members[process]!;
  const dead = victim.processId;
  const watched = await setting.race(OfferWatch.start(cluster.store));
  const stream = joinOthers(stage, victim, JOINS_PER_SECOND);
  try {
    await setting.wait(BEFORE_MS);
    const killedAt = performance.now();
    await setting.race(victim.kill());
    await setting.wait(AFTER_MS);
    const lost = residents.lost(dead);
    const joins = await setting.race(stream.stop());
    const sights = watch.take();
    const died = joins.filter((join) => diedWith(join, dead, killedAt));
    const had = roomsOf(dead, sights);
    const trial = {
      process,
      joins: tally(
        joins.filter((join) => !died.includes(join)),
        killedAt,
      ),
      died: died.length,
      lastOfferMs: lastOffer(watched.offers, had, killedAt),
      lastListedMs: lastListed(sights, dead, killedAt),
      rooms: had.size,
      lost,
    };
    await setting.race(cluster.startMember(victim));
    return trial;
  } finally {
    watched.stop();
    void stream.stop();
  }
}

/** All that it was ever seen to have. */
export function roomsOf(processId: string, sights: readonly Sight[]): Set<string> {
  const rows = sights.flatMap(({ listed }) => [...listed]);
  return new Set(rows.flatMap(([room, home]) => (home === processId ? [room] : [])));
}

/** A seat on the process, given while it lived, that was not taken. */
export function diedWith({ answer, answeredAt, entry }: Join, dead: string, killedAt: number): boolean {
  if (answer.kind !== 'seat' || answer.seat.processId !== dead) return false;
  return answeredAt < killedAt + IN_FLIGHT_MS && entry?.kind === 'out';
}

/** `rooms`: of the dead process. */
export function lastOffer(offers: readonly Offer[], rooms: ReadonlySet<string>, killedAt: number): number {
  if (!offers.some(({ at }) => at > killedAt)) return Number.POSITIVE_INFINITY;
  return largest(offers.filter(({ roomId }) => rooms.has(roomId)).map(({ at }) => at - killedAt));
}

export function lastListed(sights: readonly Sight[], dead: string, killedAt: number): number {
  const seen = sights.filter(({ listed }) => [...listed.values()].includes(dead));
  const last = largest(seen.map(({ at }) => at - killedAt));
  const isSeenGone = sights.some(({ at }) => at - killedAt > last);
  return isSeenGone ? last : Number.POSITIVE_INFINITY;
}
