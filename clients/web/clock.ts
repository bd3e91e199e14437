/**
 * Two functions around the SDK's room clock, which estimates the server's time and the round trip from the answers to
 * inputs: one lends it to the interpolation with a longer delay, one notices when it has lost touch.
 */
import type { RoomClock, RoomClockLike } from '@colyseus/sdk';

/**
 * The room's clock, as the interpolation reads it. An attached group keeps the delay it started with, so what the delay
 * has grown by since is counted here as latency: the SDK shows others at `serverNow - delay - rtt / 2`.
 */
export class DelayedClock implements RoomClockLike {
  extraMs = 0;
  readonly #clock: () => RoomClock;

  constructor(clock: () => RoomClock) {
    this.#clock = clock;
  }

  now = () => this.#clock().now();
  serverNow = () => this.#clock().serverNow();
  renderNow = () => this.#clock().renderNow();
  rtt = () => this.#clock().rtt();
  smoothedRtt = () => this.#clock().smoothedRtt() + 2 * this.extraMs;
  jitter = () => this.#clock().jitter();
  lastServerTime = () => this.#clock().lastServerTime();
  patchInterval = () => this.#clock().patchInterval?.() ?? 0;
  /** The room feeds its own clock. */
  sample(): void {}
}

/** A ping this many times the clock's estimate, and this much more, says that the estimate is of another line. */
const LOST_FACTOR = 2.5;
const LOST_MS = 40;
/** One slow ping is a busy moment. */
const LOST_PINGS = 2;

/**
 * The SDK's clock takes a round trip of more than four times its average for an outlier and drops it. When the line
 * itself becomes that much slower, every sample is dropped and the estimate stands still for good; a clock that starts
 * over takes the next sample as it is.
 */
export class RoundTripWatch {
  readonly #clock: () => RoomClock;
  #slowPings = 0;

  constructor(clock: () => RoomClock) {
    this.#clock = clock;
  }

  pinged(ms: number): void {
    const estimate = this.#clock().smoothedRtt();
    const lost = estimate > 0 && ms > estimate * LOST_FACTOR + LOST_MS;
    this.#slowPings = lost ? this.#slowPings + 1 : 0;
    if (this.#slowPings >= LOST_PINGS) this.startOver();
  }

  startOver(): void {
    this.#slowPings = 0;
    const clock: RoomClock & { reset?: () => void } = this.#clock();
    clock.reset?.();
  }
}
