/** One thing that is done to a server over a socket, as plain data: it can be written down and done again. */

/** Bytes as latin1 text. `{roomId}`, `{processId}` and `{sessionId}` stand for those of a seat that is taken for the case. */
export interface WireCase {
  readonly kind: string;
  /** The address of this machine to come from. */
  readonly from: string;
  /** The name of a room in which a seat is taken first. */
  readonly room?: string;
  /** The upgrade is made for it, and the join acknowledged or not; what is written comes after. */
  readonly opened?: 'joining' | 'joined';
  /** Each is a write of its own. */
  readonly writes: readonly string[];
}

export type CaseBody = Omit<WireCase, 'from'>;
