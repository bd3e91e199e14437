/** What the processes of the tick bench agree on: its fixed numbers, and what they tell each other over IPC. Plain data. */

export const TICK_RATE = 30;
export const CLIENTS_PER_ROOM = 2;

export type Variant = 'hypogeum' | 'stock';

export interface RoomsWanted {
  readonly rooms: number;
  /** This many of them work for `busyMs` in every step. */
  readonly busyRooms: number;
  readonly busyMs: number;
}

export type ToServer =
  | { readonly type: 'start'; readonly variant: Variant }
  /** Makes rooms; the answer is `rooms`. */
  | ({ readonly type: 'make' } & RoomsWanted)
  | { readonly type: 'measure' }
  | { readonly type: 'result' }
  | { readonly type: 'stop' };

/** What the server process saw of its own rooms while it measured. Durations as HDR histograms in text. */
export interface TickResult {
  readonly seconds: number;
  /** From the field write in a step to the return of the socket's write, one value for each patch and client. */
  readonly latency: string;
  /** Between consecutive steps of a room. */
  readonly interval: string;
  /** How far that was off the period. */
  readonly deviation: string;
  readonly steps: number;
  readonly patches: number;
  /** Intervals over 1.5 and under 0.5 periods. */
  readonly skipped: number;
  readonly doubled: number;
  /** The tick driver's own counts in that time; stock has none. */
  readonly driver: { readonly skipped: number; readonly caughtUp: number } | undefined;
  /** Share of one core. */
  readonly cpu: number;
  readonly memoryMb: number;
}

export type FromServer =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'rooms'; readonly roomIds: readonly string[] }
  | { readonly type: 'result'; readonly result: TickResult };

export type ToClients =
  | {
      readonly type: 'join';
      readonly port: number;
      readonly roomIds: readonly string[];
      readonly clientsPerRoom: number;
    }
  | { readonly type: 'count' };

export type FromClients =
  | { readonly type: 'joined'; readonly clients: number }
  /** Patches that arrived since the last count, and connections that were lost. */
  | { readonly type: 'counted'; readonly patches: number; readonly lost: number };
