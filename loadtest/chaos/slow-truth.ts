/** Whether a client holds what it should. Pure. */
import { LEAVE_RADIUS, RADIUS, type Truth } from './slow-messages.ts';

/** Entities by key, each as the text of its JSON. */
export type Held = ReadonlyMap<string, string>;

/** How many entities `self` holds otherwise than it should: missing, not its own to see, or with other values. */
export function differences(truth: Truth, self: string, held: Held): number {
  return truth.kind === 'all' ? fromAll(truth.entities, held) : fromNear(truth.entities, self, held);
}

function fromAll(entities: Readonly<Record<string, string>>, held: Held): number {
  let wrong = 0;
  for (const [key, text] of Object.entries(entities)) if (held.get(key) !== text) wrong++;
  for (const key of held.keys()) if (!Object.hasOwn(entities, key)) wrong++;
  return wrong;
}

type Near = Extract<Truth, { kind: 'near' }>['entities'];

/** What is between the two radii is in sight for who saw it before: both are right. */
function fromNear(entities: Near, self: string, held: Held): number {
  const own = entities[self];
  let wrong = 0;
  for (const [key, { x, y, text }] of Object.entries(entities)) {
    const distance = own === undefined ? Number.POSITIVE_INFINITY : Math.hypot(x - own.x, y - own.y);
    const has = held.get(key);
    if (has === undefined ? distance <= RADIUS : distance > LEAVE_RADIUS || has !== text) wrong++;
  }
  for (const key of held.keys()) if (!Object.hasOwn(entities, key)) wrong++;
  return wrong;
}
