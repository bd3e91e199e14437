/**
 * Keeps the lease of this process: renews it in time, knows the other processes from the answers, and tells when the
 * lease was not held, so that rooms are listed again. When this process itself stood still for the length of its lease,
 * others may own its rooms by now: then it renews before any room steps. Rules: SPEC.md (L1, L4 to L6).
 */
import { messageOf } from '../kernel/invariant.ts';
import type { Clock, Logger, Meter } from '../kernel/ports.ts';
import {
  LEASE_MS,
  type ProcessRegistry,
  type ProcessReport,
  RENEW_EVERY_MS,
  type Renewal,
} from './process-registry.ts';
import type { Timers } from './timers.ts';

export interface LeaseKeeperDeps {
  readonly registry: ProcessRegistry;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly meter: Meter;
  /** What this process says of itself now. */
  readonly report: () => ProcessReport;
  /** The lease was not held, or may not have been: the rooms are to be listed again. Also after the first renewal. */
  readonly lost: () => void | Promise<void>;
}

/** A renewal that is not answered by then is given up, and the next one sent. */
export const RENEWAL_WITHIN_MS = 1000;
/** Who stands still, or has no way to Redis, holds no lease; such players as it has are still there. */
export const REMEMBERED_MS = 30_000;
/** After a stall what came meanwhile is read at once. */
const STALE_FOR_MS = 500;

export class LeaseKeeper {
  readonly #deps: LeaseKeeperDeps;
  #processes: readonly ProcessReport[] = [];
  /** When processes were last seen to hold a lease, by id. */
  readonly #seenAt = new Map<string, number>();
  #keeping = false;
  #takesRooms = true;
  /** Renewals have numbers: the newest sent, the newest answered, and the newest that failed since (0 when none did). */
  #sent = 0;
  #answered = 0;
  #failed = 0;
  /** Until when the lease is held by our clock, if nothing comes between. */
  #endsAt = Number.NEGATIVE_INFINITY;
  /** The one timer under way, and when it is due. */
  #cancel = (): void => {};
  #dueAt = Number.POSITIVE_INFINITY;
  #catchingUp: Promise<void> | undefined;
  /** Rooms could not be listed again when the lease was not held. */
  #owesListing = false;
  #stalledAt = Number.NEGATIVE_INFINITY;
  #doubtUntil = Number.NEGATIVE_INFINITY;
  #retired: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(deps: LeaseKeeperDeps) {
    this.#deps = deps;
  }

  /** All processes with a lease, as of the last renewal: a quarter of a second ago, unless Redis is away. */
  get processes(): readonly ProcessReport[] {
    return this.#processes;
  }

  /**
   * Which processes there are at this moment, for what must reach each of them: those that hold a lease now, and, `lost`,
   * those that held one a short time ago. While Redis is away, as of the last renewal.
   */
  async lookAround(): Promise<{ readonly held: readonly string[]; readonly lost: readonly string[] }> {
    if (this.#keeping) await this.#renew();
    const held = this.#processes.map(({ processId }) => processId);
    return { held, lost: [...this.#seenAt.keys()].filter((processId) => !held.includes(processId)) };
  }

  /** Takes the lease and keeps it from now on. @throws when it is not given in time; nothing goes on then. */
  async start(): Promise<void> {
    this.#keeping = true;
    await this.#renew();
    if (this.#answered > 0) return;
    this.#rest();
    throw new Error('this process got no lease');
  }

  /**
   * What steps must wait for: a renewal that is under way because this process stood still (L5). Cheap; asked before each
   * turn of the ticks, because after a stall nobody knows whose timer comes first.
   * @param now of the same clock.
   */
  heldUp(now: number): Promise<void> | undefined {
    if (this.#stalled(now)) this.#catchUp(now);
    return this.#catchingUp;
  }

  /**
   * Whether this process stood still until a moment ago: what it is asked now was asked before, and whoever asked has gone
   * elsewhere.
   */
  stoodStill(now: number): boolean {
    if (this.#stalled(now)) this.#catchUp(now);
    return now - this.#stalledAt < STALE_FOR_MS;
  }

  /**
   * Whether rooms may live that nobody finds: Redis was away, or empty, until less than a lease ago, which is what their
   * owners have to list them again (L3).
   */
  inDoubt(now: number): boolean {
    return this.#failed > 0 || now < this.#doubtUntil;
  }

  /** Says that this process takes no more rooms, and keeps the lease. Resolves when that is known, or Redis is away. */
  retire(): Promise<void> {
    this.#takesRooms = false;
    this.#retired ??= this.#keeping ? this.#renew() : Promise.resolve();
    return this.#retired;
  }

  /** Retires, and ends the lease with all that is listed under it. While Redis is away it is left to run out. */
  stop(): Promise<void> {
    this.#stopped ??= this.#leave();
    return this.#stopped;
  }

  async #leave(): Promise<void> {
    if (!this.#keeping) return;
    const { registry, report, timers, logger } = this.#deps;
    await this.retire();
    this.#rest();
    const { promise: tooLate, resolve } = Promise.withResolvers<void>();
    const cancel = timers.after(RENEWAL_WITHIN_MS, resolve);
    try {
      await Promise.race([registry.leave(report().processId), tooLate]);
    } catch (error) {
      logger.warn('the lease could not be ended; it runs out', { error: messageOf(error) });
    } finally {
      cancel();
    }
  }

  #rest(): void {
    this.#keeping = false;
    this.#cancel();
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  #plan(delayMs: number, run: () => void): void {
    if (!this.#keeping) return;
    this.#cancel();
    this.#cancel = this.#deps.timers.after(delayMs, run);
    this.#dueAt = this.#deps.clock.now() + delayMs;
  }

  /** Resolves when the renewal is answered, with what follows from that done, or has failed. */
  #renew(): Promise<void> {
    const number = ++this.#sent;
    const sentAt = this.#deps.clock.now();
    const { promise, resolve } = Promise.withResolvers<void>();
    const giveUp = (): void => {
      this.#notRenewed(number, 'no answer in time');
      this.#next();
      resolve();
    };
    this.#plan(RENEWAL_WITHIN_MS, giveUp);
    const report = this.#deps.report();
    void this.#deps.registry
      .renew({ ...report, takesRooms: report.takesRooms && this.#takesRooms })
      .then(
        (renewal) => this.#renewed(number, sentAt, renewal),
        (error) => this.#refused(number, error),
      )
      .then(resolve);
    return promise;
  }

  #next(): void {
    const now = this.#deps.clock.now();
    if (this.#stalled(now)) this.#catchUp(now);
    else if (this.#keeping) void this.#renew();
  }

  /** After a renewal came to its end. If another one was sent meanwhile, that one goes on. */
  #pause(number: number): void {
    if (number !== this.#sent) return;
    const now = this.#deps.clock.now();
    if (this.#stalled(now)) this.#catchUp(now);
    else this.#plan(RENEW_EVERY_MS, () => this.#next());
  }

  /** Also of a renewal that was given up, and answered after all: that the lease was not held is said only once. */
  async #renewed(number: number, sentAt: number, { held, processes }: Renewal): Promise<void> {
    const mayHaveMissedIt = this.#failed > 0 && number > this.#failed;
    if (this.#answered > 0 && (!held || mayHaveMissedIt)) this.#doubtUntil = this.#deps.clock.now() + LEASE_MS;
    if (number >= this.#failed) this.#failed = 0;
    if (number > this.#answered) {
      this.#answered = number;
      this.#processes = processes;
      this.#remember(processes);
    }
    this.#endsAt = Math.max(this.#endsAt, sentAt + LEASE_MS);
    this.#deps.meter.count('hypogeum_match_renewals_total', 1, { outcome: held ? 'held' : 'lost' });
    this.#pause(number);
    if (!held || mayHaveMissedIt || this.#owesListing) await this.#lost();
  }

  #remember(processes: readonly ProcessReport[]): void {
    const now = this.#deps.clock.now();
    for (const { processId } of processes) this.#seenAt.set(processId, now);
    for (const [processId, at] of this.#seenAt) if (now - at > REMEMBERED_MS) this.#seenAt.delete(processId);
  }

  #refused(number: number, error: unknown): void {
    this.#notRenewed(number, messageOf(error));
    this.#pause(number);
  }

  #notRenewed(number: number, error: string): void {
    if (this.#failed === 0 && this.#keeping) this.#deps.logger.warn('the lease is not renewed', { error });
    this.#failed = Math.max(this.#failed, number);
    this.#deps.meter.count('hypogeum_match_renewals_total', 1, { outcome: 'failed' });
  }

  async #lost(): Promise<void> {
    if (!this.#keeping) return;
    this.#owesListing = false;
    try {
      await this.#deps.lost();
    } catch (error) {
      this.#owesListing = true;
      this.#deps.logger.error('rooms could not be listed again', {}, error);
    }
  }

  /**
   * Whether this process stood still, so that its lease ran out meanwhile: its timer is late by a whole lease, or by less
   * but the lease ended in that time. A lease that ends while timers come in time means that Redis is away.
   */
  #stalled(now: number): boolean {
    const lateMs = now - this.#dueAt;
    if (lateMs <= RENEW_EVERY_MS) return false;
    return lateMs > LEASE_MS || (this.#dueAt < this.#endsAt && now >= this.#endsAt);
  }

  #catchUp(now: number): void {
    this.#stalledAt = now;
    const stalledMs = Math.round(now - this.#dueAt);
    this.#deps.logger.warn('this process stood still for longer than its lease', { stalledMs });
    this.#deps.meter.count('hypogeum_match_stalls_total');
    const renewed = this.#renew().then(() => {
      if (this.#catchingUp === renewed) this.#catchingUp = undefined;
    });
    this.#catchingUp = renewed;
  }
}
