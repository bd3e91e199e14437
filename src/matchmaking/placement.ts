/** Which process gets a new room: the better of two random ones (P1, P2). Pure. */
import type { ProcessReport } from './process-registry.ts';

/** A process whose ticks take more of its core has no time for another room. */
const BUSY_SHARE = 0.85;
/** Processes whose ticks differ by less are told apart by their players: a share is a noisy number. */
const PLAIN_DIFFERENCE = 0.1;

const NOBODY: ReadonlySet<string> = new Set();

/**
 * The process for a new room; undefined when there is none that takes rooms. Those to `avoid` get none whatever happens,
 * and neither do those that stop (L6); the busy ones do when all are busy.
 * @param random draws from [0, 1).
 */
export function choose(
  processes: readonly ProcessReport[],
  random: () => number,
  avoid: ReadonlySet<string> = NOBODY,
): string | undefined {
  const open = processes.filter(({ processId, takesRooms }) => takesRooms && !avoid.has(processId));
  const calm = open.filter(({ busyShare }) => busyShare <= BUSY_SHARE);
  return betterOfTwo(calm.length > 0 ? calm : open, random)?.processId;
}

/**
 * Two choices rather than the best of all: every process chooses by a list a moment old, and the best of that list would
 * get all the rooms of that moment.
 */
function betterOfTwo(processes: readonly ProcessReport[], random: () => number): ProcessReport | undefined {
  if (processes.length < 2) return processes[0];
  const first = Math.floor(random() * processes.length);
  const second = Math.floor(random() * (processes.length - 1));
  return better(processes[first]!, processes[second < first ? second : second + 1]!);
}

function better(a: ProcessReport, b: ProcessReport): ProcessReport {
  if (Math.abs(a.busyShare - b.busyShare) > PLAIN_DIFFERENCE) return a.busyShare < b.busyShare ? a : b;
  return burden(a) <= burden(b) ? a : b;
}

/** A room counts as a player: the first of it may still be on the way. */
function burden({ players, rooms }: ProcessReport): number {
  return players + rooms;
}
