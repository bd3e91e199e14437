/** The key that only the processes know: the one they were given, else one that the first of them made. */
import { randomBytes } from 'node:crypto';

const KEY_BYTES = 32;

/**
 * @param given the setting; '' when there is none.
 * @param agree keeps the proposal for all processes if there is no key yet; resolves with the one that is kept.
 */
export async function clusterKey(given: string, agree: (proposal: string) => Promise<string>): Promise<string> {
  return given === '' ? agree(randomBytes(KEY_BYTES).toString('base64url')) : given;
}
