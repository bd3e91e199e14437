/**
 * The identity side of a server process put together: what decides who may come in, and the admin's ways in. No logic of
 * its own; server.ts joins it to HTTP, sockets and rooms.
 */
import type { IncomingMessage } from 'node:http';
import { matchMaker, type Presence } from '@colyseus/core';
import { settingsInUse } from './config/help.ts';
import type { Settings } from './config/settings.ts';
import type { AdminDeps } from './http/admin.ts';
import { openPanels } from './http/colyseus-panels.ts';
import type { Clock, Logger, Meter } from './kernel/ports.ts';
import type { Matchmaking } from './matchmaking/colyseus-matchmaking.ts';
import type { MatchStore } from './matchmaking/store.ts';
import { nodeTimers } from './matchmaking/timers.ts';
import { Admin } from './security/admin.ts';
import { AdminGate, SESSION_SECONDS } from './security/admin-gate.ts';
import { type BanStore, MemoryBanStore } from './security/bans.ts';
import { bearerOf } from './security/bearer.ts';
import { type Admission, createAdmission } from './security/colyseus-admission.ts';
import { RefusalLog } from './security/refusal-log.ts';

export interface IdentityDeps {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly store: Pick<MatchStore<Presence>, 'agree'>;
  /** Where bans are kept; left out, in this process. */
  readonly bans?: BanStore;
}

/** The form of an address in which it is banned. */
export type Normalise = (address: string) => string;

export function openAdmission(
  { store, bans, settings, ...deps }: IdentityDeps,
  normalise: Normalise,
): Promise<Admission> {
  const { agree } = store;
  const { after } = nodeTimers;
  const now = (): number => Date.now();
  return createAdmission({ ...deps, agree, after, now, normalise, store: bans ?? new MemoryBanStore() }, settings);
}

/** What POST /auth/guest answers, in the words of stock SDKs. */
export async function guestPass(admission: Admission, req: IncomingMessage, address: string | undefined) {
  const { token, identity, expiresInSeconds } = await admission.guestPass(bearerOf(req.headers.authorization), address);
  return { token, user: { id: identity.id, anonymous: true }, expiresInSeconds };
}

/** Undefined without an admin token: nothing of it is there then, or loaded. */
export async function openAdmin(
  { settings, clock, logger, meter }: IdentityDeps,
  { bans }: Admission,
  everywhere: Matchmaking['everywhere'],
  addressOf: (req: IncomingMessage) => string,
): Promise<AdminDeps | undefined> {
  const { adminToken: token, adminTries: triesPerMinute } = settings;
  if (token === '') return undefined;
  const gate = new AdminGate({ token, triesPerMinute });
  const refused = new RefusalLog({ clock, logger, meter }, 'hypogeum_admin_refused_total', 'an admin was refused');
  return {
    actions: new Admin({
      bans,
      everywhere,
      rooms: () => matchMaker.query({}),
      limits: () => settingsInUse(settings),
      logger,
      meter,
    }),
    admit(given, address) {
      const admission = gate.admit(given, address, clock.now());
      if (admission !== 'admitted') refused.report(given === undefined ? 'no token' : admission);
      return admission;
    },
    tokenOf: ({ headers }) => bearerOf(headers.authorization),
    addressOf,
    openSession: () => gate.openSession(Date.now()),
    isSession: (value) => gate.isSession(value, Date.now()),
    sessionSeconds: SESSION_SECONDS,
    panels: await openPanels(),
  };
}
