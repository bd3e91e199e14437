/** Nonces from the operating system's randomness, drawn in bulk: one draw serves hundreds of pings. */
import { randomFillSync } from 'node:crypto';
import { NONCE_BYTES } from './frames.ts';
import type { Nonces } from './marks.ts';

const POOL_BYTES = 512 * NONCE_BYTES;

export function createNonces(): Nonces {
  const pool = Buffer.alloc(POOL_BYTES);
  let next = POOL_BYTES;
  return {
    write(target, at) {
      if (next === POOL_BYTES) {
        randomFillSync(pool);
        next = 0;
      }
      pool.copy(target, at, next, next + NONCE_BYTES);
      next += NONCE_BYTES;
    },
  };
}
