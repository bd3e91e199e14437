/** The same seed and the same inputs give the same world, here and in another process. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { replay } from './arena-replay.ts';

const TICKS = 10_000;
const PROGRAM = fileURLToPath(new URL('./arena-replay.ts', import.meta.url));

describe('arena: determinism', () => {
  it('10,000 ticks from one seed end in one state, also in another process; another seed ends elsewhere', async () => {
    const elsewhere = promisify(execFile)(process.execPath, [PROGRAM, '42', String(TICKS)]);
    const first = replay(42, TICKS);
    assert.equal(replay(42, TICKS), first);
    assert.equal((await elsewhere).stdout, first);
    assert.notEqual(replay(43, TICKS), first);
  });

  it('one tick more is another state', () => {
    assert.notEqual(replay(1, 100), replay(1, 101));
  });
});
