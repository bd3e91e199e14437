/**
 * The players in the rooms of this process, by their verified identities: rooms of every class, stock ones too, keep who
 * has which seat, refuse who is banned, take a player once where they want that, and let players be shown out. Rules:
 * SPEC.md (ID5 to ID9).
 */
import { type AuthContext, type Client, CloseCode, matchMaker, Room, ServerError } from '@colyseus/core';
import { CloseCodes, ERRORS } from '../kernel/errors.ts';
import { type Identity, openSeat } from '../kernel/identity.ts';
import { endOfWait, type Held, internalsOf, override } from './colyseus-room-internals.ts';

type RoomClass = new () => Room;

export interface PlayersDeps {
  /** Whether somebody may not play now. Counts what it refuses. */
  readonly isBanned: (somebody: { readonly id?: string | undefined; readonly address?: string | undefined }) => boolean;
  /** A session ended because the same player came in again. */
  readonly replaced: (roomName: string) => void;
}

export interface PlayerRow {
  readonly roomId: string;
  readonly room: string;
  readonly sessionId: string;
  readonly id?: string | undefined;
  readonly guest?: boolean | undefined;
  readonly name?: string | undefined;
  readonly address?: string | undefined;
  /** False while the seat is kept for one whose connection is lost. */
  readonly connected: boolean;
}

/** What is known of a session: from its seat, and once its socket came. */
interface Session {
  readonly identity: Identity | undefined;
  address: string | undefined;
  /** Its room thinks about what to do: it may keep the seat yet. */
  leaving: boolean;
}

type GameRoomLike = Room & { readonly oneSession?: boolean };
type Place = AuthContext & { identity?: Identity };
type OnAuth = (client: Client, options: unknown, context: AuthContext) => unknown;

const IDENTITY = Symbol('hypogeum.identity');
type Known = Client & { [IDENTITY]?: Identity };

/** Sessions that are over are forgotten when there are so many more of them than live ones. */
const FORGET_ABOVE = 16;

export class Players {
  readonly #deps: PlayersDeps;
  readonly #rooms = new Map<Room, Map<string, Session>>();
  /** Their rooms keep no seat for them. */
  readonly #shownOut = new WeakSet<Client>();

  constructor(deps: PlayersDeps) {
    this.#deps = deps;
  }

  /** `Hosted` is a class made for this process, which is changed. */
  host(Hosted: RoomClass): void {
    const players = this;
    const base = internalsOf(Hosted.prototype as Room);
    const { _reserveSeat, _onJoin, _onLeave, __init } = base;
    const { allowReconnection } = Hosted.prototype as Room;
    override(Hosted, '__init', function init(this: Room) {
      __init.call(this);
      keepIdentity(this, (client, { ip }) => players.#refuseBanned(identityOf(client), ip));
    });
    override(Hosted, '_reserveSeat', function reserve(this: Room, ...args: [string, unknown, unknown, ...Held]) {
      const [sessionId, options, sealed, ...rest] = args;
      if (rest[1]) return _reserveSeat.call(this, ...args);
      const { identity, auth } = openSeat(sealed);
      // A room that hands players on to another (a queue) has no more of them than their auth.
      players.#remember(this, sessionId, identity ?? (isIdentity(auth) ? auth : undefined));
      return _reserveSeat.call(this, sessionId, options, auth, ...rest);
    });
    override(Hosted, '_onJoin', async function join(this: Room, client: Client, context: Place, options?: unknown) {
      players.#comesIn(this, client, context);
      await _onJoin.call(this, client, context, options);
      if (this.onAuth !== Room.prototype.onAuth) players.#hasComeIn(this, client);
    });
    override(Hosted, '_onLeave', async function leave(this: Room, client: Client, code?: number) {
      const session = players.#rooms.get(this)?.get(client.sessionId);
      if (session !== undefined) session.leaving = true;
      try {
        return await _onLeave.call(this, client, code);
      } finally {
        if (session !== undefined) session.leaving = false;
      }
    });
    override(Hosted, 'allowReconnection', function allow(this: Room, client: Client, seconds: number | 'manual') {
      if (players.#shownOut.has(client) || players.#isReplaced(this, client)) return endOfWait();
      return allowReconnection.call(this, client, seconds);
    });
  }

  /** Of all rooms here or of one, at most `most`. */
  list(most: number, roomId?: string): PlayerRow[] {
    const rows: PlayerRow[] = [];
    for (const [room, sessions] of this.#rooms) {
      if (roomId !== undefined && room.roomId !== roomId) continue;
      const connected = new Set(room.clients.map(({ sessionId }) => sessionId));
      const waiting = Object.values(internalsOf(room)._reconnections).map(([sessionId]) => sessionId);
      for (const sessionId of new Set([...connected, ...waiting])) {
        if (rows.length >= most) return rows;
        const { identity, address } = sessions.get(sessionId) ?? {};
        const { id, guest, name } = identity ?? {};
        const where = { roomId: room.roomId, room: room.roomName, sessionId };
        rows.push({ ...where, id, guest, name, address, connected: connected.has(sessionId) });
      }
    }
    return rows;
  }

  /** Shows out whom `meant` names: sessions, and seats kept for their return. Returns how many. */
  showOut(meant: (row: PlayerRow) => boolean, code: number, reason: string): number {
    const rows = this.list(Number.POSITIVE_INFINITY).filter(meant);
    for (const room of this.#rooms.keys()) {
      const sessions = new Set(rows.filter(({ roomId }) => roomId === room.roomId).map(({ sessionId }) => sessionId));
      if (sessions.size > 0) this.#end(room, sessions, code, reason);
    }
    return rows.length;
  }

  /** False when the room is not here. */
  closeRoom(roomId: string): boolean {
    const room = matchMaker.getLocalRoomById(roomId);
    void room?.disconnect(CloseCodes.roomClosed);
    return room !== undefined;
  }

  /** Rooms begin to count with their first seat. */
  #remember(room: Room, sessionId: string, identity: Identity | undefined): void {
    let sessions = this.#rooms.get(room);
    if (sessions === undefined) {
      sessions = new Map();
      this.#rooms.set(room, sessions);
      internalsOf(room)._events.once('dispose', () => this.#rooms.delete(room));
    }
    sessions.set(sessionId, { identity, address: undefined, leaving: false });
    const { _reservedSeats } = internalsOf(room);
    if (sessions.size <= FORGET_ABOVE + 2 * (room.clients.length + Object.keys(_reservedSeats).length)) return;
    for (const [known, { leaving }] of sessions)
      if (known !== sessionId && !leaving && _reservedSeats[known] === undefined && !room.clients.get(known))
        sessions.delete(known);
  }

  /** @throws ServerError when the player was banned meanwhile. */
  #comesIn(room: GameRoomLike, client: Known, context: Place): void {
    const session = this.#rooms.get(room)?.get(client.sessionId);
    const identity = session?.identity;
    this.#refuseBanned(identity, context.ip);
    if (session !== undefined) session.address = context.ip;
    if (identity === undefined) return;
    client.auth ??= identity;
    client[IDENTITY] = identity;
    context.identity = identity;
    const [, , taken, held] = internalsOf(room)._reservedSeats[client.sessionId] ?? [];
    if (room.oneSession === true && taken === false && !held) this.#endOthers(room, client.sessionId, identity.id);
  }

  /** While the room asked who this is, nobody saw them: the same player may have come in as well. */
  #hasComeIn(room: GameRoomLike, client: Known): void {
    const id = client[IDENTITY]?.id;
    if (room.oneSession === true && id !== undefined && !this.#shownOut.has(client))
      this.#endOthers(room, client.sessionId, id);
  }

  /** @throws ServerError */
  #refuseBanned(identity: Identity | undefined, address: string | undefined): void {
    if (this.#deps.isBanned({ id: identity?.id, address }))
      throw new ServerError(ERRORS.BANNED.code, ERRORS.BANNED.message);
  }

  /** While the room thought about keeping a seat, the player came in again. */
  #isReplaced(room: GameRoomLike, client: Known): boolean {
    const id = client[IDENTITY]?.id;
    if (room.oneSession !== true || id === undefined) return false;
    const rows = this.list(Number.POSITIVE_INFINITY, room.roomId);
    return rows.some((row) => row.id === id && row.sessionId !== client.sessionId);
  }

  #endOthers(room: Room, sessionId: string, id: string): void {
    const rows = this.list(Number.POSITIVE_INFINITY, room.roomId);
    const others = rows.filter((row) => row.id === id && row.sessionId !== sessionId).map((row) => row.sessionId);
    if (others.length === 0) return;
    this.#deps.replaced(room.roomName);
    this.#end(room, new Set(others), CloseCodes.replaced, 'you came in again elsewhere');
  }

  /** For the room these players have left of their own accord: it waits for none of them. */
  #end(room: Room, sessions: ReadonlySet<string>, code: number, reason: string): void {
    for (const [sessionId, wait] of Object.values(internalsOf(room)._reconnections))
      if (sessions.has(sessionId)) wait.reject(false);
    for (const client of [...room.clients]) {
      if (!sessions.has(client.sessionId)) continue;
      this.#shownOut.add(client);
      const { ref } = client;
      ref.removeAllListeners('message');
      ref.removeListener('close', (ref as unknown as { onleave: () => void }).onleave);
      void internalsOf(room)._onLeave(client, CloseCode.CONSENTED);
      client.leave(code, reason);
    }
  }
}

/** Who a client of a room of ours is; undefined for a stand-in. */
export function identityOf(client: Client): Identity | undefined {
  return (client as Known)[IDENTITY];
}

/** Colyseus puts what an instance's onAuth returns in the place of the auth there is, also when it only says true. */
function keepIdentity(room: Room, again: (client: Client, context: AuthContext) => void): void {
  const onAuth: OnAuth = room.onAuth;
  if (onAuth === Room.prototype.onAuth) return;
  const keeping: OnAuth = async (client, options, context) => {
    const result = await onAuth.call(room, client, options, context);
    again(client, context);
    return result === true ? (client.auth ?? true) : result;
  };
  Object.defineProperty(room, 'onAuth', { value: keeping, writable: true, configurable: true });
}

function isIdentity(auth: unknown): auth is Identity {
  if (typeof auth !== 'object' || auth === null) return false;
  const { id, guest, claims } = auth as Partial<Identity>;
  return typeof id === 'string' && typeof guest === 'boolean' && typeof claims === 'object';
}
