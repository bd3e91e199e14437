/** What the headless load test asks of a bot, whatever room it plays and however much of it it understands. */
import type { BotMeter } from '../recorder.ts';
import type { CensusTally } from './world-census.ts';

/** How one bot of a load test is to join. */
export interface BotOrder {
  readonly endpoint: string;
  readonly roomName: string;
  readonly name: string;
  readonly seed: number;
  /** Which of all bots it is, from 0. */
  readonly number: number;
  /** Of rooms with thin bots: bots with a lower number decode everything and are compared with the server. */
  readonly fullBots: number;
}

export interface LoadBot {
  /** Decides and sends one input; `now` in milliseconds of any monotonic clock. The input's number, 0 if it was not sent. */
  play(now: number): number;
  /** From now on the meter hears of every byte and patch. */
  tap(meter: BotMeter, now: () => number): void;
  /** The connection ended, whoever ended it; `code` is the WebSocket's close code. */
  onLeave(callback: (code: number) => void): void;
  /** Says goodbye; resolves when the room did too. */
  leave(): Promise<unknown>;
  /** The census is open: asks the server now and then what this client should know. */
  compare?(now: number): void;
  readonly census?: CensusTally;
}

export interface BotKind {
  readonly inputsPerSecond: number;
  /** That many are played by one process without being its own bottleneck. */
  readonly botsAProcess: number;
  /** Rejects with the server's or the system's reason. */
  join(order: BotOrder): Promise<LoadBot>;
}
