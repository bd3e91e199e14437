/**
 * How many inputs of one player a tick may use: one a tick on average, so that sending more moves nobody further, with
 * room for a network that delivers late and in bunches. Pure counting; the queue is Colyseus's input accessor.
 *
 * Every tick grants one step. Steps not used, because the inputs are late, are kept up to `BURST_TICKS`, and used when
 * the bunch arrives: an honest player loses nothing. When nothing has come for longer, the granted step is spent without
 * an input, so that a silent body slows down and can be hit like any other. What arrives beyond the granted steps waits
 * (`EARLY_INPUTS`), and beyond that the oldest are acknowledged and dropped.
 */

/** The longest gap that is made up for in full: 200 ms. */
export const BURST_TICKS = 6;
/** Inputs that may wait for the next ticks: a bunch that comes too early. */
export const EARLY_INPUTS = 2;
/** A queue that has not been empty for this long is no jitter but latency (a client's clock runs fast): one is dropped. */
const STANDING_TICKS = 30;
/** What Colyseus must be able to hold between two ticks; more would be dropped anyway. */
export const INPUT_BUFFER_SIZE = BURST_TICKS + EARLY_INPUTS + 4;

/** The part of an `InputAccessor` used here. */
export interface InputQueue<I> {
  readonly size: number;
  next(): I | undefined;
}

export class InputBudget {
  #steps = 0;
  #silentTicks = 0;
  #standingTicks = 0;

  /** Opens a tick: grants its step, and drops what no tick will ever have a step for. */
  grant(queue: InputQueue<unknown>): void {
    this.#steps = Math.min(BURST_TICKS + 1, this.#steps + 1);
    this.#silentTicks = queue.size > 0 ? 0 : this.#silentTicks + 1;
    this.#standingTicks = queue.size > this.#steps ? this.#standingTicks + 1 : 0;
    while (queue.size > this.#steps + EARLY_INPUTS) queue.next();
    if (this.#standingTicks < STANDING_TICKS) return;
    this.#standingTicks = 0;
    queue.next();
  }

  /** The next input that may be used in this tick; undefined when there is none, or no step left for it. */
  take<I>(queue: InputQueue<I>): I | undefined {
    if (this.#steps === 0 || queue.size === 0) return undefined;
    this.#steps--;
    return queue.next();
  }

  /** Whether this tick's step is to be spent without an input; spends it. Ask after the last `take`. */
  takeIdle(): boolean {
    if (this.#silentTicks <= BURST_TICKS) return false;
    this.#steps--;
    return true;
  }
}
