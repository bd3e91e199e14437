/** What the room of a `chaos -- slow` server and the process around it share: whether the world moves, and its truth. */
import type { Truth } from './slow-messages.ts';

export const stage: { moving: boolean; truth: () => Truth } = {
  moving: false,
  truth: () => ({ kind: 'all', entities: {} }),
};
