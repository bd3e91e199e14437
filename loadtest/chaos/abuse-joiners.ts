/** Other players who come all the time, each from an address of their own: how long it takes them to be in an arena. */
import { DurationHistogram } from '../histograms.ts';
import type { Tally } from '../messages.ts';
import { joinerAddress } from './abuse-addresses.ts';
import { askForSeat } from './abuse-ask.ts';
import { AbusePlayer } from './abuse-player.ts';

const JOIN_EVERY_MS = 100;
/** What a join that failed counts as: longer than anybody waits. */
const FAILED_MS = 10_000;

export class Joiners {
  readonly #port: number;
  #joins = new DurationHistogram();
  #failed: Tally = {};
  #come = 0;
  #underWay = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  begin(): void {
    this.#joins = new DurationHistogram();
    this.#failed = {};
    this.#timer = setInterval(() => this.#next(), JOIN_EVERY_MS);
  }

  /** Waits for those who are on their way. */
  async end(): Promise<{ joins: string; failedJoins: Tally }> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
    return { joins: this.#joins.toWire(), failedJoins: this.#failed };
  }

  #next(): void {
    const joining = this.#join(this.#come++).finally(() => this.#underWay.delete(joining));
    this.#underWay.add(joining);
  }

  async #join(index: number): Promise<void> {
    const askedAt = performance.now();
    const from = joinerAddress(index);
    const options = { name: `Passer-by ${index % 100}` };
    const wish = { port: this.#port, from, method: 'joinOrCreate', room: 'arena', options } as const;
    const { seat, status } = await askForSeat(wish);
    if (seat === undefined) return this.#fail(status === 0 ? 'no answer' : `refused with ${status}`);
    const player = new AbusePlayer(seat, { port: this.#port, from });
    if (!(await player.entry)) return this.#fail('not let in');
    this.#joins.record(performance.now() - askedAt);
    void player.leave();
  }

  #fail(words: string): void {
    this.#joins.record(FAILED_MS);
    this.#failed[words] = (this.#failed[words] ?? 0) + 1;
  }
}
