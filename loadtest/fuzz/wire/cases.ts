/** The cases of a seed, each by its number. */
import { createRandom, type Random } from '../../../src/kernel/random.ts';
import { strangerAddress } from '../../chaos/abuse-addresses.ts';
import { httpCase } from './http-cases.ts';
import { socketCase } from './socket-cases.ts';
import type { CaseBody, WireCase } from './wire-case.ts';

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
