/** What the load test and its bot processes tell each other over the IPC channel. Plain data only. */
import type { CensusTally } from './bots/world-census.ts';

export interface SquadOptions {
  readonly endpoint: string;
  readonly roomName: string;
  /** How many bots this process plays. */
  readonly bots: number;
  /** Which of the bots of all processes its first one is; the next is `stride` further. */
  readonly firstBot: number;
  readonly stride: number;
  /** Milliseconds between two joins, over all processes. */
  readonly joinEveryMs: number;
  readonly joinTimeoutMs: number;
  readonly seed: number;
  /** Where most bots are thin: so many of them, over all processes, decode everything. */
  readonly fullBots?: number;
}

export type ToWorker =
  | { readonly type: 'start'; readonly options: SquadOptions }
  | { readonly type: 'measure' }
  | { readonly type: 'finish' };

/** How often each reason or close code came up. */
export type Tally = Record<string, number>;

export interface Progress {
  readonly joined: number;
  readonly failed: number;
  readonly dropped: number;
}

/** One process's part of the result; counts cover the measuring window, joins and drops the whole run. */
export interface SquadResult {
  readonly joined: number;
  readonly failures: Tally;
  readonly drops: Tally;
  readonly seconds: number;
  readonly patches: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly inputs: number;
  readonly acknowledged: number;
  readonly overdue: number;
  readonly skippedSlots: number;
  /** HDR histograms as text, see DurationHistogram.toWire. */
  readonly patchInterval: string;
  readonly roundTrip: string;
  readonly sendDelay: string;
  /** Share of one core, 1 is all of it; user and system time of the bot process. */
  readonly cpu: number;
  /** Of the clients that were compared with the server; without any undefined. */
  readonly census?: CensusTally;
}

export type FromWorker =
  | { readonly type: 'progress'; readonly progress: Progress }
  /** Every bot has joined or failed to. */
  | { readonly type: 'ramped' }
  | { readonly type: 'result'; readonly result: SquadResult };
