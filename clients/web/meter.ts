/** Numbers about the line and the frames, as rates and averages of the last moment. Shown by the panel, read by tests. */
import type { Room } from '@colyseus/sdk';
import type { Corrections } from './corrections.ts';
import type { Line } from './latency.ts';

/** How often rates are taken anew. */
const SAMPLE_MS = 500;
const FRAMES = 512;

export interface NetNumbers {
  /** Round trip of a ping, added latency included; 0 before the first answer. Milliseconds, as all that ends in Ms. */
  readonly pingMs: number;
  /** From an input to the patch that answers it. */
  readonly answerMs: number;
  readonly jitterMs: number;
  readonly patchesPerSecond: number;
  readonly patchIntervalMs: number;
  readonly bytesInPerSecond: number;
  readonly bytesOutPerSecond: number;
  /** Corrections of the prediction that could be seen, the newest's size and the largest's, in world units. */
  readonly corrections: number;
  readonly lastCorrection: number;
  readonly largestCorrection: number;
  readonly reconciles: number;
  /** Own gun shots that hit somebody on this screen, and those that the server agreed to. */
  readonly hitsSeen: number;
  readonly hitsGiven: number;
  readonly pendingInputs: number;
  readonly delayMs: number;
  readonly serverTick: number;
  /** Script time of a frame, handlers of received frames included. */
  readonly frameP50Ms: number;
  readonly frameP95Ms: number;
  readonly framesPerSecond: number;
  /** Frames drawn since the match began. */
  readonly frames: number;
}

interface Hits {
  readonly seen: number;
  readonly given: number;
}

/** What a page's netcode counts. */
export interface NetcodeNumbers {
  readonly corrections: Corrections;
  readonly pendingInputs: number;
  readonly delayMs: number;
  /** A ping came back after `ms`. */
  pinged(ms: number): void;
}

/** For a page where nobody shoots. */
const NO_HITS: Hits = { seen: 0, given: 0 };

export class Meter {
  readonly #room: Pick<Room, 'clock' | 'ping'>;
  readonly #line: Line;
  readonly #netcode: NetcodeNumbers;
  readonly #hits: Hits;
  readonly #frames = new Float32Array(FRAMES);
  #frameCount = 0;
  #sampledAt = 0;
  #sampled = { bytesIn: 0, bytesOut: 0, patches: 0, frames: 0 };
  #rates = { bytesIn: 0, bytesOut: 0, patches: 0, frames: 0 };
  #pingMs = 0;
  #handlingMs = 0;

  constructor(room: Pick<Room, 'clock' | 'ping'>, line: Line, netcode: NetcodeNumbers, hits = NO_HITS) {
    this.#room = room;
    this.#line = line;
    this.#netcode = netcode;
    this.#hits = hits;
  }

  /** Once a frame; `scriptMs` is what the frame's own code took. Answers whether rates were taken anew. */
  frame(now: number, scriptMs: number): boolean {
    const handling = this.#line.handlingMs;
    this.#frames[this.#frameCount++ % FRAMES] = scriptMs + handling - this.#handlingMs;
    this.#handlingMs = handling;
    const elapsed = now - this.#sampledAt;
    if (elapsed < SAMPLE_MS) return false;
    this.#sample(elapsed / 1000);
    this.#sampledAt = now;
    this.#room.ping((ms) => {
      this.#pingMs = ms;
      this.#netcode.pinged(ms);
    });
    return true;
  }

  /** Percentiles are worked out when asked for. */
  numbers(): NetNumbers {
    const { clock } = this.#room;
    const { corrections } = this.#netcode;
    const tickMs = clock.patchInterval?.() || 1;
    const frames = this.#frames.slice(0, Math.min(FRAMES, this.#frameCount)).sort();
    return {
      pingMs: this.#pingMs,
      answerMs: clock.smoothedRtt(),
      jitterMs: clock.jitter(),
      patchesPerSecond: this.#rates.patches,
      patchIntervalMs: this.#line.patchIntervalMs,
      bytesInPerSecond: this.#rates.bytesIn,
      bytesOutPerSecond: this.#rates.bytesOut,
      corrections: corrections.count,
      lastCorrection: corrections.last,
      largestCorrection: corrections.largest,
      reconciles: corrections.reconciles,
      hitsSeen: this.#hits.seen,
      hitsGiven: this.#hits.given,
      pendingInputs: this.#netcode.pendingInputs,
      delayMs: this.#netcode.delayMs,
      serverTick: Math.round(clock.lastServerTime() / tickMs),
      frameP50Ms: percentile(frames, 0.5),
      frameP95Ms: percentile(frames, 0.95),
      framesPerSecond: this.#rates.frames,
      frames: this.#frameCount,
    };
  }

  /** Script times of the newest frames, 512 at most, the oldest first; milliseconds. */
  frameTimes(): number[] {
    const kept = Math.min(FRAMES, this.#frameCount);
    return Array.from({ length: kept }, (_, i) => this.#frames[(this.#frameCount - kept + i) % FRAMES]!);
  }

  #sample(seconds: number): void {
    const { bytesIn, bytesOut, patches } = this.#line;
    const counts = { bytesIn, bytesOut, patches, frames: this.#frameCount };
    const rate = (of: keyof typeof counts) => (counts[of] - this.#sampled[of]) / seconds;
    this.#rates = {
      bytesIn: rate('bytesIn'),
      bytesOut: rate('bytesOut'),
      patches: rate('patches'),
      frames: rate('frames'),
    };
    this.#sampled = counts;
  }
}

/** Of values in ascending order; 0 of none. */
function percentile(sorted: Float32Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
