/**
 * `stalls` of `chaos -- matchmaking`: one of three processes stands still (SIGSTOP) for some seconds while players join at
 * the one public address, which sends them to that process too.
 */
import { type JoinTally, tally } from './matchmaking-joins.ts';
import { longestOnTwo, longestUnlisted, type Sight, unlisted } from './matchmaking-listings.ts';
import type { Setting } from './matchmaking-setting.ts';
import { type DrawnPlan, joinFront, onStage, PROCESSES, type Stage, settle } from './matchmaking-stage.ts';

export interface StallTrial {
  readonly process: number;
  readonly stallMs: number;
  readonly joins: JoinTally;
  /** Rooms that lived and were not listed when the process went on: what there was to list again. */
  readonly takenOff: number;
  /** The longest time that a living room was not listed after the process went on. */
  readonly unlistedMs: number;
  /** Room ids that two rows bore, or that went from one process to another while the room lived. */
  readonly listedTwice: number;
  /** Rooms that ended, and were made again on another process: the stopped one, when it read what it was asked long ago. */
  readonly revived: number;
  /** The longest time that a room was on two processes, after the process went on; and from a second after that on. */
  readonly onTwoMs: number;
  readonly stillOnTwoMs: number;
  /** Connections of players who were there before. */
  readonly lost: number;
}

const JOINS_PER_SECOND = 20;
const ROOMS_EACH = 2;
const STALL_MS = { from: 1000, to: 10_000 };
/** Players come already when it stops: some of them have asked it. */
const BEFORE_MS = 200;
const AFTER_MS = 2000;
const RELISTED_MS = 1000;

interface Stall {
  readonly process: number;
  readonly stallMs: number;
}

export function runStalls(plan: DrawnPlan, setting: Setting): Promise<StallTrial[]> {
  const { trials } = plan;
  const stalls = drawStalls(plan);
  return onStage({ roomsEach: ROOMS_EACH, front: 'joiners' }, stalls, setting, (stage, one, number) => {
    setting.say(`stalls: ${number} of ${trials}, process ${one.process} for ${one.stallMs} ms`);
    return stall(stage, one, setting);
  });
}

export function drawStalls({ trials, random }: DrawnPlan): Stall[] {
  return Array.from({ length: trials }, (): Stall => {
    const stallMs = STALL_MS.from + random.int(STALL_MS.to - STALL_MS.from + 1);
    return { process: random.int(PROCESSES), stallMs };
  });
}

async function stall(stage: Stage, { process, stallMs }: Stall, setting: Setting): Promise<StallTrial> {
  const { cluster, residents, watch } = stage;
  await settle(stage, setting);
  const stopped = cluster.members[process]!;
  const stream = joinFront(stage, JOINS_PER_SECOND);
  try {
    await setting.wait(BEFORE_MS);
    const stoppedAt = performance.now();
    stopped.pause();
    await setting.wait(stallMs);
    const resumedAt = performance.now();
    stopped.resume();
    await setting.wait(AFTER_MS);
    const lived = [...residents.rooms.keys()];
    const lost = residents.lost();
    const joins = await setting.race(stream.stop());
    const sights = watch.take();
    return {
      process,
      stallMs,
      joins: tally(joins, stoppedAt),
      takenOff: unlisted(sights.findLast(({ at }) => at < resumedAt)).length,
      unlistedMs: longestUnlisted(sights, resumedAt, lived),
      ...countMoves(sights),
      onTwoMs: longestOnTwo(sights, resumedAt),
      stillOnTwoMs: longestOnTwo(sights, resumedAt + RELISTED_MS),
      lost,
    };
  } finally {
    stopped.resume();
    void stream.stop();
  }
}

/** Where one process had a room before, and one has it now, it has ended at the first: both listen to its channel. */
export function countMoves(sights: readonly Sight[]): Pick<StallTrial, 'listedTwice' | 'revived'> {
  const homes = new Map<string, string>();
  const twice = new Set(sights.flatMap((sight) => sight.twice));
  const revived = new Set<string>();
  let before: Sight | undefined;
  for (const sight of sights) {
    for (const [room, home] of sight.listed) {
      const onTwo = [before, sight].some((look) => (look?.living.get(room) ?? 0) > 1);
      if ((homes.get(room) ?? home) !== home) (onTwo ? twice : revived).add(room);
      homes.set(room, home);
    }
    before = sight;
  }
  return { listedTwice: twice.size, revived: revived.size };
}
