/**
 * Players who come at a steady rate, each once: a seat, the socket, a short stay. Some want a room of their own, so that
 * rooms come and go as well. Requests and sockets go to the endpoints in turns: a socket mostly comes to another process
 * than the request did.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CloseCodes } from '../../src/kernel/errors.ts';
import { type Answer, askForSeat, type Entry, Player, type Wish } from './matchmaking-player.ts';

export interface Join {
  readonly method: Wish['method'];
  /** When it was asked for. */
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly answer: Answer;
  /** What became of the seat, and when that was known. */
  readonly entry?: Entry;
  readonly enteredAt?: number;
}

export interface JoinOrder {
  readonly room: string;
  readonly perSecond: number;
  readonly endpoints: readonly string[];
}

const STAY_MS = 3000;
/** One in so many asks for a new room. */
const NEW_ROOM_EVERY = 8;

export class JoinStream {
  /** Those that are through, in the order in which they came to it. */
  readonly joins: Join[] = [];
  readonly #room: string;
  readonly #timer: NodeJS.Timeout;
  readonly #underWay = new Set<Promise<void>>();
  readonly #endpoints: readonly string[];
  #turn = 0;
  #number = 0;

  /** Begins at once. */
  constructor({ room, perSecond, endpoints }: JoinOrder) {
    this.#room = room;
    this.#endpoints = endpoints;
    this.#timer = setInterval(() => this.#come(), 1000 / perSecond);
  }

  /** Nobody comes any more. Resolves when everybody has left. */
  async stop(): Promise<readonly Join[]> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
    return this.joins;
  }

  #come(): void {
    const joining = this.#join();
    this.#underWay.add(joining);
    void joining.then(() => this.#underWay.delete(joining));
  }

  async #join(): Promise<void> {
    const askedAt = performance.now();
    const method = this.#number++ % NEW_ROOM_EVERY === 0 ? 'create' : 'joinOrCreate';
    const answer = await askForSeat(this.#next(), { method, room: this.#room });
    const answeredAt = performance.now();
    if (answer.kind !== 'seat') return void this.joins.push({ method, askedAt, answeredAt, answer });
    const player = new Player(this.#next(), answer.seat);
    const entry = await player.entry;
    this.joins.push({ method, askedAt, answeredAt, answer, entry, enteredAt: performance.now() });
    if (entry.kind === 'in') await sleep(STAY_MS);
    await player.leave();
  }

  #next(): string {
    return this.#endpoints[this.#turn++ % this.#endpoints.length]!;
  }
}

/** What a number of joins came to. */
export interface JoinTally {
  readonly asked: number;
  readonly seats: number;
  /** Refusals by code, and requests that were not answered ("silent"). */
  readonly refused: Readonly<Record<string, number>>;
  /** Sockets that were closed before the room let the player in, by close code; 0 when nothing came of it in time. */
  readonly shutOut: Readonly<Record<string, number>>;
  /** Failures that did not say that trying again may help. */
  readonly hopeless: number;
  /** From asking to the answer, and to being in the room. */
  readonly longestAnswerMs: number;
  readonly longestJoinMs: number;
  /** The first failures, for whoever looks into them. */
  readonly failures: readonly ToldFailure[];
}

export interface ToldFailure {
  readonly method: Wish['method'];
  /** When it was asked for, from the trouble on, and how long it took to fail. */
  readonly askedMs: number;
  readonly tookMs: number;
  readonly words: string;
}

const TOLD_FAILURES = 20;

/** `troubleAt`: what failures are timed from. */
export function tally(joins: readonly Join[], troubleAt: number): JoinTally {
  const told = joins.flatMap((join) => {
    const failure = failureOf(join);
    return failure === undefined ? [] : [{ join, failure }];
  });
  const failures = told.map(({ failure }) => failure);
  const seats = joins.filter(({ answer }) => answer.kind === 'seat').length;
  return {
    asked: joins.length,
    seats,
    refused: count(failures.flatMap(({ refusal }) => refusal ?? [])),
    shutOut: count(failures.flatMap(({ closeCode }) => closeCode ?? [])),
    hopeless: failures.filter(({ retryable }) => !retryable).length,
    longestAnswerMs: largest(joins.map(({ askedAt, answeredAt }) => answeredAt - askedAt)),
    longestJoinMs: largest(joins.map(tookMs)),
    failures: told.slice(0, TOLD_FAILURES).map(({ join, failure }) => ({
      method: join.method,
      askedMs: join.askedAt - troubleAt,
      tookMs: tookMs(join),
      words: failure.words,
    })),
  };
}

/** Of seats that were asked for or could not be taken. */
export function failed({ refused, shutOut }: JoinTally): number {
  return [...Object.values(refused), ...Object.values(shutOut)].reduce((sum, times) => sum + times, 0);
}

function tookMs({ askedAt, answeredAt, enteredAt }: Join): number {
  return (enteredAt ?? answeredAt) - askedAt;
}

interface Failure {
  readonly refusal?: string;
  readonly closeCode?: string;
  readonly retryable: boolean;
  readonly words: string;
}

function failureOf({ answer, entry }: Join): Failure | undefined {
  switch (answer.kind) {
    case 'refused':
      return { refusal: String(answer.code), retryable: answer.retryable, words: answer.words };
    case 'silent':
      return { refusal: 'silent', retryable: false, words: answer.words };
    case 'seat': {
      if (entry?.kind !== 'out') return undefined;
      const { closeCode } = entry;
      const words = `the socket was closed with ${closeCode}`;
      return { closeCode: String(closeCode), retryable: closeCode === CloseCodes.mayTryReconnect, words };
    }
  }
}

function count(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

export function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
