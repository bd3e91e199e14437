/** The rooms of `chaos -- slow` that run on Hypogeum. */
import type { Host } from '../host.ts';
import { hostHypogeum } from '../host-hypogeum.ts';
import { BroadcastRoom } from './slow-broadcast.ts';
import { ChaosWorldRoom } from './slow-world.ts';

export function startHypogeum(settings: Readonly<Record<string, string>>): Promise<Host> {
  return hostHypogeum((define) => {
    define('broadcast', BroadcastRoom);
    define('world', ChaosWorldRoom);
  }, settings);
}
