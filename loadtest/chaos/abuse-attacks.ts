/** All attacks, in the order they are run in. */
import type { Attack } from './abuse-attack.ts';
import { FLOODS } from './abuse-floods.ts';
import { FRAME_ATTACKS } from './abuse-frames.ts';
import { HTTP_ATTACKS } from './abuse-http.ts';
import { IDENTITY_ATTACKS } from './abuse-identity.ts';
import { SEAT_ATTACKS } from './abuse-seats.ts';
import { SOCKET_ATTACKS } from './abuse-sockets.ts';
import { THROW_ATTACKS } from './abuse-throws.ts';
import { TOKEN_ATTACKS } from './abuse-tokens.ts';

export const ATTACKS: readonly Attack[] = [
  ...FRAME_ATTACKS,
  ...THROW_ATTACKS,
  ...FLOODS,
  ...HTTP_ATTACKS,
  ...SOCKET_ATTACKS,
  ...SEAT_ATTACKS,
  ...IDENTITY_ATTACKS,
  ...TOKEN_ATTACKS,
];

export function attackNamed(name: string): Attack | undefined {
  return ATTACKS.find((attack) => attack.name === name);
}
