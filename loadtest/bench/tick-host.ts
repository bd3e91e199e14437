/** What the tick bench asks of a server, stock or ours; its rooms are `beat` and `idle`. */
import type { Host } from '../host.ts';

export interface DriverCounters {
  readonly skipped: number;
  readonly caughtUp: number;
}

export interface TickHost extends Host {
  /** The tick driver's counts since the start; undefined when there is no driver. */
  counters(): DriverCounters | undefined;
}
