/** The leases of processes in memory, and when what belongs to those without one may be swept (L1 to L3). */
import type { ProcessReport } from './process-registry.ts';

export class MemoryLeases {
  readonly #leaseMs: number;
  /** Nobody renewed for so long: Redis, or all processes, were away. */
  readonly #silentMs: number;
  readonly #reports = new Map<string, { readonly report: ProcessReport; readonly until: number }>();
  #renewedAt = Number.NEGATIVE_INFINITY;
  #graceUntil = 0;

  constructor(leaseMs: number) {
    this.#leaseMs = leaseMs;
    this.#silentMs = leaseMs / 2;
  }

  /** True when the lease was held until now. */
  renew(report: ProcessReport, now: number): boolean {
    const held = this.holds(report.processId, now);
    if (now - this.#renewedAt > this.#silentMs) this.#graceUntil = now + this.#leaseMs;
    this.#renewedAt = now;
    this.#reports.set(report.processId, { report, until: now + this.#leaseMs });
    return held;
  }

  holds(processId: string, now: number): boolean {
    return (this.#reports.get(processId)?.until ?? Number.NEGATIVE_INFINITY) > now;
  }

  /** False while nobody renews, and for the length of a lease from the first renewal on. */
  maySweep(now: number): boolean {
    return now - this.#renewedAt <= this.#silentMs && now >= this.#graceUntil;
  }

  alive(now: number): ProcessReport[] {
    return [...this.#reports.values()].filter(({ until }) => until > now).map(({ report }) => report);
  }

  end(processId: string): void {
    this.#reports.delete(processId);
  }

  /** Forgets the entries of processes without a lease. */
  forget(now: number): void {
    for (const [processId, { until }] of this.#reports) if (until <= now) this.end(processId);
  }

  clear(): void {
    this.#reports.clear();
    this.#renewedAt = Number.NEGATIVE_INFINITY;
    this.#graceUntil = 0;
  }
}
