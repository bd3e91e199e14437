/**
 * The public keys of the operator's account service: a JWKS in the settings, or a file, which is read again so that keys
 * can be added and withdrawn while the server runs. Only Ed25519 keys with a name are taken, and no private ones.
 */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { messageOf } from '../kernel/invariant.ts';
import type { Logger } from '../kernel/ports.ts';

export interface AccountKeys {
  /** Undefined when there is no key of this name. `now`: milliseconds since 1970. */
  publicKey(kid: string, now: number): Promise<KeyObject | undefined>;
}

/** A file is as old as this at most where its keys are used, */
const FRESH_MS = 30_000;
/** and read at most so often for names that it did not have. */
const LOOK_AGAIN_MS = 3000;

const JWKS = z.object({
  keys: z
    .array(
      z.object({
        kty: z.literal('OKP', 'must be OKP'),
        crv: z.literal('Ed25519', 'must be Ed25519'),
        kid: z.string('must be a text').min(1).max(128),
        x: z.string('must be a text'),
        d: z.undefined('is a private key: it belongs to the account service alone').optional(),
        alg: z.enum(['EdDSA', 'Ed25519']).optional(),
        use: z.literal('sig').optional(),
      }),
    )
    .min(1, 'must hold a key'),
});

/** @throws Error telling what is wrong, without what was given. */
export function parseJwks(text: string): ReadonlyMap<string, KeyObject> {
  const parsed = JWKS.safeParse(json(text));
  if (!parsed.success) throw new Error(parsed.error.issues.map(describe).join('; '));
  const keys = parsed.data.keys.map(({ kid, kty, crv, x }): [string, KeyObject] => [kid, publicKey({ kty, crv, x })]);
  const byKid = new Map(keys);
  if (byKid.size < keys.length) throw new Error('two keys have the same kid');
  return byKid;
}

/** Keys that stay as they are. @throws Error as parseJwks. */
export function fixedAccountKeys(text: string): AccountKeys {
  const keys = parseJwks(text);
  return { publicKey: async (kid) => keys.get(kid) };
}

export interface FileKeysDeps {
  readonly read: () => Promise<string>;
  readonly logger: Logger;
}

/** Keys of a file. When it cannot be read any more, or is wrong, those from before stay. @throws Error at the first time. */
export async function openAccountKeys({ read, logger }: FileKeysDeps, now: number): Promise<AccountKeys> {
  let keys = parseJwks(await read());
  let readAt = now;
  let reading: Promise<void> | undefined;
  const refresh = async (at: number): Promise<void> => {
    readAt = at;
    try {
      keys = parseJwks(await read());
    } catch (cause) {
      logger.warn("the account service's keys cannot be read; those from before stay", { cause: messageOf(cause) });
    }
    reading = undefined;
  };
  return {
    async publicKey(kid, at) {
      if (at - readAt > (keys.has(kid) ? FRESH_MS : LOOK_AGAIN_MS)) reading ??= refresh(at);
      await reading;
      return keys.get(kid);
    },
  };
}

function publicKey(jwk: JsonWebKey): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    throw new Error('a key is no point of Ed25519');
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('it is no JSON');
  }
}

function describe({ path, message }: { readonly path: readonly PropertyKey[]; readonly message: string }): string {
  return `${path.join('.')} ${message}`;
}
