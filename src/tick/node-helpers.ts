/**
 * V8 marks and sweeps the heap on threads of its own, four of them, beside the one that runs the rooms. Where each process
 * has a core (one process a core, a container of one CPU), they take four fifths of it while they run, and every
 * collection of the whole heap of a large room made its ticks wait for a tenth of a second or more. Here they step back:
 * a lower priority takes nothing from them where a core is free, and leaves most of a shared one to the rooms.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';

/** As Linux knows V8's worker threads (`/proc/self/task/<id>/comm`). */
const HELPER = 'V8Worker';
const THREADS = '/proc/self/task';
/**
 * So much nicer than the process. By Linux's weights (sched_prio_to_weight) four of them get 30 % of a core they share with
 * the rooms. Still nicer ones are kept by other busy processes from ending what the rooms wait for: at 19, with two processes
 * on two cores, a pause was 200 ms long.
 */
const STEP_BACK = 10;

/** Where there is no /proc, or it may not be done, they stay as they are. */
export function letHelpersStepBack(): void {
  const niceness = Math.min(getPriority() + STEP_BACK, constants.priority.PRIORITY_LOW);
  try {
    for (const id of readdirSync(THREADS)) if (nameOf(id) === HELPER) setPriority(Number(id), niceness);
  } catch {
    // The rooms share their core then.
  }
}

function nameOf(id: string): string {
  return readFileSync(`${THREADS}/${id}/comm`, 'utf8').trim();
}
