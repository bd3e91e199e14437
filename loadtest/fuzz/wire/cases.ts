/** One thing that is done to a server over a socket, as plain data: it can be written down and done again. */
import { createRandom, type Random } from '../../../src/kernel/random.ts';
import { strangerAddress } from '../../chaos/abuse-addresses.ts';
import { httpCase } from './http-cases.ts';
import { socketCase } from './socket-cases.ts';

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

const SEED_STEP = 2 ** 32;
/** Out of 20: a request costs less than a player. */
const HTTP_SHARE = 17;

/** The case of this number, always the same for a seed. */
export function makeCase(seed: number, index: number): WireCase {
  const random = createRandom(seed + index * SEED_STEP);
  const from = strangerAddress(random.int(2 ** 22));
  return { ...caseBody(random), from };
}

function caseBody(random: Random): CaseBody {
  return random.int(20) < HTTP_SHARE ? httpCase(random) : socketCase(random);
}
