/** Tokens, bans and players put together for one process: who may come in, and who is in. No logic of its own. */
import { readFile } from 'node:fs/promises';
import { CloseCodes, ERRORS } from '../kernel/errors.ts';
import type { Identity } from '../kernel/identity.ts';
import type { Clock, Logger, Meter } from '../kernel/ports.ts';
import { type AccountKeys, fixedAccountKeys, openAccountKeys } from './account-keys.ts';
import { AuthError } from './auth-error.ts';
import { Authenticator, type GuestPass } from './authenticator.ts';
import { BanList, type BanListDeps, type Somebody } from './ban-list.ts';
import { Players } from './colyseus-players.ts';
import { AgreedGuestKeys, type AgreedKeysDeps, configuredGuestKeys, type GuestKeys } from './guest-keys.ts';
import { newGuestId, newSeed } from './node-secrets.ts';
import { RefusalLog } from './refusal-log.ts';

export interface AdmissionDeps extends Pick<BanListDeps, 'store' | 'after' | 'now' | 'normalise'> {
  readonly agree: AgreedKeysDeps['agree'];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
}

/** The settings of these names. */
export interface AdmissionOptions {
  readonly auth: 'guests' | 'required';
  readonly authKeys: string;
  readonly authIssuer: string;
  readonly authAudience: string;
  readonly authTokenMinutes: number;
  readonly guestKeys: string;
  readonly guestDays: number;
}

export interface Admission {
  readonly bans: BanList;
  readonly players: Players;
  /** Who asks for a seat. @throws an error with a code when they get none. */
  identify(token: string | null | undefined, address: string | undefined): Promise<Identity>;
  /** A token for a guest: a new one, or the one that `token` names. @throws as identify. */
  guestPass(token: string | null | undefined, address: string | undefined): Promise<GuestPass>;
  /** Whether sockets from here are turned away. */
  turnsAway(address: string | undefined): boolean;
  start(): Promise<void>;
  stop(): void;
  /** What processes agreed on may be lost. */
  agreeAgain(): Promise<void>;
}

const DAY_MS = 86_400_000;

/** @throws Error when the settings contradict each other, or keys cannot be read. */
export async function createAdmission(deps: AdmissionDeps, options: AdmissionOptions): Promise<Admission> {
  const tokens = new RefusalLog(deps, 'hypogeum_auth_refused_total', 'a player was refused for their token');
  const barred = new RefusalLog(deps, 'hypogeum_ban_refused_total', 'somebody banned was refused');
  const guestKeys = guestKeysOf(deps, options);
  const authenticator = await createAuthenticator(deps, options, guestKeys);
  const bans = new BanList(deps);
  const players = new Players({
    isBanned: (somebody) => isBarred(somebody, 'seat'),
    replaced: (room) => deps.meter.count('hypogeum_sessions_replaced_total', 1, { room }),
  });
  bans.onBanned = (ban) =>
    void players.showOut((row) => bans.concerns(ban, row), CloseCodes.banned, ERRORS.BANNED.message);

  const isBarred = (somebody: Somebody, where: string): boolean => {
    const ban = bans.find(somebody);
    if (ban !== undefined) barred.report(`${ban.kind} at ${where}`);
    return ban !== undefined;
  };
  const admit = (somebody: Somebody): void => {
    if (isBarred(somebody, 'matchmaking')) throw new AuthError(ERRORS.BANNED, 'banned');
  };
  const counted = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (cause) {
      const refusal = refusalOf(cause);
      if (refusal !== undefined) tokens.report(refusal.why);
      throw refusal ?? cause;
    }
  };
  return {
    bans,
    players,
    async identify(token, address) {
      admit({ address });
      const identity = await counted(authenticator.identify(token));
      admit({ id: identity.id });
      return identity;
    },
    async guestPass(token, address) {
      admit({ address });
      const pass = await counted(authenticator.guestPass(token));
      admit({ id: pass.identity.id });
      return pass;
    },
    turnsAway: (address) => isBarred({ address }, 'socket'),
    start: () => bans.start(),
    stop: () => bans.stop(),
    agreeAgain: async () => {
      await Promise.all([guestKeys.agreeAgain(deps.now()), bans.refresh()]);
    },
  };
}

/** What exactly keeps a key from being known is for nobody outside. */
function refusalOf(cause: unknown): AuthError | undefined {
  if (cause instanceof AuthError) return cause;
  const isAway = (cause as { code?: unknown } | null)?.code === ERRORS.STORE_AWAY.code;
  return isAway ? new AuthError(ERRORS.STORE_AWAY, 'store away', { cause }) : undefined;
}

async function createAuthenticator(
  deps: AdmissionDeps,
  { auth, authKeys, authIssuer, authAudience, authTokenMinutes, guestDays }: AdmissionOptions,
  guestKeys: GuestKeys,
): Promise<Authenticator> {
  const guestsAllowed = auth === 'guests';
  if (!guestsAllowed && authKeys === '') throw new Error('HYPOGEUM_AUTH=required needs HYPOGEUM_AUTH_KEYS');
  const keys = authKeys === '' ? undefined : await accountKeysOf(authKeys, deps);
  const accounts = keys && { name: authIssuer, publicKey: keys.publicKey };
  const { now } = deps;
  return new Authenticator(
    { accounts, guestKeys, now, newGuestId },
    { guestsAllowed, audience: authAudience, tokenMinutes: authTokenMinutes, guestDays },
  );
}

async function accountKeysOf(given: string, { now, logger }: AdmissionDeps): Promise<AccountKeys> {
  try {
    if (given.trimStart().startsWith('{')) return fixedAccountKeys(given);
    return await openAccountKeys({ read: () => readFile(given, 'utf8'), logger }, now());
  } catch (cause) {
    throw new Error(`HYPOGEUM_AUTH_KEYS: ${cause instanceof Error ? cause.message : 'unreadable'}`, { cause });
  }
}

function guestKeysOf(deps: AdmissionDeps, { guestKeys, guestDays, authTokenMinutes }: AdmissionOptions): GuestKeys {
  if (guestKeys !== '') return configuredGuestKeys(guestKeys.split(','));
  return new AgreedGuestKeys({ ...deps, newSeed }, { keepMs: guestDays * DAY_MS + authTokenMinutes * 60_000 });
}
