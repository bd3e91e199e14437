/** A server of its own, cases done to it side by side until one of its promises is broken, and the case that did it found. */
import { lanes } from '../../chaos/abuse-attack.ts';
import { AbuseServer } from '../../chaos/abuse-server.ts';
import type { Tally } from '../../messages.ts';
import { doCase } from './doer.ts';
import { type Limits, Sentinel } from './sentinel.ts';
import type { WireCase } from './wire-case.ts';

export interface SessionPlan {
  /** The case of this number; undefined when there are no more. */
  readonly caseOf: (index: number) => WireCase | undefined;
  /** Nothing is begun after it. */
  readonly seconds: number;
  /** Side by side. */
  readonly lanes: number;
  readonly limits: Limits;
  /** Several times a second. */
  onProgress?(done: number): void;
}

export interface SessionResult {
  readonly done: number;
  readonly outcomes: Tally;
  readonly seconds: number;
  /** Bytes that the server held more in the end. */
  readonly heldMore: number;
  readonly longestWaitMs: number;
  readonly logBytes: number;
  readonly longestLine: number;
  readonly broken: Broken | undefined;
}

export interface Broken {
  /** Which promise, in words. */
  readonly what: string;
  /** What was done last, the culprit among it, in the order it was begun. */
  readonly cases: readonly WireCase[];
}

const PROGRESS_EVERY_MS = 200;
/** A promise is found broken up to a second after it was: at thousands of cases a second. */
const KEPT = 4000;

export async function fuzzServer(plan: SessionPlan): Promise<SessionResult> {
  await using server = await AbuseServer.start('hypogeum');
  const sentinel = await Sentinel.post(server, plan.limits);
  const recent: WireCase[] = [];
  const outcomes: Tally = {};
  const beganAt = performance.now();
  const elapsed = (): number => (performance.now() - beganAt) / 1000;
  let [next, done] = [0, 0];
  const progress = setInterval(() => plan.onProgress?.(done), PROGRESS_EVERY_MS);
  await lanes(plan.lanes, async () => {
    while (sentinel.broken === undefined && elapsed() < plan.seconds) {
      const one = plan.caseOf(next++);
      if (one === undefined) return;
      recent.push(one);
      if (recent.length > 2 * KEPT) recent.splice(0, KEPT);
      const outcome = `${one.kind}: ${await doCase(server.port, one)}`;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      done++;
    }
  });
  clearInterval(progress);
  const seconds = elapsed();
  await sentinel.relieve();
  const { broken: what, heldMore, longestWaitMs } = sentinel;
  const { bytes: logBytes, longestLine } = server.log;
  const broken = what === undefined ? undefined : { what, cases: recent.slice(-KEPT) };
  return { done, outcomes, seconds, heldMore, longestWaitMs, logBytes, longestLine, broken };
}

/** Whether these cases, one after the other on a fresh server, break a promise. */
export async function replay(cases: readonly WireCase[], limits: Limits): Promise<string | undefined> {
  const plan = { caseOf: (index: number) => cases[index], seconds: Number.POSITIVE_INFINITY, lanes: 1, limits };
  return (await fuzzServer(plan)).broken?.what;
}

export interface Shrunk {
  readonly cases: readonly WireCase[];
  /** The cases break a promise again; if not, chance or time had a part in it, and they are all that was kept. */
  readonly again: boolean;
}

/** The fewest of the cases that still break a promise, by halves, with a fresh server each time. `breaks`: as `replay`. */
export async function shrink(
  cases: readonly WireCase[],
  breaks: (cases: readonly WireCase[]) => Promise<boolean>,
): Promise<Shrunk> {
  if (!(await breaks(cases))) return { cases, again: false };
  let failing = cases;
  for (let parts = 2; failing.length > 1; ) {
    const size = Math.ceil(failing.length / parts);
    const found = await findFailing(failing, size, breaks);
    if (found !== undefined) {
      failing = found;
      parts = 2;
    } else if (size === 1) break;
    else parts = Math.min(failing.length, parts * 2);
  }
  return { cases: failing, again: true };
}

/** A part that breaks it alone, or all but a part. */
async function findFailing(
  cases: readonly WireCase[],
  size: number,
  breaks: (cases: readonly WireCase[]) => Promise<boolean>,
): Promise<readonly WireCase[] | undefined> {
  for (let from = 0; from < cases.length; from += size) {
    const part = cases.slice(from, from + size);
    if (await breaks(part)) return part;
  }
  if (size * 2 >= cases.length) return undefined;
  for (let from = 0; from < cases.length; from += size) {
    const rest = [...cases.slice(0, from), ...cases.slice(from + size)];
    if (await breaks(rest)) return rest;
  }
  return undefined;
}
