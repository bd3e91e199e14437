/**
 * Durations in HDR histograms: microseconds inside, milliseconds outside, three significant digits. Histograms of
 * several processes are merged bucket by bucket, so a percentile of the whole is that of all its values; percentiles
 * themselves are never averaged.
 */
import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';

/** 35 minutes; longer durations count as this long. */
const HIGHEST_MICROSECONDS = 2 ** 31 - 1;

/** Milliseconds. All are 0 when nothing was recorded. */
export interface DurationSummary {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export class DurationHistogram {
  readonly #histogram: Histogram;

  constructor() {
    this.#histogram = build({
      bitBucketSize: 32,
      autoResize: false,
      highestTrackableValue: HIGHEST_MICROSECONDS,
      numberOfSignificantValueDigits: 3,
    });
  }

  /** Records a duration in milliseconds; a negative one (clocks of two processes) counts as none. */
  record(ms: number): void {
    const microseconds = Math.round(ms * 1000);
    this.#histogram.recordValue(Math.min(Math.max(microseconds, 0), HIGHEST_MICROSECONDS));
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  /** Milliseconds; `percentile` is 0 to 100. */
  at(percentile: number): number {
    return this.count === 0 ? 0 : this.#histogram.getValueAtPercentile(percentile) / 1000;
  }

  get summary(): DurationSummary {
    const max = this.count === 0 ? 0 : this.#histogram.maxValue / 1000;
    const mean = this.count === 0 ? 0 : this.#histogram.mean / 1000;
    return { count: this.count, mean, p50: this.at(50), p90: this.at(90), p99: this.at(99), max };
  }

  reset(): void {
    this.#histogram.reset();
  }

  /** The HdrHistogram V2 compressed form, in base64. */
  toWire(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }

  /** Adds what another process recorded. */
  addWire(wire: string): void {
    this.#histogram.add(decodeFromCompressedBase64(wire));
  }
}

export function mergeHistograms(wires: readonly string[]): DurationHistogram {
  const merged = new DurationHistogram();
  for (const wire of wires) merged.addWire(wire);
  return merged;
}
