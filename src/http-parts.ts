/** The routes of a server process put together. No logic of its own; server.ts joins it to the port. */
import type { IncomingMessage } from 'node:http';
import { createAuthContext, type Presence } from '@colyseus/core';
import type { Express, RequestHandler } from 'express';
import type { Settings } from './config/settings.ts';
import type { AdminDeps } from './http/admin.ts';
import { createHttpApp } from './http/app.ts';
import type { MatchmakeRequest } from './http/matchmake.ts';
import type { Refusals } from './http/refusals.ts';
import { guestPass } from './identity-parts.ts';
import type { FaultLog } from './isolation/fault-log.ts';
import { ERRORS } from './kernel/errors.ts';
import { type Matchmaker, METHODS, type Method } from './matchmaking/matchmaker.ts';
import type { MatchStore } from './matchmaking/store.ts';
import { countedAs, tellAddress } from './security/addresses.ts';
import { bearerOf } from './security/bearer.ts';
import type { Admission } from './security/colyseus-admission.ts';
import type { Doors } from './security/doors.ts';
import type { Overload } from './security/overload.ts';
import type { Reconnections } from './security/reconnections.ts';

export interface HttpPartsDeps {
  readonly settings: Settings;
  readonly store: Pick<MatchStore<Presence>, 'away'>;
  readonly page: RequestHandler;
}

export interface HttpParts {
  readonly matchmaker: Matchmaker;
  readonly admission: Admission;
  readonly admin: AdminDeps | undefined;
  readonly state: { readonly phase: 'starting' | 'running' | 'stopping' };
  readonly overload: Overload;
  readonly faults: FaultLog;
  readonly refusals: Refusals;
  readonly reconnections: Reconnections;
  readonly doors: Doors;
}

export function createApp(deps: HttpPartsDeps, parts: HttpParts): Express {
  const { settings, store, page } = deps;
  const { matchmaker, admission, admin, state, overload, faults, refusals, reconnections, doors } = parts;
  const match = async ({ method, room, options, headers, address }: MatchmakeRequest): Promise<object> => {
    const token = bearerOf(headers.get('authorization'));
    const identity = await admission.identify(token, address).catch((refusal: unknown) => {
      if (method === 'reconnect' && isOutlived(refusal)) return undefined;
      throw refusal;
    });
    tellAddress(headers, address);
    const context = Object.assign(createAuthContext({ headers, token }), { identity });
    const counted = countedAs(address);
    const attempt = (): Promise<object> => matchmaker.match(method as Method, room, options, context, counted);
    return method === 'reconnect' ? reconnections.attempt(counted, attempt) : attempt();
  };
  const app = {
    page,
    refusals,
    guestPassFor: (req: IncomingMessage) => guestPass(admission, req, doors.addressOf(req)),
    admin,
    originAllowed: doors.originAllowed,
    notReady: () => (state.phase === 'running' ? store.away() : state.phase),
    overloaded: () => overload.reason,
    matchmaking: {
      methods: METHODS,
      match,
      addressOf: doors.addressOf,
      waitMs: doors.matchWaitMs,
      failed: (thrown: unknown) => faults.report('matchmaking', 'match', thrown),
      unavailable: () => {
        if (state.phase === 'stopping') return ERRORS.STOPPING;
        return state.phase === 'starting' || store.away() !== undefined ? ERRORS.STORE_AWAY : undefined;
      },
    },
  };
  return createHttpApp(app, { ...settings, tls: settings.tlsCert !== '' });
}

/** A match may last longer than a token: the seat knows whose it is, and who has its reconnection token. */
function isOutlived(refusal: unknown): boolean {
  const { code } = refusal as { code?: unknown };
  return code === ERRORS.TOKEN_EXPIRED.code || code === ERRORS.AUTH_REQUIRED.code;
}
