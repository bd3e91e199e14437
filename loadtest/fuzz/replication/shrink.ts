/** Makes a failing plan small: leaves out ticks, then operations, as long as it still fails. */
import type { Operation, Plan } from './plan.ts';

const MAX_RUNS = 2000;

/** The smallest plan found for which `fails` still holds; `plan` itself must fail. */
export function shrink(plan: Plan, fails: (plan: Plan) => boolean): Plan {
  let runs = 0;
  const still = (candidate: Plan): boolean => runs++ < MAX_RUNS && fails(candidate);
  let small = plan;
  for (;;) {
    const before = small;
    small = without(small, still);
    small = withoutOperations(small, still);
    if (small === before || runs >= MAX_RUNS) return small;
  }
}

function withoutOperations(plan: Plan, still: (plan: Plan) => boolean): Plan {
  let small = plan;
  for (let tick = 0; tick < small.length; tick++) {
    const put = (operations: readonly Operation[]): Plan => small.with(tick, operations);
    const operations = without(small[tick]!, (fewer) => still(put(fewer)));
    if (operations !== small[tick]) small = put(operations);
  }
  return small;
}

/** Leaves out halves, quarters and so on down to single items. Returns `list` itself when nothing could go. */
function without<T>(list: readonly T[], still: (list: readonly T[]) => boolean): readonly T[] {
  let small = list;
  for (let size = Math.ceil(list.length / 2); size > 0; size = size > 1 ? Math.ceil(size / 2) : 0) {
    for (let at = 0; at < small.length; ) {
      const fewer = small.toSpliced(at, size);
      if (still(fewer)) small = fewer;
      else at += size;
    }
  }
  return small;
}
