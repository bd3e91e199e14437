/**
 * Loaded before a server that is attacked (node --expose-gc --import): at SIGWINCH, which means nothing to a server, it tells
 * on stdout what the process holds after a full collection. The second one frees what finalizers of the first let go of.
 */
import { writeSync } from 'node:fs';

const STDOUT = 1;

process.on('SIGWINCH', () => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  writeSync(STDOUT, `weighed ${heapUsed + external}\n`);
});
