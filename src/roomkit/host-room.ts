/**
 * Makes a room class ready for a process: guarded against its own exceptions (stock classes too), its join options
 * checked, its players known by their identities, given tokens nobody guesses, sent to through their lines, and told to come
 * back when the process stops; a GameRoom gets the process's ticks besides, lets idle players leave, and has a schema for
 * every message.
 */
import { CloseCode, LobbyRoom, Room, ServerError } from '@colyseus/core';
import type { ZodType } from 'zod';
import { hostDelivery } from '../delivery/colyseus-hosting.ts';
import type { Lines } from '../delivery/ws-game-client.ts';
import { keepNoSeatForEjected } from '../isolation/colyseus-ejected.ts';
import { guardRoom, type RoomClass } from '../isolation/colyseus-guard.ts';
import { internalsOf } from '../isolation/colyseus-internals.ts';
import { keepSeatsOfReturning } from '../isolation/colyseus-returning.ts';
import { endUnacknowledgedJoins, type JoinLimit } from '../isolation/colyseus-unacknowledged.ts';
import type { FaultLog } from '../isolation/fault-log.ts';
import type { Owners } from '../isolation/node-owners.ts';
import { ERRORS } from '../kernel/errors.ts';
import { type Claims, hostSeats } from '../matchmaking/colyseus-host.ts';
import { limitHeldSeats, type SeatServices } from '../security/colyseus-held-seats.ts';
import { type KeptSeats, limitKeptSeats } from '../security/colyseus-kept-seats.ts';
import { limitLobby } from '../security/colyseus-lobby.ts';
import type { Players } from '../security/colyseus-players.ts';
import { compareTokensInConstantTime, giveStrongTokens } from '../security/colyseus-reconnection-tokens.ts';
import { insistOnSchemas } from './checked-messages.ts';
import { GameRoom, type RoomServices, SERVICES } from './game-room.ts';
import { chooseSerializer } from './replicating-serializer.ts';

export interface HostServices extends RoomServices {
  readonly faults: FaultLog;
  readonly owners: Owners;
  readonly lines: Lines;
  readonly claims: Claims;
  readonly seats: SeatServices;
  readonly keptSeats: KeptSeats;
  readonly joins: JoinLimit;
  readonly players: Players;
}

/** A subclass of `Base` to hand to Colyseus in its place. `Base` itself is not changed. */
export function hostRoom<C extends RoomClass>(Base: C, services: HostServices): C {
  const Hosted = guardRoom(Base, services.faults, services.owners);
  services.players.host(Hosted);
  limitKeptSeats(Hosted, services.keptSeats);
  if (Base.prototype instanceof GameRoom) {
    insistOnSchemas(Hosted);
    hostTicks(Hosted, services);
  }
  giveStrongTokens(Hosted);
  endUnacknowledgedJoins(Hosted, services.joins);
  const { clock, meter } = services.lines.deps;
  hostDelivery(Hosted, services.lines, (room, chosen) =>
    chooseSerializer(chosen, { clock, meter, labels: { room: room.roomName } }),
  );
  keepSeatsOfReturning(Hosted);
  keepNoSeatForEjected(Hosted);
  compareTokensInConstantTime(Hosted);
  hostSeats(Hosted, services.claims);
  limitHeldSeats(Hosted, services.seats);
  if (Base.prototype instanceof LobbyRoom || Base === (LobbyRoom as RoomClass)) limitLobby(Hosted);
  comeBackAfterShutdown(Hosted);
  const { joinOptions } = Base as { joinOptions?: ZodType };
  if (joinOptions !== undefined) checkJoinOptions(Hosted, joinOptions);
  return Hosted;
}

function hostTicks(Hosted: RoomClass, services: RoomServices): void {
  const guarded = internalsOf(Hosted.prototype as Room).__init;
  define(Hosted.prototype, SERVICES, services);
  define(Hosted.prototype, '__init', function init(this: GameRoom) {
    this.prepare();
    guarded.call(this);
    this.reportPatchRate();
    const onCreate = this.onCreate?.bind(this);
    define(this, 'onCreate', async (options: unknown) => {
      await onCreate?.(options);
      this.startTicking();
    });
  });
}

/** Stock closes with SERVER_SHUTDOWN, which ends the SDK's session; this code lets it come back. A room's own hook stays. */
function comeBackAfterShutdown(Hosted: RoomClass): void {
  if (Hosted.prototype.onBeforeShutdown !== Room.prototype.onBeforeShutdown) return;
  define(Hosted.prototype, 'onBeforeShutdown', function onBeforeShutdown(this: Room) {
    void this.disconnect(CloseCode.MAY_TRY_RECONNECT);
  });
}

/** Static onAuth is the first that runs for a join request, before any room is looked for. */
function checkJoinOptions(Hosted: RoomClass, joinOptions: ZodType): void {
  const next = (Hosted as unknown as typeof Room).onAuth;
  const onAuth: typeof next = async (token, options, context) => {
    const checked = joinOptions.safeParse(options ?? {});
    if (!checked.success) throw new ServerError(ERRORS.INVALID_OPTIONS.code, describe(checked.error));
    return next.call(Hosted, token, options, context);
  };
  define(Hosted, 'onAuth', onAuth);
}

function describe(error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }): string {
  const told = error.issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message));
  return `${ERRORS.INVALID_OPTIONS.message}: ${told.join('; ')}`;
}

function define(target: object, name: PropertyKey, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, configurable: true });
}
