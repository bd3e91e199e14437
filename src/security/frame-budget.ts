/**
 * What one client may send. Each kind of frame has a token bucket; a frame that finds it empty is dropped, and costs some
 * of the patience there is with this client; when that is used up the client is to be closed. See SPEC.md (F1 to F6).
 * Pure numbers: time comes in, in whole milliseconds, and a frame allocates nothing.
 */
import { TokenBucket } from './token-bucket.ts';

/** pass: hand it over. drop: do not look at it. close: nothing of this client is wanted any more. */
export type Verdict = 'pass' | 'drop' | 'close';

export interface FrameLimits {
  readonly maxMessagesPerSecond: number;
  /** WebSocket pings, pongs that nobody asked for, and pings of the room protocol. */
  readonly maxPingsPerSecond: number;
  /** Of messages and inputs together. */
  readonly maxBytesPerSecond: number;
  /** A burst is what these rates give in so many seconds. */
  readonly burstSeconds: number;
  /** Inputs a client may send for each tick of its room. */
  readonly maxInputsPerTick: number;
  /** Inputs of so many seconds may come at once: a line, or this process, stood still, and all that waited arrives. */
  readonly inputBurstSeconds: number;
  /** The largest frame there may be: one always fits a burst. */
  readonly maxMessageBytes: number;
}

/** A frame that cannot be read, or that no handler is for, counts for so many. */
export const OFFENCE_COST = 10;
/** Patience that is used up comes back in this time. */
const PATIENCE_SECONDS = 10;
/** For rooms that do not say how often they tick: as often as screens do. */
const DEFAULT_TICK_RATE = 60;

export class FrameBudget {
  readonly #limits: FrameLimits;
  readonly #messages: TokenBucket;
  readonly #bytes: TokenBucket;
  readonly #pings: TokenBucket;
  readonly #patience: TokenBucket;
  #inputs: TokenBucket | undefined;
  #tickRate: number | undefined;
  #closed = false;

  constructor(limits: FrameLimits, nowMs: number) {
    const { maxMessagesPerSecond, maxPingsPerSecond, maxBytesPerSecond, burstSeconds, maxMessageBytes } = limits;
    this.#limits = limits;
    const patience = maxMessagesPerSecond * burstSeconds;
    this.#messages = new TokenBucket(maxMessagesPerSecond, patience, nowMs);
    this.#pings = new TokenBucket(maxPingsPerSecond, maxPingsPerSecond * burstSeconds, nowMs);
    this.#bytes = new TokenBucket(
      maxBytesPerSecond,
      Math.max(maxBytesPerSecond * burstSeconds, maxMessageBytes),
      nowMs,
    );
    this.#patience = new TokenBucket(patience / PATIENCE_SECONDS, patience, nowMs);
  }

  /** A message or request of `bytes`, or another frame that is no input and no ping. */
  message(bytes: number, nowMs: number): Verdict {
    return this.#judge(this.#messages.take(1, nowMs) && this.#bytes.take(bytes, nowMs), 1, nowMs);
  }

  /** An input of `bytes` to a room of so many ticks a second; undefined when it does not say. */
  input(bytes: number, tickRate: number | undefined, nowMs: number): Verdict {
    const inputs = this.#inputsFor(tickRate, nowMs);
    return this.#judge(inputs.take(1, nowMs) && this.#bytes.take(bytes, nowMs), 1, nowMs);
  }

  /** A ping, or a pong that answers nothing. */
  ping(nowMs: number): Verdict {
    return this.#judge(this.#pings.take(1, nowMs), 1, nowMs);
  }

  /** A frame that was let through turned out to be of no use: what it counts besides. */
  offence(nowMs: number): Verdict {
    return this.#judge(this.#messages.take(OFFENCE_COST - 1, nowMs), OFFENCE_COST - 1, nowMs);
  }

  #judge(within: boolean, cost: number, nowMs: number): Verdict {
    if (this.#closed) return 'close';
    if (within) return 'pass';
    if (this.#patience.take(cost, nowMs)) return 'drop';
    this.#closed = true;
    return 'close';
  }

  /** A room may change its rate, though it seldom does: a new one begins with a full burst. */
  #inputsFor(tickRate: number | undefined, nowMs: number): TokenBucket {
    if (this.#inputs !== undefined && this.#tickRate === tickRate) return this.#inputs;
    const { maxInputsPerTick, inputBurstSeconds } = this.#limits;
    const perSecond = tickRate ?? DEFAULT_TICK_RATE;
    this.#tickRate = tickRate;
    this.#inputs = new TokenBucket(perSecond * maxInputsPerTick, perSecond * inputBurstSeconds, nowMs);
    return this.#inputs;
  }
}
