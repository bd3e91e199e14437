/** `outages` of `chaos -- matchmaking`: Redis is killed and comes back empty after a while, under matches that run and players who join. */
import { failed, type Join, type JoinTally, tally } from './matchmaking-joins.ts';
import { longestUnlisted } from './matchmaking-listings.ts';
import type { Setting } from './matchmaking-setting.ts';
import { joinFront, onStage, type Stage, settle } from './matchmaking-stage.ts';

export interface OutageTrial {
  readonly seconds: number;
  /** Under way or asked for while Redis was away, or in the time that it has to be itself again. */
  readonly away: JoinTally;
  /** Of them: those that were given a seat before Redis was back. */
  readonly seatsWhileAway: number;
  /** From the return to the first join that worked, and what came of those asked for later than the promise. */
  readonly firstJoinMs: number;
  readonly afterwards: JoinTally;
  /** The longest time after the return that a living room was not listed. */
  readonly unlistedMs: number;
  readonly rooms: number;
  /** Patch intervals before, and from the kill to the end. */
  readonly intervalBeforeP99: number;
  readonly intervalP99: number;
  readonly longestIntervalMs: number;
  readonly lost: number;
  /** Processes that ended. */
  readonly ended: number;
}

export interface OutagePlan {
  /** How long Redis is away, each time. */
  readonly seconds: readonly number[];
}

const JOINS_PER_SECOND = 10;
const ROOMS_EACH = 3;
const BEFORE_MS = 5000;
export const BACK_WITHIN_MS = 3000;
const AFTER_MS = BACK_WITHIN_MS + 3000;

export function runOutages({ seconds }: OutagePlan, setting: Setting): Promise<OutageTrial[]> {
  return onStage({ roomsEach: ROOMS_EACH, front: 'all' }, seconds, setting, (stage, length, number) => {
    setting.say(`outages: ${number} of ${seconds.length}, ${length} s`);
    return outage(stage, length, setting);
  });
}

async function outage(stage: Stage, seconds: number, setting: Setting): Promise<OutageTrial> {
  const { cluster, residents, watch } = stage;
  await settle(stage, setting);
  const stream = joinFront(stage, JOINS_PER_SECOND);
  try {
    residents.measure();
    await setting.wait(BEFORE_MS);
    const before = residents.measure();
    const wentAt = performance.now();
    await setting.race(cluster.killRedis());
    await setting.wait(seconds * 1000);
    await setting.race(cluster.startRedis());
    const backAt = performance.now();
    watch.take();
    await setting.wait(AFTER_MS);
    const intervals = residents.measure();
    const sights = watch.take();
    const lived = [...residents.rooms.keys()];
    const joins = sortJoins(await setting.race(stream.stop()), { wentAt, backAt });
    return {
      seconds,
      ...joins,
      unlistedMs: longestUnlisted(sights, backAt, lived),
      rooms: lived.length,
      intervalBeforeP99: before.at(99),
      intervalP99: intervals.at(99),
      longestIntervalMs: intervals.summary.max,
      lost: residents.lost(),
      ended: cluster.members.filter((member) => !member.running).length,
    };
  } finally {
    void stream.stop();
  }
}

interface Outage {
  readonly wentAt: number;
  readonly backAt: number;
}

/** Joins by when they were asked for: while Redis was away or just back, and later. Those under way as it went count too. */
export function sortJoins(
  joins: readonly Join[],
  { wentAt, backAt }: Outage,
): Pick<OutageTrial, 'away' | 'seatsWhileAway' | 'firstJoinMs' | 'afterwards'> {
  const asked = joins.filter(({ answeredAt, enteredAt }) => (enteredAt ?? answeredAt) >= wentAt);
  const seated = asked.filter(({ answer }) => answer.kind === 'seat').map(({ answeredAt }) => answeredAt);
  const back = seated.filter((at) => at >= backAt);
  return {
    away: tally(
      asked.filter(({ askedAt }) => askedAt < backAt + BACK_WITHIN_MS),
      wentAt,
    ),
    seatsWhileAway: seated.length - back.length,
    firstJoinMs: Math.min(...back) - backAt,
    afterwards: tally(
      asked.filter(({ askedAt }) => askedAt >= backAt + BACK_WITHIN_MS),
      backAt,
    ),
  };
}

/** Whether matchmaking was itself again in time, and stayed so. */
export function cameBack({ firstJoinMs, afterwards }: Pick<OutageTrial, 'firstJoinMs' | 'afterwards'>): boolean {
  return firstJoinMs <= BACK_WITHIN_MS && afterwards.asked > 0 && failed(afterwards) === 0;
}
