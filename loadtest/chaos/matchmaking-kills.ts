/** `kills` of `chaos -- matchmaking`: one of three processes is killed (-9) while players join the others, and started again. */
import { type Join, type JoinTally, largest, tally } from './matchmaking-joins.ts';
import type { Sight } from './matchmaking-listings.ts';
import type { Setting } from './matchmaking-setting.ts';
import { type DrawnPlan, joinOthers, onStage, PROCESSES, type Stage, settle } from './matchmaking-stage.ts';

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
