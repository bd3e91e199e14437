/**
 * What a bot process measures while the measuring window is open: patches, bytes, and three histograms. One recorder a
 * process, one meter a bot. Times are milliseconds of the process's own monotonic clock and come in as parameters;
 * nothing is allocated for a patch or an input.
 */
import { DurationHistogram } from './histograms.ts';

/** Inputs of one bot that may be under way at a time: 8 s at 30 Hz. */
const RING = 256;
/** What waited less when the window closed is simply under way; what waited longer is recorded as it stands. */
const OVERDUE_MS = 250;

export class Recorder {
  readonly patchInterval = new DurationHistogram();
  /** From the time an input was meant to be sent to the patch that acknowledges it. */
  readonly roundTrip = new DurationHistogram();
  /** How late the bots sent: their own lag. */
  readonly sendDelay = new DurationHistogram();
  patches = 0;
  bytesIn = 0;
  bytesOut = 0;
  inputs = 0;
  acknowledged = 0;
  overdue = 0;
  openedAt = Number.POSITIVE_INFINITY;

  get isOpen(): boolean {
    return this.openedAt !== Number.POSITIVE_INFINITY;
  }

  open(now: number): void {
    this.openedAt = now;
  }
}

export class BotMeter {
  readonly #recorder: Recorder;
  readonly #intended = new Float64Array(RING);
  #lastPatchAt: number;
  #sent = 0;
  #acknowledged = 0;

  constructor(recorder: Recorder, joinedAt: number) {
    this.#recorder = recorder;
    this.#lastPatchAt = joinedAt;
  }

  /** Input `seq` left at `now`; its slot was `intendedAt`. */
  sent(seq: number, intendedAt: number, now: number): void {
    this.#intended[seq % RING] = intendedAt;
    this.#sent = seq;
    if (intendedAt < this.#recorder.openedAt) return;
    this.#recorder.inputs++;
    this.#recorder.sendDelay.record(now - intendedAt);
  }

  bytesOut(bytes: number): void {
    if (this.#recorder.isOpen) this.#recorder.bytesOut += bytes;
  }

  bytesIn(bytes: number): void {
    if (this.#recorder.isOpen) this.#recorder.bytesIn += bytes;
  }

  /** A patch arrived that says the server used every input up to `acknowledged`. */
  patch(now: number, acknowledged: number): void {
    const recorder = this.#recorder;
    if (recorder.isOpen) {
      recorder.patches++;
      recorder.patchInterval.record(now - this.#lastPatchAt);
    }
    this.#lastPatchAt = now;
    this.#acknowledge(now, acknowledged);
  }

  /** The window closes: patches and acknowledgements that are long overdue count as late as they are by now. */
  close(now: number): void {
    const recorder = this.#recorder;
    if (now - this.#lastPatchAt > OVERDUE_MS) recorder.patchInterval.record(now - this.#lastPatchAt);
    for (let seq = this.#firstUnacknowledged(); seq <= this.#sent; seq++) {
      const intendedAt = this.#intended[seq % RING]!;
      if (intendedAt < recorder.openedAt || now - intendedAt < OVERDUE_MS) continue;
      recorder.overdue++;
      recorder.roundTrip.record(now - intendedAt);
    }
  }

  #acknowledge(now: number, acknowledged: number): void {
    const recorder = this.#recorder;
    for (let seq = this.#firstUnacknowledged(); seq <= acknowledged; seq++) {
      const intendedAt = this.#intended[seq % RING]!;
      if (intendedAt < recorder.openedAt) continue;
      recorder.acknowledged++;
      recorder.roundTrip.record(now - intendedAt);
    }
    this.#acknowledged = acknowledged;
  }

  /** Never further back than the ring reaches. */
  #firstUnacknowledged(): number {
    return Math.max(this.#acknowledged + 1, this.#sent - RING + 1);
  }
}
