/**
 * The doors of a server process put together: who may come in, by address, by rate, by bans. No logic of its own; server.ts
 * joins it to HTTP and sockets.
 */
import type { IncomingMessage } from 'node:http';
import { matchMaker } from '@colyseus/core';
import type { Settings } from './config/settings.ts';
import type { ForwarderDeps } from './gateway/forwarder.ts';
import { lastWords } from './http/reply.ts';
import { CloseCodes, ERRORS } from './kernel/errors.ts';
import type { Clock, Meter } from './kernel/ports.ts';
import { countedAs, readAddress } from './security/addresses.ts';
import type { Admission } from './security/colyseus-admission.ts';
import { createDoors, type Doors } from './security/doors.ts';
import type { LimitLog } from './security/limit-log.ts';
import type { SeatTimes } from './security/node-seat-times.ts';
import { originCheck } from './security/origins.ts';
import type { OpenRate } from './security/rate-limit.ts';
import { memoryRates } from './security/rate-windows.ts';

export interface DoorPartsDeps {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly meter: Meter;
  /** How often an address may do what, counted for all processes; left out, each counts for itself. */
  readonly sharedRates?: OpenRate;
}

export type Admit = ForwarderDeps['admit'];

export function openDoors({ settings, sharedRates, ...deps }: DoorPartsDeps, log: LimitLog, times: SeatTimes): Doors {
  const ownRates = memoryRates(deps.clock);
  return createDoors(
    {
      ...deps,
      log,
      originAllowed: originCheck(settings.corsOrigins),
      answer: lastWords,
      ownRates,
      sharedRates: sharedRates ?? ownRates,
      hasSeat: ({ roomId, sessionId, reconnectionToken }) =>
        matchMaker.getLocalRoomById(roomId)?.hasReservedSeat(sessionId, reconnectionToken) ?? false,
      cameTooLate: ({ roomId, sessionId, reconnectionToken }) =>
        reconnectionToken === undefined && times.isOver(roomId, sessionId),
    },
    settings,
  );
}

/** By the doors first, then by the bans. From there on headers tell the player's address. */
export function admitTo(doors: Doors, admission: Admission): Admit {
  return (upgrade, door, signed) => {
    const inside = doors.entrance.admit(upgrade, door, signed);
    if (inside === undefined || !admission.turnsAway(toldAddress(upgrade.req))) return inside;
    inside.turnAway(upgrade, CloseCodes.banned, ERRORS.BANNED.message);
    return undefined;
  };
}

/** What was put into the headers of an admitted socket, where rooms are told it from. */
export function toldAddress({ headers }: IncomingMessage): string {
  return String(headers['x-real-ip']);
}

/** The form of an address in which it is banned, and its tries counted. */
export function countedForm(address: string): string {
  return countedAs(readAddress(address) ?? address);
}
