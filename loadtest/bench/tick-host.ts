/** What the tick bench asks of a server, stock or ours. */

export interface DriverCounters {
  readonly skipped: number;
  readonly caughtUp: number;
}

/** A running server, stock or ours. */
export interface TickHost {
  readonly port: number;
  /** Makes a room `beat` or `idle`; resolves with its id. */
  createRoom(name: string, options: object): Promise<string>;
  /** The tick driver's counts since the start; undefined when there is no driver. */
  counters(): DriverCounters | undefined;
  stop(): Promise<void>;
}
