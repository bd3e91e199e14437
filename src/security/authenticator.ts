/**
 * Who asks: the account or the guest that a token names, or a guest nobody saw before. Makes and renews guests' tokens.
 * Whatever a token is refused for, its bearer is never taken for a guest instead. Rules: SPEC.md (ID1 to ID5).
 */
import { ERRORS } from '../kernel/errors.ts';
import { GUEST_PREFIX, type Identity } from '../kernel/identity.ts';
import { AuthError } from './auth-error.ts';
import type { GuestKeys } from './guest-keys.ts';
import { type Issuer, signToken, type Verified, verifyToken } from './jose-tokens.ts';

export interface AuthenticatorDeps {
  /** The operator's account service; undefined when there is none. */
  readonly accounts: Issuer | undefined;
  readonly guestKeys: GuestKeys;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly newGuestId: () => string;
}

export interface AuthenticatorOptions {
  readonly guestsAllowed: boolean;
  readonly audience: string;
  readonly tokenMinutes: number;
  /** For how long an expired token of a guest is renewed. */
  readonly guestDays: number;
}

export interface GuestPass {
  readonly token: string;
  readonly identity: Identity;
  readonly expiresInSeconds: number;
}

const GUEST_ISSUER = 'hypogeum-guests';
const DAY_S = 86_400;
/** Printable, without spaces: ids go into logs and ban lists. */
const SUBJECT = /^[\x21-\x7e]{1,128}$/;
const MAX_NAME_LENGTH = 64;
/** What every token says; the rest is for the game. */
const REGISTERED = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'name']);

export class Authenticator {
  readonly #deps: AuthenticatorDeps;
  readonly #options: AuthenticatorOptions;
  readonly #guests: Issuer;

  constructor(deps: AuthenticatorDeps, options: AuthenticatorOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#guests = { name: GUEST_ISSUER, publicKey: (kid, now) => deps.guestKeys.publicKey(kid, now) };
  }

  /** @throws AuthError when the token is not good, or one is needed; the store's error when its key cannot be known now. */
  async identify(token: string | null | undefined): Promise<Identity> {
    if (token) return identityOf(await this.#verify(token, this.#issuers()), this.#guests);
    this.#allowGuests();
    return guest(this.#deps.newGuestId());
  }

  /** A token for a new guest; for the one that a token names, also when it has expired. @throws as identify. */
  async guestPass(token: string | null | undefined): Promise<GuestPass> {
    this.#allowGuests();
    const id = token ? await this.#returning(token) : this.#deps.newGuestId();
    const { now, guestKeys } = this.#deps;
    const { audience, tokenMinutes } = this.#options;
    const lifeS = tokenMinutes * 60;
    const at = now();
    const said = { issuer: GUEST_ISSUER, audience, subject: id, lifeS };
    return {
      token: await signToken(await guestKeys.signing(at), said, at),
      identity: guest(id),
      expiresInSeconds: lifeS,
    };
  }

  async #returning(token: string): Promise<string> {
    const renewableS = this.#options.guestDays * DAY_S;
    return identityOf(await this.#verify(token, [this.#guests], renewableS), this.#guests).id;
  }

  #verify(token: string, issuers: readonly Issuer[], renewableS = 0): Promise<Verified> {
    const { audience, tokenMinutes } = this.#options;
    return verifyToken(token, issuers, { audience, maxLifeS: tokenMinutes * 60, renewableS }, this.#deps.now());
  }

  #issuers(): readonly Issuer[] {
    const accounts = this.#deps.accounts === undefined ? [] : [this.#deps.accounts];
    return this.#options.guestsAllowed ? [...accounts, this.#guests] : accounts;
  }

  #allowGuests(): void {
    if (!this.#options.guestsAllowed) throw new AuthError(ERRORS.AUTH_REQUIRED, 'no token');
  }
}

function identityOf({ issuer, subject, payload }: Verified, guests: Issuer): Identity {
  const isGuest = issuer === guests;
  if (!SUBJECT.test(subject) || subject.startsWith(GUEST_PREFIX) !== isGuest)
    throw new AuthError(ERRORS.TOKEN_INVALID, 'wrong sub');
  if (isGuest) return guest(subject);
  const { name } = payload;
  const claims = Object.fromEntries(Object.entries(payload).filter(([claim]) => !REGISTERED.has(claim)));
  const named = typeof name === 'string' && name.length > 0 && name.length <= MAX_NAME_LENGTH;
  return { id: subject, guest: false, ...(named ? { name } : {}), claims };
}

function guest(id: string): Identity {
  return { id, guest: true, claims: {} };
}
