/**
 * The port of the registry of processes: who is alive, where, and how busy. Rules: SPEC.md (L1 and following). The versions
 * in memory and in Redis share their leases with the room index of the same store, which offers no room of a process
 * without a lease.
 */

/** What a process says of itself with each renewal. */
export interface ProcessReport {
  readonly processId: string;
  /** `host:port` where the other processes reach it. */
  readonly address: string;
  readonly players: number;
  readonly rooms: number;
  /** The part of its time in which it is busy, 0 to 1, of late. */
  readonly busyShare: number;
  /** False while it stops, or has no memory left. */
  readonly takesRooms: boolean;
}

export interface Renewal {
  /** The lease was held without a gap. False the first time, and after it ran out: the process lists its rooms again. */
  readonly held: boolean;
  /** All processes that hold a lease, this one included. */
  readonly processes: readonly ProcessReport[];
}

export interface ProcessRegistry {
  /** Renews the lease of a process. Sweeps what belongs to processes without one, except where L3 forbids it. */
  renew(report: ProcessReport): Promise<Renewal>;
  /** Ends the lease of a process and takes its rows off. */
  leave(processId: string): Promise<void>;
}

export const LEASE_MS = 2000;
export const RENEW_EVERY_MS = 250;
